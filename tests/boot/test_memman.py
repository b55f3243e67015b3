"""The view memman: its map, its zones and its list of free ranges are what guest memory says."""

import random

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, boot_kernel, wait_until
from picture import Picture

NAMES = ("kpages", "kbytes", "ubytes", "upages")
ZONES_ROW, LIST_ROW, LIST_END = 7, 12, 19  # of viz/layout.h


@pytest.fixture(params=[8, 64, 3072], ids=lambda megabytes: f"{megabytes}MB")
def machine(request):
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS), memory=request.param) as machine:
        machine.ready().command("glow off")
        machine.command(f"run patchwork {100 if request.param == 8 else 900} 7 16")
        machine.command("run crowd")
        machine.command("view memman")
        yield machine


def later(machine, events):
    guest = Guest(machine.memory)
    mark = guest.events() + events
    machine.command("go")
    wait_until(f"event {mark}", lambda: guest.events() >= mark)
    machine.command("hold")


def number(text):
    return int(text.replace(",", ""))


def test_at_random_moments(machine):
    moments = random.Random(f"{machine.size}")
    for _ in range(15):
        machine.keys(*["home", "pgdn", "end"][:moments.randrange(4)])
        later(machine, moments.randrange(1, 400))
        guest, rows = Guest(machine.memory), machine.rows()
        assert Picture(guest).compare(machine.screen()) == []
        free = []
        for row, name, zone in zip(rows[ZONES_ROW:], NAMES, guest.zones()):
            ranges = [(start, end) for start, end, state, _ in guest.ranges(zone) if state == guest.RANGE_FREE]
            start, end = guest.region(zone, "zone_info.span")
            assert [row[2:8], row[9:17], row[18:26]] == [name, f"{start:08X}", f"{end:08X}"]
            assert number(row[50:60]) == sum(end - start for start, end in ranges) >> 10
            assert number(row[60:70]) == len(ranges)
            assert number(row[70:80]) == max((end - start for start, end in ranges), default=0) >> 10
            free += [(f"{start:08X}", end - start, name) for start, end in ranges]
        shown = [(row[:8], number(row[9:22]), row[26:32]) for row in rows[LIST_ROW:LIST_END] if row[0] != " "]
        at = free.index(shown[0])
        assert shown == free[at:at + len(shown)] and len(shown) == min(len(free), LIST_END - LIST_ROW)
