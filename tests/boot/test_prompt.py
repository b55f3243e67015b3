"""The prompt on the screen, the keys that stand for commands, the launcher and the mouse, by a keyboard's own keys."""

import struct

import pytest
from guest import Guest
from machine import LECTURES, PROGRAMS, Machine, boot_kernel, wait_until

CODES = {" ": "spc", ".": "dot", "-": "minus", "/": "slash"}


@pytest.fixture(scope="module")
def booted():
    with Machine(boot_kernel(*PROGRAMS, *LECTURES)) as machine:
        yield machine.ready()


@pytest.fixture
def machine(booted):
    """Nothing typed, the overview, churn alone."""
    booted.keys("esc", "f2")
    booted.command("kill all")
    booted.command("run churn")
    bottom(booted, lambda row: row.startswith("F1"))
    return booted


def typed(machine, text):
    machine.keys(*(CODES.get(c, c) for c in text))


def bottom(machine, true):
    """Waits until the bottom row is so, and returns it."""
    wait_until("the bottom row", lambda: true(machine.rows()[-1]))
    return machine.rows()[-1].rstrip()


def opened(machine):
    machine.keys("shift-semicolon")
    bottom(machine, lambda row: row.startswith(":"))


def test_a_command_is_typed_and_carried_out(machine):
    opened(machine)
    typed(machine, "view events")
    bottom(machine, lambda row: row.startswith(":view events"))
    machine.keys("ret")
    wait_until("the view", lambda: machine.rows()[1].startswith("EVENTS"))
    bottom(machine, lambda row: row.startswith("F1"))


def test_one_line_answers_and_errors_stand_on_the_bottom_row_until_a_key(machine):
    opened(machine)
    typed(machine, "pace\n".rstrip())
    machine.keys("ret")
    bottom(machine, lambda row: row.startswith("pace=max"))
    machine.keys("f2")
    bottom(machine, lambda row: row.startswith("F1"))
    opened(machine)
    typed(machine, "stpe")
    machine.keys("ret")
    bottom(machine, lambda row: row.startswith('! there is no command "stpe"; perhaps "step"'))


def test_long_answers_scroll_in_a_panel(machine):
    opened(machine)
    typed(machine, "help")
    machine.keys("ret")
    wait_until("the panel", lambda: "PgUp PgDn  Esc closes" in machine.rows()[1])
    first = machine.rows()[2]
    assert first.startswith("verb=")
    machine.keys("pgdn")
    wait_until("the next page", lambda: machine.rows()[2] != first)
    machine.keys("home")
    wait_until("the first page", lambda: machine.rows()[2] == first)
    machine.keys("esc")
    wait_until("the overview", lambda: machine.rows()[1].startswith("PHYSICAL"))


def test_tab_completes_and_up_brings_back(machine):
    opened(machine)
    typed(machine, "vie")
    machine.keys("tab")
    typed(machine, "proc")
    machine.keys("tab", "ret")
    wait_until("the view", lambda: machine.rows()[1].startswith("PROCESSES"))
    opened(machine)
    machine.keys("up")
    bottom(machine, lambda row: row.startswith(":view processes"))
    machine.keys("ctrl-w")
    bottom(machine, lambda row: row.split() == [":view"])
    machine.keys("tab")
    assert "overview" in bottom(machine, lambda row: "launcher" in row)


def test_keys_stand_for_commands(machine):
    machine.keys("spc")
    wait_until("the pause", lambda: "paused" in machine.rows()[0])
    machine.command("key space")
    wait_until("max", lambda: "max" in machine.rows()[0])
    machine.keys("minus")
    wait_until("the pace", lambda: "64/s" in machine.rows()[0])
    machine.command("slower")
    wait_until("the pace", lambda: "32/s" in machine.rows()[0])
    machine.command("pace max")
    machine.command("key f7")
    wait_until("the view", lambda: machine.rows()[1].startswith("PROCESSES"))


def test_programs_are_named_instead_of_pids(machine):
    machine.command("run holes")
    pid = int(machine.command("run holes")[0]["pid"])
    machine.command("select holes")
    wait_until("the title", lambda: f"pid {pid} holes" in machine.rows()[0])
    machine.command("kill holes")
    assert pid not in machine.processes() and "holes" in machine.processes().values()


def test_the_launcher_starts_what_is_chosen(machine):
    machine.keys("f8")
    wait_until("the launcher", lambda: machine.rows()[1].startswith("LAUNCHER"))
    names = [line["lecture"] for line in machine.command("lecture")]
    names += [line["program"] for line in machine.command("programs")]
    machine.keys(*["down"] * names.index("holes"))
    wait_until("the mark", lambda: any(row.split()[1:3] == ["run", "holes"] and row[0] == "►" or row[0] == "\x10"
                                       and "holes" in row for row in machine.rows()))
    machine.keys("ret")
    wait_until("holes", lambda: "holes" in machine.processes().values())


def test_the_mouse_moves_and_presses(machine):
    """Each packet arrives with its signs, down positive, and the button as it is."""
    guest = Guest(machine.memory)

    def packets():
        count = guest.word(guest.symbols["packets_in"])
        ring = guest.symbols["packets"]
        return count, [struct.unpack("<hhB", guest.window(ring + i % 64 * 6, 5)) for i in range(max(0, count - 64), count)]

    def move(x, y):
        machine.qmp("input-send-event", events=[
            {"type": "rel", "data": {"axis": axis, "value": value}} for axis, value in (("x", x), ("y", y))])

    def press(down):
        machine.qmp("input-send-event", events=[{"type": "btn", "data": {"button": "left", "down": down}}])

    for act, want in ((lambda: move(5, -3), (5, -3, 0)), (lambda: move(-200, 90), (-200, 90, 0)),
                      (lambda: press(True), (0, 0, 1)), (lambda: press(False), (0, 0, 0))):
        before = packets()[0]
        act()
        wait_until("a packet", lambda: packets()[0] > before)
        moved = packets()[1][before - packets()[0]:]
        assert (sum(p[0] for p in moved), sum(p[1] for p in moved), moved[-1][2]) == want
