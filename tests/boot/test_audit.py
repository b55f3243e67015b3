"""The audit in the background: on a machine at work it accuses nobody, and what is broken is named within a round."""

import re

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, boot_kernel, wait_until

WINDOW = 0xC0000000


@pytest.fixture(scope="module", params=[8, 64], ids=lambda megabytes: f"{megabytes}MB")
def machine(request):
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS), memory=request.param) as machine:
        machine.ready().command(f"run patchwork {100 if request.param == 8 else 900} 7 16")
        machine.command("run crowd")
        yield machine


CALM = r"\u221a ?([\d.]+)s"


def found(machine):
    """How many differences the title bar tells: None while no round has ended."""
    title = machine.rows()[0]
    wrong = re.search(r" ! (\d+)", title)
    return int(wrong[1]) if wrong else 0 if re.search(CALM, title) else None


def rounds(machine, count):
    """Waits until the audit has come round so many times more: its age starts anew."""
    def age():
        match = re.search(CALM, machine.rows()[0])
        return float(match[1]) if match else None
    for _ in range(count):
        last = age()
        wait_until("a round of the audit", lambda: (now := age()) is not None and (last is None or now < last))
        wait_until("time to go on", lambda: age() is None or age() > 0.3)


def test_it_comes_round_and_finds_nothing(machine):
    rounds(machine, 4)
    assert found(machine) == 0
    assert not [line for line in machine.log if line.startswith("audit")]


def owner_of_frame(guest, frame):
    return guest.word(guest.symbols["owners"] + guest.layout["owners.frame"]) - WINDOW \
        + frame * guest.layout["sizeof.frame"] + guest.layout["frame.owner"]


def free_frame(guest):
    """The last of the largest free range of P: nobody takes it soon."""
    ranges = [r for r in guest.ranges(guest.zones()[guest.ZONE_P]) if r[2] == guest.RANGE_FREE]
    return (max(ranges, key=lambda r: r[1] - r[0])[1] >> 12) - 1


def test_what_is_broken_is_named(machine):
    wait_until("the crowd to go home", lambda: "crowd" not in machine.processes().values())  # it may take the frame
    rounds(machine, 1)
    guest = Guest(machine.memory)
    frame = free_frame(guest)
    at = owner_of_frame(guest, frame)
    truth = machine.memory(at, 1)
    assert truth[0] == guest.OWNER_FREE
    machine.poke(at, bytes([guest.OWNER_HEAP]))
    wait_until("the title to say it", lambda: found(machine))
    where = f"{frame << 12:08x}"
    for view in ("events", "help", "launcher", "race", "overview"):  # with and without a footer
        machine.command(f"view {view}")
        wait_until("the legend's row to say where", lambda: machine.rows()[-2].lower().startswith(f"! {where}: "))
    machine.logged(rf"^audit: {where}: frame heap, range free")
    told = machine.differences()
    assert any(difference.startswith(f"{where}: frame heap, range free") for difference in told), told
    machine.poke(at, truth)
    wait_until("the title to be calm again", lambda: found(machine) == 0)
    machine.command("view overview")  # no event told the map that may have shown it
    assert machine.differences() == []


def test_a_wrong_cell_is_named_and_painted_anew(machine):
    """Nobody asks for it: the round goes through the screen too."""
    wait_until("a calm title", lambda: found(machine) == 0)
    guest = Guest(machine.memory)
    at = owner_of_frame(guest, free_frame(guest))
    truth = machine.memory(at, 1)
    machine.poke(at, bytes([guest.OWNER_FOREIGN]))
    machine.command("view overview")
    wait_until("the picture to show it", lambda: any("!" in row[9:73] for row in machine.rows()[2:8]))
    machine.poke(at, truth)  # no event tells the map
    machine.logged(r"^audit: row \d column \d+ of the screen: shows 4021, memory says ")
    wait_until("the picture to be right and the title calm again",
               lambda: not any("!" in row[9:73] for row in machine.rows()[2:8]) and found(machine) == 0)
