"""The lists of the heap's and the events' views: row by row what guest memory and `dump` say, wherever they are scrolled."""

import re

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, Refused, boot_kernel, wait_until

LIST_ROW, FOOTER_UP, EVENTS_ROW, BARS = 13, 6, 2, 2  # HEAPS_ROW and what is above the list (viz/layout.h); rows at 80x25


@pytest.fixture(scope="module")
def machine():
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS)) as machine:
        machine.ready().command("glow off")
        machine.ended(int(machine.command("run wildfree")[0]["pid"]))
        machine.command("run patchwork 60 5 16")
        yield machine


@pytest.fixture
def held(machine):
    """Stands still somewhere in a busy moment, with patchwork chosen. Views are painted while it is held, by hold."""
    guest = Guest(machine.memory)
    pid = next(pid for pid, name in machine.processes().items() if name == "patchwork")
    mark = guest.events() + 500
    machine.command("go")
    machine.command("pace 200")  # so that the ring stays short
    machine.command(f"select {pid}")
    wait_until("a busy moment", lambda: guest.events() > mark)
    machine.command("hold")
    machine.pid = pid
    yield machine
    machine.command("go")


def rows(machine, *keys):
    """The screen after these keys."""
    for key in keys:
        machine.command(f"key {key}")
    machine.command("hold")  # paints
    return machine.rows()


def number(text):
    return int(text.replace(",", ""))


def tiles_shown(screen):
    """(start, size, is a block) of each row of the list."""
    found = []
    for row in screen[LIST_ROW:-FOOTER_UP]:
        if match := re.match(r"([0-9A-F]{8})  (block|hole)[a-z, ]* ([\d,]+)", row):
            found.append((int(match[1], 16), number(match[3]), match[2] == "block"))
    return found


@pytest.mark.parametrize("heap, key", [("space.heap", None), ("space.pages", "u")])
def test_every_tile_of_the_heap_is_listed(held, heap, key):
    guest = Guest(held.memory)
    told = [(start, end - start, block) for start, end, block in guest.tiles(guest.spaces()[held.pid] + guest.layout[heap])]
    held.command("view heap")
    screen = rows(held, *[key] * (key is not None), "home")
    seen = tiles_shown(screen)
    while len(seen) < len(told):
        more = [tile for tile in tiles_shown(rows(held, "pgdn")) if tile[0] > seen[-1][0]]
        assert more
        seen += more
    assert seen == told
    line = next(line for line in held.command(f"dump heap {held.pid}")
                if line.get("heap") == ("heap" if key is None else "upage"))
    figures = "  ".join(screen[LIST_ROW - 6:LIST_ROW - 4])
    blocks, block_bytes, slack = map(number, re.search(r"([\d,]+) blocks? ([\d,]+) B   ([\d,]+) B of it", figures).groups())
    holes, hole_bytes, largest = map(number, re.search(r"([\d,]+) holes? ([\d,]+) B   largest ([\d,]+)", figures).groups())
    assert (blocks, block_bytes, block_bytes - slack) == tuple(int(line[k]) for k in ("blocks", "block_bytes", "asked"))
    assert (holes, hole_bytes) == (int(line["holes"]), int(line["hole_bytes"]))
    assert largest == max([size for _, size, block in told if not block], default=0)
    if key:
        rows(held, key)


def events_shown(screen):
    return [int(row[:7]) for row in screen[EVENTS_ROW:-BARS] if row[:7].strip()]


def events_told(machine, wanted=lambda line: True):
    newest = Guest(machine.memory).events() - 1
    return [int(line["event"]) for line in machine.command(f"dump events {newest}") if wanted(line)]


FILTERS = {
    "off": lambda line: True,
    "errors": lambda line: line["kind"] in ("refused", "nomem", "fault", "phantom"),
    "pid 1": lambda line: line["pid"] == "1",
    "kind free": lambda line: line["kind"] == "free",
    "owner U kind map": lambda line: line["kind"] == "map" and line["owner"] == "upage",
    "pid 1 owner heap kind malloc": lambda line: (line["pid"], line["owner"], line["kind"]) == ("1", "heap", "malloc"),
}


@pytest.mark.parametrize("words", FILTERS)
def test_the_events_are_those_that_dump_tells(held, words):
    told = events_told(held, FILTERS[words])
    held.command("view events")
    held.command(f"filter {words}")

    def settled(*keys):
        screen = rows(held, *keys)
        while "searching" in screen[1]:
            screen = rows(held)
        return events_shown(screen)
    try:
        shown = settled()
        assert told and shown == told[-len(shown):]
        assert len(shown) == min(len(told), 25 - EVENTS_ROW - BARS)
        assert settled("home") == told[:len(shown)]
        assert settled("end") == shown
        back = settled("pgup")
        assert back == told[-len(shown) - (len(shown) - 1):][:len(shown)] or back == told[:len(shown)]
    finally:
        held.command("filter off")


@pytest.mark.parametrize("wrong", ["filter pid", "filter kind nothing", "filter owner Q", "filter pid 99999999"])
def test_a_wrong_filter_is_refused(machine, wrong):
    machine.send(wrong.encode() + b"\n")
    assert machine.answer()[-1].startswith("error: expected")


def test_filter_alone_lists_all(held):
    held.command("view events")
    held.command("filter kind free")
    held.command("filter")
    assert rows(held)[1].startswith("EVENTS   all ")


def test_an_event_nobody_has_is_not_inspected(held):
    with pytest.raises(Refused, match="the event ring does not have that event"):
        held.command("inspect event 99999999")
