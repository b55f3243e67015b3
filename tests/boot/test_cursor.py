"""The cursor by keyboard and mouse: what the inspector says is what `dump` says, and what is lit is its chain."""

import bisect
import re
import subprocess
import time

import pytest
from guest import Guest
from machine import BUILD, PROGRAMS, Machine, boot_kernel, wait_until
from picture import Picture

FOOTER = slice(19, 23)
PAGE = 4096
MOUSE_STEP = 8  # counts of the mouse for a column, and for half a row


@pytest.fixture(scope="module")
def machine():
    """A garden of some blocks, standing still."""
    with Machine(boot_kernel(*PROGRAMS), memory=16) as machine:
        machine.ready().command("glow off")
        wait_until("some blocks", lambda: int(machine.command("dump heap 1")[0]["blocks"]) >= 12)
        machine.command("pause")
        yield machine


@pytest.fixture
def fresh(machine):
    """The overview without a cursor."""
    machine.command("inspect off")
    machine.command("zoom fit")
    machine.command("view overview")
    return machine


def inspector(machine):
    """Its rows in a picture of their own."""
    machine.command("hold")
    return [row.rstrip() for row in machine.rows()[FOOTER]]


def blocks(machine):
    return [line for line in machine.command("dump heap 1") if "block" in line]


def frame_of(machine, page):
    for line in machine.command("dump pages 1"):
        if "start" in line and int(line["start"], 16) <= page < int(line["end"], 16):
            return int(line["frame"], 16) + page - int(line["start"], 16)
    return None


def function_of(address):
    """Name and offset, as the symbols of the program's file say."""
    text = subprocess.run(["nm", BUILD / "user/churn.elf"], capture_output=True, text=True, check=True).stdout
    symbols = sorted((int(line.split()[0], 16), line.split()[2]) for line in text.splitlines() if " T " in line or " t " in line)
    start, name = symbols[bisect.bisect(symbols, (address, "~")) - 1]
    return f"{name}+0x{address - start:X}"


def check_block(machine, line, rows):
    """The inspector's four rows against the dump's line of the block."""
    start, end = int(line["block"], 16), int(line["end"], 16)
    page = start & -PAGE
    frame = frame_of(machine, page)
    what = f"H block {start:08X}..{end:08X}  {end - start:,} B ({int(line['asked']):,} asked) of pid 1 churn"
    assert rows[0] == what
    more = -(-end // PAGE) - page // PAGE - 1
    assert rows[1] == f"  block <- heap of pid 1 <- frame {frame:08X}" + (f" and {more} more" if more else "") \
        + " <- zone upages"
    assert re.match(rf"  page {page:08X}" + (f" and {more} more" if more else "")
                    + rf"  entry {page >> 12 & 1023} of table {page >> 22}: {frame >> 12:05X}...  P W U [A-] [D-]$", rows[2])
    assert re.match(rf"  called by {re.escape(function_of(int(line['caller'], 16)))}  event {int(line['event']):,}, ",
                    rows[3])


def test_arrows_reach_the_blocks(fresh):
    """Every block that has a pixel's first byte or is the first in one; some by keys, the rest by what keys do."""
    place = place_of(fresh, lambda guest: guest.MAP_HEAP)
    lines = {line["block"].upper(): line for line in blocks(fresh)}
    want, pixels = {}, 1 + (place["end"] - 1 - place["start"] >> place["shift"])
    for at, line in lines.items():
        want.setdefault((int(at, 16) - place["start"]) >> place["shift"], at)
    seen = set()
    for n in range(pixels):
        if n < 8:
            fresh.keys("right")
            time.sleep(0.2)  # QEMU lets go of a key after 0.1 s, and presses no other before
        else:
            fresh.command("key right")
        rows = inspector(fresh)
        found = re.match(r"H block (\w{8})", rows[0])
        if found and found[1] not in seen:
            seen.add(found[1])
            check_block(fresh, lines[found[1]], rows)
    assert set(want.values()) <= seen
    fresh.keys("esc")
    wait_until("the cursor to go", lambda: "block <-" not in "".join(inspector(fresh)), 20)


def place_of(machine, kind):
    guest = Guest(machine.memory)
    return next(place for place in Picture(guest).places if place["kind"] == kind(guest))


def move(machine, x, y):
    machine.qmp("input-send-event", events=[{"type": "rel", "data": {"axis": axis, "value": value}}
                                            for axis, value in (("x", x), ("y", y)) if value])


def point(machine, column, half_row):
    """From the corner, in moves that one packet holds."""
    for _ in range(8):
        move(machine, -100, -100)
        time.sleep(0.02)
    x, y = column * MOUSE_STEP + 4, half_row * MOUSE_STEP + 4
    while x or y:
        move(machine, min(x, 100), min(y, 100))
        x, y = x - min(x, 100), y - min(y, 100)
        time.sleep(0.02)


def test_the_mouse_points(fresh):
    place = place_of(fresh, lambda guest: guest.MAP_HEAP)
    lines = blocks(fresh)
    for line in lines[1::4]:
        start = int(line["block"], 16)
        n = (start - place["start"] >> place["shift"]) + 1  # the pixel after the one where it begins
        if int(line["end"], 16) < place["start"] + (n + 1 << place["shift"]):
            continue
        point(fresh, place["column"] + n % place["columns"], 2 * place["row"] + n // place["columns"])
        wait_until("the pointer", lambda: f"block {start:08X}" in inspector(fresh)[0], 20)
        check_block(fresh, line, inspector(fresh))


def stands_still(machine):
    """Waits until the last calls that were let through are over, and painted."""
    guest, last = Guest(machine.memory), None
    while last != (last := guest.events()):
        time.sleep(0.5)


def overlaps(pixel, regions):
    return any(start < pixel[1] and pixel[0] < end for start, end in regions)


def test_lights_the_whole_chain(fresh):
    """What changes by itself on a machine that stands still is a pixel of the chain, in each of the three maps."""
    fresh.command("go")  # held, it would not be painted
    fresh.command("pause")
    stands_still(fresh)
    line = max(blocks(fresh), key=lambda line: int(line["end"], 16) - int(line["block"], 16))
    start, end = int(line["block"], 16), int(line["end"], 16)
    fresh.command(f"inspect heap 0x{start:08x}")
    wait_until("the inspector", lambda: f"block {start:08X}" in fresh.rows()[FOOTER][0], 20)
    pages = range(start & -PAGE, end, PAGE)
    frames = [(frame_of(fresh, page), frame_of(fresh, page) + PAGE) for page in pages]
    guest = Guest(fresh.memory)
    chain = {guest.MAP_HEAP: [(start, end)], guest.MAP_PAGES: [(pages[0], pages[-1] + PAGE)],
             guest.MAP_FRAMES: frames}
    screens = []
    for _ in range(12):
        screens.append(fresh.screen())
        time.sleep(0.1)
    beating = {kind: 0 for kind in chain}
    for place in Picture(guest).places:
        for n in range(place["columns"] * place["rows"]):
            row, column = n // place["columns"], n % place["columns"]
            at = 2 * (80 * (place["row"] + row // 2) + place["column"] + column) + 1
            colours = {screen[at] >> 4 if row % 2 else screen[at] & 15 for screen in screens}
            pixel = (place["start"] + (n << place["shift"]), place["start"] + (n + 1 << place["shift"]))
            if len(colours) > 1:
                assert overlaps(pixel, chain[place["kind"]]), (place, n, colours)
                beating[place["kind"]] += 1
    assert all(beating.values()), beating


def test_every_thing_has_words(fresh):
    """Frames of each owner, byte ranges and pages, against the dump."""
    zones = {line["zone"]: line for line in fresh.command("dump memman") if "zone" in line}
    directory = int(fresh.command("dump pages 1")[0]["directory"], 16)
    fresh.command(f"inspect frame {directory:#x}")
    assert inspector(fresh)[0] == f"P frame {directory:08X}..{directory + PAGE:08X}  4,096 B of pid 1 churn"
    assert inspector(fresh)[1] == f"  frame {directory:08X} <- zone kpages"
    at = int(zones["ubytes"]["start"], 16)
    fresh.command(f"inspect frame {at:#x}")
    assert inspector(fresh)[0].startswith(f"B range {at:08X}..")
    fresh.command("inspect page 0x10000000")
    assert "unmapped page 10000000" in inspector(fresh)[0]
    event = fresh.command("dump events 1")[0]
    fresh.command(f"inspect event {event['event']}")
    assert inspector(fresh)[0].split()[0] == event["event"]


def test_what_stands_nowhere_leaves_no_mark(fresh):
    fresh.keys("right")
    wait_until("the cursor", lambda: "block <-" in "".join(inspector(fresh)), 20)
    fresh.command("go")
    fresh.command("pause")
    fresh.command("inspect page 0x7fffffff")
    assert fresh.differences() == []
    assert inspector(fresh)[0] == "  unmapped page 7FFFF000..80000000  4,096 B of pid 1 churn: past the heap"
    fresh.command("inspect off")
