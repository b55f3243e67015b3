"""Programs in ring 3: the library keeps its promises, the enemy is held off, and everything comes back at their end.

With -icount and sleep=off the machine does not wait while programs sleep, so minutes of theirs take a second.
"""

import random
import re

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, Refused, boot_kernel, wait_until

ENDLESS = {"churn"}
NOTHING = dict.fromkeys(("kpages", "kbytes", "ubytes", "upages"), 0)
NO_WAITING = ("-icount", "shift=0,sleep=off")


@pytest.fixture(scope="module", params=[64, 8], ids=lambda megabytes: f"{megabytes}MB")
def booted(request):
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS), memory=request.param, options=NO_WAITING) as machine:
        machine.ready()
        clear(machine)
        yield machine


@pytest.fixture
def machine(booted):
    """A machine in which nothing runs; when the test is over, everything must have come back."""
    yield booted
    clear(booted)


def clear(machine):
    """Ends all programs. Then memman has lent nothing, the audit finds nothing, and nobody holds a frame."""
    for pid in machine.processes():
        try:
            machine.command(f"kill {pid}")
        except Refused:
            pass  # it ended by itself meanwhile
    wait_until("all to end", lambda: not machine.processes())
    machine.command("hold")
    assert machine.used() == NOTHING
    assert machine.differences() == []
    assert Guest(machine.memory).owners() == ({}, [])
    machine.command("go")


def run(machine, line):
    return int(machine.command(f"run {line}")[0]["pid"])


def happen(machine, pid, events):
    """Lets so many events pass, or as many as come before the process ends."""
    guest = Guest(machine.memory)
    mark = guest.events() + events
    wait_until(f"event {mark}", lambda: guest.events() >= mark or pid not in guest.spaces())


def steps(machine, pid):
    return next(int(line["steps"]) for line in machine.command("dump procs") if int(line["pid"]) == pid)


@pytest.mark.parametrize("name", ["selftest", "hostile"])
def test_of_their_own(machine, name):
    pid = run(machine, name)
    end = machine.logged(rf"^{name}\[{pid}\]: {name}: (\d+) passed, (\d+) failed")
    wrong = [line for line in machine.log if re.search(rf"^{name}\[\d+\]: {name}: wrong", line)]
    machine.ended(pid)
    if machine.size > 8 << 20:  # less cannot hold as many processes as hostile wants to see
        assert wrong == [] and int(end[1]) > 50 and int(end[2]) == 0


@pytest.mark.parametrize("name", [path.stem for path in PROGRAMS])
def test_demo_gives_everything_back(machine, name):
    pid = run(machine, name)
    if name in ENDLESS:
        happen(machine, pid, 2000)
        assert machine.processes() == {pid: name}
        machine.command(f"kill {pid}")
    machine.ended(pid)
    wait_until("its children to end", lambda: not machine.processes())


@pytest.mark.parametrize("name", ["churn", "crowd", "fourkinds", "threads", "patchwork"])
def test_killed_at_any_moment(machine, name):
    moments = random.Random(name)
    for _ in range(4):
        pid = run(machine, name)
        happen(machine, pid, moments.randrange(1, 200))
        try:
            machine.command(f"kill {pid}")
        except Refused:
            pass
        clear(machine)


@pytest.mark.parametrize("name, says", [("useafterfree", "read from"), ("overrun", "wrote to"),
                                        ("stack", "guard page")])
def test_a_fault_ends_its_program_alone(machine, name, says):
    bystander = run(machine, "churn")
    pid = run(machine, name)
    machine.logged(rf"^{name}\[{pid}\] ends: at [0-9a-f]{{8}} \(\w+\+0x[0-9a-f]+\).*{says}")
    machine.ended(pid)
    assert machine.processes() == {bystander: "churn"}
    before = steps(machine, bystander)
    wait_until("the bystander to go on", lambda: steps(machine, bystander) > before)


BLOCK = "that memory was the block at 48000000, 12188 bytes, freed by pid {pid} at [0-9a-f]{{8}} "
CAUSES = {
    "guard": r"that is the guard page behind the block at 48000000, 4096 bytes, asked for at \w+ \(guard\+\w+\) in event",
    "freed": BLOCK + r"\(freed\+\w+\) in event \d+$",
    "cut": BLOCK + r"\(cut\+\w+\) in event \d+$",
    "before": r"that memory was freed before event \d+$",
    "page": r"that memory was the block at 40000000, 4096 bytes, freed by pid {pid} at \w+ \(page\+\w+\) in event \d+$",
    "never": None,
}


@pytest.mark.parametrize("way", CAUSES)
def test_a_fault_names_the_block(machine, way):
    machine.command(f"policy {'buddy' if way == 'never' else 'first'}")
    pid = run(machine, f"stray {way}")
    machine.command("policy first")
    machine.logged(rf"^stray\[{pid}\] ends: at \w+ \(touch\+\w+\) it wrote to ")
    machine.ended(pid)
    end = next(at for at, line in enumerate(machine.log) if line.startswith(f"stray[{pid}] ends: "))
    said = [line for line in machine.log[end + 1:] if line.startswith("  that ")]
    if CAUSES[way]:
        assert len(said) == 1 and re.search(CAUSES[way].format(pid=pid), said[0])
    else:
        assert not said


def test_as_many_processes_as_there_is_room_for(machine):
    machine.command("pause")
    with pytest.raises(Refused, match="as many processes as" if machine.size > 8 << 20 else "no memory left"):
        for _ in range(100):
            run(machine, "leak")
    assert len(machine.processes()) == 64 if machine.size > 8 << 20 else len(machine.processes()) > 10
    assert machine.differences() == []
    clear(machine)
    run(machine, "hello")


def test_each_kind_of_call_can_fail(machine):
    """memman counts memman_fail down and then finds its zone full. The countdown begins higher each time, until nothing
    is left to fail. A failure is an event, whatever was begun is undone, and it harms nobody."""
    counter = Guest(machine.memory).symbols["memman_fail"] - 0xC0000000
    refused = lacking = 0
    for countdown in range(1, 500):
        machine.poke(counter, countdown.to_bytes(4, "little"))
        before = Guest(machine.memory).events()
        try:
            pid = run(machine, "scarce")
            end = machine.logged(rf"^scarce\[{pid}\]: scarce: (\d+) got, (\d+) not, (\d+) wrong$")
            assert int(end[3]) == 0 and int(end[1]) > 4
            machine.ended(pid)
        except Refused as reason:
            assert "memory" in str(reason)
            end = None
        left = int.from_bytes(machine.memory(counter, 4), "little")
        machine.poke(counter, bytes(4))
        happened = Guest(machine.memory).events() - before
        failures = [e for e in machine.command(f"dump events {happened}") if e.get("kind") == "nomem"]
        clear(machine)
        if left:
            assert int(end[2]) == 0 and not failures
            break
        assert failures
        refused += end is None
        lacking += end is not None and int(end[2]) > 0
    assert left and refused > 5 and lacking > 15


@pytest.mark.parametrize("before", [[], ["pause"], ["pause", "back 1"]], ids=" ".join)
def test_a_caption_goes_with_its_program(machine, before):
    run(machine, "holes")
    wait_until("a caption", lambda: any("Every other one is freed" in row for row in machine.rows()))
    for command in [*before, "kill all", "hold"]:
        machine.command(command)
    rows = machine.rows()
    machine.command("go")
    assert not any("Every other one" in row for row in rows)


def test_four_kinds_one_after_another():
    """In each phase of fourkinds its zone has the largest share lent, in a machine of 16 MB more than one in fifty."""
    with Machine(boot_kernel(*PROGRAMS), memory=16, options=NO_WAITING) as machine:
        machine.ready().command("kill all")
        usable = {line["zone"]: int(line["end"], 16) - int(line["start"], 16)
                  for line in machine.command("dump memman") if "zone" in line}
        zones = list(usable)
        first = Guest(machine.memory).events()
        machine.ended(run(machine, "fourkinds"))
        wait_until("nobody to be left", lambda: not machine.processes())
        lent, peaks = dict.fromkeys(zones, 0), []
        for event in machine.command(f"dump events {Guest(machine.memory).events() - first}"):
            size = int(event["end"], 16) - int(event["start"], 16)
            if event["kind"] == "say":
                peaks.append(dict.fromkeys(zones, 0))
                lent = dict.fromkeys(zones, 0)
            elif event["kind"] in ("lend", "return"):
                zone = zones[int(event["args"].split(",")[0], 16)]
                lent[zone] += size if event["kind"] == "lend" else -size
                if peaks:
                    peaks[-1][zone] = max(peaks[-1][zone], lent[zone] / usable[zone])
        for zone, peak in zip(("upages", "ubytes", "kpages", "kbytes"), peaks):
            assert max(peak, key=peak.get) == zone and peak[zone] > 0.02, (zone, peak)


def test_numbers_come_round(machine):
    """More processes than there are slots, one after the other: pids stay distinct from those in use."""
    first = run(machine, "churn")
    pids = []
    for _ in range(100):
        pids.append(run(machine, "hello"))
        machine.command(f"kill {pids[-1]}")
        machine.ended(pids[-1])
    assert len(set(pids)) == len(pids) and first not in pids
