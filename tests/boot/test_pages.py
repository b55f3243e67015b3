"""The view of the page tables: what stands on the screen is what the processor left in guest memory, A and D too."""

import struct

import pytest
from guest import ENTRIES, PAGE, PRESENT, TABLE_SPAN, Guest
from machine import PROGRAMS, Machine, boot_kernel, wait_until

ACCESSED, DIRTY = 0x20, 0x40
TABLE_ROW, COLUMN, COLUMNS, ROWS = 11, 9, 64, 4  # PAGES_ROW + 1 and MAP_COLUMN of viz/layout.h; rows at 80x25


@pytest.fixture
def machine():
    with Machine(boot_kernel(*PROGRAMS)) as machine:
        machine.ready().command("glow off")
        machine.command("view pages")
        yield machine


def entries(guest, pid, address):
    """The entries of the table that maps the address; None where there is no table."""
    frame = guest.tables(guest.spaces()[pid]).get(address // TABLE_SPAN * TABLE_SPAN)
    return frame and struct.unpack(f"<{ENTRIES}I", guest.read(frame * PAGE, PAGE))


def letters(table):
    """What the rows of the table must show: a letter for each present entry, D before A; blanks."""
    return ["".join("D" if e & PRESENT and e & DIRTY else "A" if e & PRESENT and e & ACCESSED else " "
                    for e in table[row * COLUMNS:(row + 1) * COLUMNS]) for row in range(ROWS)]


def shown(machine):
    return [row[COLUMN:COLUMN + COLUMNS] for row in machine.rows()[TABLE_ROW:TABLE_ROW + ROWS]]


def held(machine, pid, address, wanted):
    """Lets the machine run until the first letters of the table are these, then compares all that is shown."""
    def so():
        table = entries(Guest(machine.memory), pid, address)
        return table and letters(table)[0].startswith(wanted)
    wait_until(f"entries {wanted!r}", so)
    machine.command("hold")
    table = entries(Guest(machine.memory), pid, address)
    assert shown(machine) == letters(table)
    machine.command("go")


def test_accessed_and_dirty_come_and_are_cleared(machine):
    pid = int(machine.command("run pages")[0]["pid"])
    machine.command(f"select {pid}")
    pages = Guest(machine.memory).USER_PAGES
    held(machine, pid, pages, "AD")
    held(machine, pid, pages, "ADD ")  # the fourth is never touched
    for clear in (lambda: machine.command("clear ad"), lambda: machine.command(f"clear ad {pid}"),
                  lambda: machine.keys("a")):
        machine.command("pause")  # it sleeps or waits: for a moment nobody touches the pages
        clear()
        wait_until("bits cleared", lambda: entries(Guest(machine.memory), pid, pages)[3] & (ACCESSED | DIRTY) == 0)
        wait_until("blanks", lambda: shown(machine)[0].startswith(" "))
        machine.command("go")
        held(machine, pid, pages, "ADD ")


def test_cleared_bits_come_back_for_the_program_that_runs(machine):
    """The processor must not go on with what it remembers of the pages: it would set nothing."""
    pid = next(pid for pid, name in machine.processes().items() if name == "churn")
    machine.command(f"select {pid}")
    heap = Guest(machine.memory).USER_HEAP
    for _ in range(5):
        wait_until("a dirty page", lambda: any(e & DIRTY for e in entries(Guest(machine.memory), pid, heap) or ()))
        machine.command("clear ad")
    machine.command("hold")
    assert shown(machine) == letters(entries(Guest(machine.memory), pid, heap))


def test_clearing_touches_one_process(machine):
    first, second = (int(machine.command("run leak")[0]["pid"]) for _ in range(2))

    def accessed(pid):
        guest = Guest(machine.memory)
        return sum(bool(e & ACCESSED) for start in guest.tables(guest.spaces()[pid]) for e in entries(guest, pid, start))

    wait_until("both to run", lambda: accessed(first) and accessed(second))
    machine.command("hold")
    before = accessed(second)
    machine.command(f"clear ad {first}")
    assert accessed(first) == 0 and accessed(second) == before


def test_clearing_shows_the_present(machine):
    """The bits of the past are unknown: what is cleared is the present's, and the picture goes there first."""
    machine.command("pause")
    machine.command("back")
    wait_until("the past", lambda: "PAST" in machine.rows()[0])
    machine.command("clear ad")
    wait_until("the present", lambda: "PAST" not in machine.rows()[0])


def backgrounds(screen, row):
    """The colours of a row of cells, lower and upper halves."""
    cells = screen[2 * (80 * row + COLUMN):2 * (80 * row + COLUMN + COLUMNS)]
    return [(cell & 15, cell >> 4) for cell in cells[1::2]], cells[::2]


@pytest.mark.parametrize("rows", [25, 50])
@pytest.mark.parametrize("memory", [8, 64, 3072], ids=lambda megabytes: f"{megabytes}MB")
def test_every_entry_is_in_its_owners_colour(memory, rows):
    """All 1,024 of the directory and of the heap's table, from the frames behind them as other structures claim them."""
    with Machine(boot_kernel(*PROGRAMS), memory=memory) as machine:
        machine.ready().command("glow off")
        machine.command(f"rows {rows}")
        machine.command("view pages")
        guest = Guest(machine.memory)
        pid = next(pid for pid, name in machine.processes().items() if name == "churn")
        wait_until("a heap", lambda: entries(guest, pid, guest.USER_HEAP))
        machine.command("hold")
        claims, wrong = guest.owners()
        assert not wrong
        colours = guest.window(guest.symbols["owner_colour"], guest.OWNER_FOREIGN + 1)
        space = guest.spaces()[pid]
        directory = struct.unpack(f"<{ENTRIES}I", guest.read(guest.field(space, "space.directory"), PAGE))
        pages, behind = guest.pages(space), {}
        for page, frame in pages.items():
            owners = behind.setdefault(page // ENTRIES, {})
            owners[claims[frame]] = owners.get(claims[frame], 0) + 1

        def wanted(entry):
            if entry == guest.USER_HEAP // TABLE_SPAN:
                return guest.COLOUR_WHITE
            if not directory[entry] & PRESENT:
                return guest.COLOUR_UNMAPPED
            if entry >= 768:
                return colours[guest.OWNER_SYSTEM]
            owners = behind.get(entry, {guest.OWNER_KPAGE: 1})
            return colours[max((count, owner) for owner, count in owners.items())[1]]

        screen = machine.screen(rows)
        for row in range(8):
            halves, glyphs = backgrounds(screen, 2 + row)
            assert set(glyphs) == {0xDF}
            for half in range(2):
                first = (2 * row + half) * COLUMNS
                assert [pair[half] for pair in halves] == [wanted(first + i) for i in range(COLUMNS)]

        seen, table = set(), entries(guest, pid, guest.USER_HEAP)
        shown_rows = (ROWS, 16)[rows == 50]
        while len(seen) < ENTRIES:
            screen = machine.screen(rows)
            for row in range(TABLE_ROW, TABLE_ROW + shown_rows):
                address = int(screen[160 * row:160 * row + 16:2].decode("cp437"), 16)
                first = address // PAGE % ENTRIES
                halves, glyphs = backgrounds(screen, row)
                for i in range(COLUMNS):
                    entry = table[first + i]
                    is_there = entry & PRESENT
                    owner = claims[entry >> 12] if is_there else None
                    assert halves[i][1] == (colours[owner] if is_there else guest.COLOUR_UNMAPPED)
                    mark = "D" if entry & DIRTY else "A" if entry & ACCESSED else " "
                    assert chr(glyphs[i]) == (mark if is_there else " ")
                    seen.add(first + i)
            machine.command("key pgdn")
            machine.command("hold")
