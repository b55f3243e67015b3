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
    machine.logged(rf"^{name}\[{pid}\] ends: at [0-9a-f]{{8}} \(\w+\+\d+\).*{says}")
    machine.ended(pid)
    assert machine.processes() == {bystander: "churn"}
    before = steps(machine, bystander)
    wait_until("the bystander to go on", lambda: steps(machine, bystander) > before)


def test_as_many_processes_as_there_is_room_for(machine):
    machine.command("pause")
    with pytest.raises(Refused, match="as many processes as" if machine.size > 8 << 20 else "no memory left"):
        for _ in range(100):
            run(machine, "leak")
    assert len(machine.processes()) == 64 if machine.size > 8 << 20 else len(machine.processes()) > 10
    assert machine.differences() == []
    clear(machine)
    run(machine, "hello")


@pytest.mark.parametrize("name", ["hello", "threads", "crowd", "fourkinds"])
def test_each_allocation_fails_in_turn(machine, name):
    """memman counts memman_fail down and then finds its zone full: whatever was begun is undone."""
    guest = Guest(machine.memory)
    counter = guest.symbols["memman_fail"] - 0xC0000000
    for countdown in range(1, 26):
        machine.poke(counter, countdown.to_bytes(4, "little"))
        try:
            happen(machine, run(machine, name), 60)
        except Refused as refused:
            assert "memory" in str(refused)
        machine.poke(counter, bytes(4))
        clear(machine)


def test_numbers_come_round(machine):
    """More processes than there are slots, one after the other: pids stay distinct from those in use."""
    first = run(machine, "churn")
    pids = []
    for _ in range(100):
        pids.append(run(machine, "hello"))
        machine.command(f"kill {pids[-1]}")
        machine.ended(pids[-1])
    assert len(set(pids)) == len(pids) and first not in pids
