"""The kernel's own end is readable, on the screen and on the serial line: names, registers, the walk, the past."""

import re

import pytest
from guest import Guest
from machine import PROGRAMS, Machine, boot_kernel, wait_until

HEX = "[0-9a-f]{8}"
NAMED = rf"{HEX}  \w+\+[0-9a-f]+"
REGISTERS = [rf"eax {HEX}  ebx {HEX}  ecx {HEX}  edx {HEX}", rf"esi {HEX}  edi {HEX}  ebp {HEX}  esp {HEX}",
             rf"eip {HEX}  cs 0008  eflags {HEX}  error [0-9a-f]{{4}}  cr2 {HEX}  cr3 {HEX}"]


@pytest.fixture
def machine():
    with Machine(boot_kernel(*PROGRAMS)) as machine:
        machine.ready().command("run threads")
        guest = Guest(machine.memory)
        wait_until("a past", lambda: guest.events() > 60)
        yield machine


def end(machine):
    """The panic as rows of the screen; the log must say the same."""
    machine.logged("^PANIC: ")
    wait_until("the processor to halt", lambda: "HLT=1" in machine.qmp(
        "human-monitor-command", **{"command-line": "info registers"}))
    rows = [row.rstrip() for row in machine.rows()]
    assert rows[0].startswith("PANIC: ")
    start = next(i for i, line in enumerate(machine.log) if line.startswith("PANIC: "))
    said = machine.log[start:]
    shown = [row for row in rows if row]
    assert [line[:80].rstrip() for line in said[:len(shown)]] == shown
    screen = machine.screen()
    assert {screen[2 * column + 1] for column in range(80)} == {screen[1]} != {screen[161]}  # the head stands out
    guest = Guest(machine.memory)
    assert any(re.match(rf"event {guest.events() - 1} \d+ms pid=\d+ \w+ \[{HEX}, {HEX}\)", row) for row in rows)
    return shown


def has(rows, *patterns):
    for pattern in patterns:
        assert any(re.search(pattern, row) for row in rows), (pattern, rows)


@pytest.mark.parametrize("how, what, detail", [
    ("read", "page fault", rf"^00001234: directory {HEX} \(.*\), table {HEX} \(not present\)"),
    ("write", "page fault", rf"^c01\w{{5}}: directory {HEX} \(P.*\), table {HEX} \(P.*\)"),
    ("divide", "divide error", "^eip "),
])
def test_a_fault_in_the_kernel(machine, how, what, detail):
    machine.send(f"crash {how}\n".encode())
    rows = end(machine)
    has(rows[:1], what)
    has(rows, rf"^at {HEX}  crash\+", r"called from .*  (carry_out|command_line)", detail, *REGISTERS)


def test_a_broken_law(machine):
    machine.send(b"crash law\n")
    rows = end(machine)
    has(rows[:1], "a law broken on purpose")
    has(rows, rf"^at {NAMED}")


def test_a_stack_that_runs_into_its_guard_page(machine):
    machine.send(b"crash stack\n")
    rows = end(machine)
    guard = Guest(machine.memory).symbols["boot_stack_guard"]
    has(rows[:1], "double fault: the kernel stack ran into its guard page")
    has(rows, rf"^at {HEX}  crash\+", rf"cr2 {guard + 0xFFC:08x}",
        r"^c0\w+: directory .*table 00000000 \(not present\)", *REGISTERS)


def test_a_fault_while_a_program_runs(machine):
    """From outside: the first program's regime is said to lie where nothing is mapped; nobody but its calls looks there."""
    machine.command("viz off")
    guest = Guest(machine.memory)
    machine.poke(guest.spaces()[1] + guest.layout["space.regime"] - 0xC0000000, bytes(4))
    rows = end(machine)
    has(rows[:1], "page fault")
    has(rows, rf"^at {HEX}  sys_\w+\+", *REGISTERS, r"^while pid 1 \(churn\), thread 0 was running",
        r"^000000\w\w: directory .*\(not present\)")


def test_a_structure_that_was_spoiled(machine):
    """A live frame's record says free: giving it back breaks a law, and the kernel says so instead of going on."""
    machine.command("hold")
    guest = Guest(machine.memory)
    zone = guest.zones()[guest.ZONE_U]
    records = guest.field(zone, "zone_info.records") - 0xC0000000
    units, stride = guest.field(zone, "zone_info.units"), 1 << guest.field(zone, "zone_info.stride_shift")
    for unit in range(min(units, 64)):
        word = records + unit * stride + 3
        state = machine.memory(word, 1)[0]
        if state >> 6 == guest.RANGE_LENT:
            machine.poke(word, bytes([state & 0x3F | guest.RANGE_FREE << 6]))
    machine.send(b"go\nkill 1\n")
    rows = end(machine)
    has(rows[:1], "a mapped frame was not memman's to take back")
    has(rows, r"called from .* space_(unmap|delete|stack_delete)", "called from .* process_reap")
