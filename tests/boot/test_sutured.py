"""The museum in the running kernel: the seed's twelve cases, ten times each, and the healed side never notices.

With -icount and sleep=off the machine does not wait while programs sleep, so minutes of theirs take a second.
"""

import re

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, Refused, boot_kernel, wait_until

ROUNDS = 10
LONGEST_REST = 6000  # ms; no program sleeps so long between two calls
SHORT_REST = 500  # every program sleeps longer after the call that shows its case
WATCHED = 200  # steps until the first withheld effect, at most
BOOT = [("00400000", 0x1FF000), ("00600000", 0x1FF000), ("00800000", 0x7FF000), ("01000000", 0x1000000)]

# Which program plays which cases, and what it prints under each regime.
CASES = [
    ("suture", [1], r"free\(48000000\) returns 0", r"free\(48000000\) returns 0"),
    ("twice 2", [2], r"do_free\(00800000\): 0", r"do_free\([0-9a-f]{8}\): -6"),
    ("twice 3", [3], r"do_free\(00800000\): 0", r"do_free\([0-9a-f]{8}\): -6"),
    ("twice 4", [2, 4], r"do_free\(00801000\): 0", r"do_free\([0-9a-f]{8}\): -6"),
    ("trust 5", [5], r"do_free\(00900000, 4096\): 0", r"do_free\(00900000, 4096\): -7"),
    ("trust 6", [6], r"do_free\(00800000, 8192\): 0", r"do_free\([0-9a-f]{8}, 8192\): -13"),
    ("walls", [7], r"do_malloc\(100\): ffffffff", r"do_free\(007ff000, 4096\): -7"),
    ("silt 8", [8], r"4086 of 4087 frees accepted, the last one returned -1", r"0 of 4087 frees accepted"),
    ("silt 9", [9], r"2043 of 2044 accepted", r"0 of 2044 accepted"),
    ("revive", [10], r"the freed page can be read", r"ends: .*read from"),
    ("trust 11", [11], r"do_kmalloc_4k: 00400000", r"do_kmalloc_4k: 00000000"),
    ("ends", [12], r"64 at 48000000, then 48000040, then 64 at 48000030", r"then 00000000, then 64 at"),
]


@pytest.fixture(scope="module")
def machine():
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS), memory=64, options=("-icount", "shift=0,sleep=off")) as machine:
        machine.ready()
        machine.command("kill all")
        machine.command("viz off")
        yield machine


def table(machine):
    totals, *entries = machine.command("dump table 20")
    return {key: int(value) for key, value in totals.items()}, entries


def consistent(machine):
    assert machine.differences() == []
    assert Guest(machine.memory).owners()[1] == []


def play(machine, line, says, watched=False):
    """Runs a program to its end, with audits before and after; watched, also at its first withheld effect."""
    consistent(machine)
    start, guest = len(machine.log), Guest(machine.memory)
    first = guest.events()
    machine.command("pause")
    pid = int(machine.command(f"run {line}")[0]["pid"])
    for _ in range(WATCHED if watched else 0):  # until the first effect withheld, and the program lives
        rested = guest.clock() + SHORT_REST
        wait_until("it to rest", lambda: guest.clock() > rested)
        assert machine.differences() == []
        if guest.phantoms(first) or pid not in machine.processes():
            break
        machine.command("step")
    if watched:
        assert guest.phantoms(first) and pid in machine.processes()
        consistent(machine)
    machine.command("go")
    machine.ended(pid)
    assert any(re.search(says, text) for text in machine.log[start:]), machine.log[start:]
    wait_until("nobody to be left", lambda: not machine.processes())
    consistent(machine)


@pytest.mark.parametrize("line, cases, seed, healed", CASES, ids=[case[0].replace(" ", "_") for case in CASES])
def test_case(machine, line, cases, seed, healed):
    machine.command("regime sutured")
    for turn in range(ROUNDS):
        machine.command("regime reset")
        assert [(e["address"], int(e["size"])) for e in table(machine)[1]] == BOOT
        first = Guest(machine.memory).events()
        play(machine, line, seed, watched=turn == 0)
        totals, entries = table(machine)
        assert totals["phantoms"] > 0
        assert set(cases) <= set(Guest(machine.memory).phantoms(first))
        if cases == [8]:
            assert totals["losts"] >= 1 and totals["entries"] == 4090
    machine.command("regime healed")
    play(machine, line, healed)
    assert table(machine)[0]["phantoms"] == totals["phantoms"]


def test_reset_waits_for_who_lives_there(machine):
    machine.command("regime sutured")
    machine.command("regime reset")
    machine.command("run churn")
    with pytest.raises(Refused, match="kill all"):
        machine.command("regime reset")
    machine.command("kill all")
    machine.command("regime reset")
    assert table(machine)[0]["phantoms"] == 0
    machine.command("regime next")
    assert [r["regime"] for r in machine.command("regime") if r["current"] == "1"] == ["healed"]


@pytest.mark.parametrize("name", [path.stem for path in PROGRAMS if path.stem != "churn"] + ["hostile"])
def test_every_program_runs_in_the_museum(machine, name):
    """To its end, or to its fault: the machine goes on."""
    machine.command("regime sutured")
    machine.command("regime reset")
    consistent(machine)
    machine.ended(int(machine.command(f"run {name}")[0]["pid"]))
    wait_until("its children to end", lambda: not machine.processes())
    consistent(machine)
    machine.command("regime healed")



def captions(machine, line):
    """Runs a program step by step; the captions that stand while it waits for the next step, and the last one."""
    guest = Guest(machine.memory)
    seen = []
    machine.command("say")
    machine.command("pause")
    pid = int(machine.command(f"run {line}")[0]["pid"])
    while not seen or pid in machine.processes():
        rested = guest.clock() + LONGEST_REST
        wait_until("it to stand", lambda: guest.clock() > rested)
        seen.append(guest.caption(False))
        if pid in machine.processes():
            machine.command("step")
    machine.command("go")
    return seen


# What a program must say, and what it must not, where nothing comes back and nothing is checked.
SAID = [
    ("holes", "the seed's heap never looks back", "o hole is large enough|t fits|three holes"),
    ("overrun", "neighbour's words were overwritten", "caught|has a whole page for a guard"),
    ("useafterfree", "its words are still there", "its words are gone"),
    ("doublefree", "wo new blocks", "no harm|efused"),
    ("coalesce", "still it does not shrink", "keeps the heap from shrinking|: it shrinks"),
    ("wildfree", "filed like all the others", "this one is taken back"),
    ("sizes", "never looks for a hole", "Try another policy"),
    ("tour", "the heap is as long as before", "the heap shrinks|holes, on pages"),
]


@pytest.mark.parametrize("name, said, never", SAID, ids=[said[0] for said in SAID])
def test_captions_are_true_in_the_museum(machine, name, said, never):
    machine.command("regime sutured")
    machine.command("regime reset")
    seen = captions(machine, name)
    machine.command("regime healed")
    assert any(said in caption for caption in seen), seen
    assert not [caption for caption in seen if re.search(never, caption)]


def test_a_hole_is_not_behind_all_others_without_guards(machine):
    """The big block stands at exactly the old end then."""
    machine.command("guard off")
    start = len(machine.log)
    seen = captions(machine, "holes")
    machine.command("guard on")
    assert any("o hole is large enough" in caption for caption in seen) and any("t fits" in caption for caption in seen)
    assert sum("behind all others" in line for line in machine.log[start:]) == 1


def test_the_library_knows_two_thousand_sizes(machine):
    machine.command("regime sutured")
    machine.command("regime reset")
    start = len(machine.log)
    machine.ended(int(machine.command("run hoard 2000")[0]["pid"]))
    machine.command("regime healed")
    blocks, total = map(int, re.search(r"(\d+) blocks freed, (\d+) bytes", "\n".join(machine.log[start:])).groups())
    assert blocks == 2000
    assert [(e["address"], int(e["size"])) for e in table(machine)[1] if e["address"] >= "48"] == [("48000000", total)]
