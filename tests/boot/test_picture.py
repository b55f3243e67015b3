"""Law 1, held from outside: every map cell on the screen is what guest memory says, at random moments.

The machine is held, the VGA's memory read through QMP, and each cell of each map worked out anew from raw structures.
"""

import random
import re

import pytest
from guest import Guest
from machine import PROGRAMS, SCREEN, SCREEN_BYTES, TEST_PROGRAMS, TOP, Machine, boot_kernel, wait_until
from picture import Picture

MOMENTS = 15
VIEWS = ["overview", "memman", "heap"]  # those with maps


@pytest.fixture(scope="module", params=[8, 64, 3072], ids=lambda megabytes: f"{megabytes}MB")
def machine(request):
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS), memory=request.param) as machine:
        machine.ready().command("glow off")
        machine.command(f"run patchwork {100 if request.param == 8 else 900} 7 16")
        machine.command("run threads")
        machine.command("run leak")
        yield machine


@pytest.fixture
def held(machine):
    """A machine that stands still somewhere in a busy moment, with patchwork chosen."""
    pid = next(pid for pid, name in machine.processes().items() if name == "patchwork")
    machine.command(f"select {pid}")
    later(machine, 400)
    machine.command("hold")
    yield machine
    machine.command("go")


def later(machine, events):
    """Lets the machine run until so many more events have happened."""
    guest = Guest(machine.memory)
    mark = guest.events() + events
    machine.command("go")
    wait_until(f"event {mark}", lambda: guest.events() >= mark)


def check(machine):
    guest = Guest(machine.memory)
    picture = Picture(guest)
    assert picture.compare(machine.saved(SCREEN, 160 * guest.look("rows"))) == []
    return picture


@pytest.mark.parametrize("view", VIEWS)
def test_at_random_moments(machine, view):
    moments = random.Random(f"{machine.size} {view}")
    machine.command(f"view {view}")
    for _ in range(MOMENTS):
        machine.keys(*["tab"] * moments.randrange(3))
        later(machine, moments.randrange(1, 300))
        machine.command("hold")
        check(machine)
    machine.command("view overview")


def test_every_view_with_a_map_is_tried(held):
    names = [path.stem.removeprefix("view_") for path in (TOP / "viz").glob("view_*.c")]
    for name in names:
        held.command(f"view {name}")
        held.command("hold")
        assert bool(Picture(Guest(held.memory)).places) == (name in VIEWS), name
    held.command("view overview")


def zoom(machine, thing, size):
    """Zooms the map that shows the thing, and takes the cursor away."""
    machine.command(f"inspect {thing}")
    machine.command("hold")  # paints: the cursor finds the thing
    machine.command(f"zoom {size}")
    machine.command("inspect off")


@pytest.fixture(params=["rows 50", "letters on", "theme mono"])
def looked(held, request):
    """Another look of the same picture."""
    held.command("go")
    held.command(request.param)
    yield held
    held.command({"rows 50": "rows 25", "letters on": "letters off", "theme mono": "theme dark"}[request.param])


@pytest.mark.parametrize("view", VIEWS)
def test_in_another_look(looked, view):
    looked.command(f"view {view}")
    for _ in range(MOMENTS // 3):
        later(looked, 100)
        looked.command("hold")
        check(looked)
    looked.command("view overview")


@pytest.mark.parametrize("letters", ["on", "off"])
@pytest.mark.parametrize("size", [1, 128, 4096, 1 << 17, 1 << 22])
def test_zoomed(held, size, letters):
    """Every map of the overview at every scale: each zone, the page table, the heap."""
    guest = Guest(held.memory)
    space = guest.spaces()[next(pid for pid, name in held.processes().items() if name == "patchwork")]
    start, end = guest.region(space + guest.layout["space.heap"], "heap.range")
    zones = [guest.region(zone, "zone_info.span")[0] for zone in guest.zones()]
    things = [f"frame {zone + 64:#x}" for zone in zones] \
        + [f"page {start + 4096:#x}", f"heap {(start + end) // 2 & -8:#x}"]
    held.command("go")
    held.command(f"letters {letters}")
    for _ in range(2):
        for thing in things:
            zoom(held, thing, size)
        for _ in range(2):
            later(held, 60)
            held.command("hold")
            picture = check(held)
            held.command("go")
        zoomed = [picture.kind(place) for place in picture.places if 1 << place["shift"] == size]
        assert {*zoomed} == {"frames", "pages", "heap"}
    for thing in things:
        zoom(held, thing, "fit")
    held.command("letters off")
    held.command("hold")
    check(held)


def test_after_more_events_than_viz_follows(held):
    pid = int(held.command("run patchwork 40 3 1000000")[0]["pid"])
    for _ in range(5):
        later(held, 30000)
        held.command("hold")
        check(held)
    held.command(f"kill {pid}")
    held.command("go")
    held.ended(pid)


@pytest.mark.parametrize("machine", [64], indirect=True, ids=["64MB"])
def test_a_large_heap_at_many_moments(held):
    """A pixel of it is several pages: blocks, guard pages, holes with and without a page, all in one."""
    later(held, 4000)
    held.command("hold")
    assert max(place["shift"] for place in check(held).places if place["pid"]) > 13
    for _ in range(150):
        later(held, 50)
        held.command("hold")
        check(held)


def test_all_maps_are_there(held):
    picture = check(held)
    guest = picture.guest
    spans = [guest.region(zone, "zone_info.span") for zone in guest.zones()]
    frames, pages, heap = [[place for place in picture.places if picture.kind(place) == kind]
                           for kind in ("frames", "pages", "heap")]
    assert [(place["start"], place["end"]) for place in frames] == [(0, spans[0][0])] + spans
    chosen = guest.spaces()[pages[0]["pid"]]
    assert guest.name(chosen) == "patchwork"
    assert pages[0]["start"] == guest.USER_HEAP and heap[0]["pid"] == pages[0]["pid"]
    assert (heap[0]["start"], heap[0]["end"]) == guest.region(chosen + guest.layout["space.heap"], "heap.range")
    assert len(picture.cells) == sum(place["columns"] * place["rows"] // 2 for place in picture.places)
    for place in picture.places:  # everything that is in the region has a pixel, and no scale is wasted
        size, pixels = place["end"] - place["start"], place["columns"] * place["rows"]
        assert size <= pixels << place["shift"]


@pytest.mark.parametrize("view", ["help", "events", "processes"])
def test_after_another_view(held, view):
    held.command(f"view {view}")
    later(held, 50)
    held.command("view overview")
    held.command("hold")
    check(held)


def test_after_the_chosen_process_ended(machine):
    pid = machine.command("run patchwork")[0]["pid"]
    machine.command(f"select {pid}")
    later(machine, 200)
    machine.command(f"kill {pid}")
    machine.ended(int(pid))
    machine.command("hold")
    picture = check(machine)
    assert {picture.kind(place) for place in picture.places} == {"frames"}
    assert any(f"pid {pid} patchwork has ended" in row for row in machine.rows())


def test_after_a_race(machine):
    """Its view has no maps then, and nothing of them stays."""
    machine.command("race sizes first best")
    machine.command("view race")
    later(machine, 200)
    machine.command("race stop")
    assert machine.differences() == []
    machine.command("hold")
    guest = Guest(machine.memory)
    assert not any(guest.field(at, "map_place.kind") for at in guest.array("viz_maps", "map_place", guest.MAPS))
    assert "No race runs now." in "".join(machine.rows())
    machine.command("view overview")


# ---- The comparison itself: whatever is wrong must be found

def test_finds_every_wrong_cell(held):
    picture, screen = check(held), held.screen()
    assert len(screen) == SCREEN_BYTES
    for (row, column), (*_, place) in picture.cells.items():
        at = 2 * (80 * row + column)
        for byte, flip in (at, 0x01), (at + 1, 0x01), (at + 1, 0x10):  # character, upper pixel, lower pixel
            spoiled = bytearray(screen)
            spoiled[byte] ^= flip
            found = picture.compare(spoiled)
            assert len(found) == 1 and f"map of {picture.kind(place)} " in found[0] \
                and f"row {row} column {column}:" in found[0]


def spoiled(machine, physical, data):
    """What the picture should be if memory held `data` there."""
    def read(address, size):
        content = bytearray(machine.memory(address, size))
        for i, byte in enumerate(data):
            if address <= physical + i < address + size:
                content[physical + i - address] = byte
        return bytes(content)
    return Picture(Guest(read)).compare(machine.screen())


def test_finds_a_page_that_is_not_mapped(held):
    picture = check(held)
    guest, place = picture.guest, next(place for place in picture.places if picture.kind(place) == "pages")
    space = guest.spaces()[place["pid"]]
    table = guest.tables(space)[guest.USER_HEAP]
    first = min(page for page in guest.pages(space) if page >= guest.USER_HEAP >> 12)
    run = 1 << (place["shift"] - 12)  # all pages of its pixel
    at = table * 4096 + 4 * (first % 1024 & -run)
    assert any("map of pages" in difference for difference in spoiled(held, at, bytes(4 * run)))


def test_finds_a_block_that_is_a_hole(held):
    picture = check(held)
    guest, place = picture.guest, next(place for place in picture.places if picture.kind(place) == "heap")
    heap = guest.spaces()[place["pid"]] + guest.layout["space.heap"]
    tile, largest = guest.field(heap, "heap.first"), 0
    while tile:
        start, end = guest.region(tile, "tile.at")
        if guest.field(tile, "tile.state") == guest.TILE_BLOCK and end - start > largest:
            chosen, largest = tile, end - start
        tile = guest.field(tile, "tile.next")
    at = chosen + guest.layout["tile.state"] - 0xC0000000
    assert any("map of heap" in difference for difference in spoiled(held, at, bytes([guest.TILE_HOLE])))


@pytest.mark.parametrize("machine", [8], indirect=True, ids=["8MB"])
def test_finds_a_kernel_that_paints_a_lie(machine):
    """Its table of owners says that the first free kernel page is a heap's; screen and memory then differ."""
    machine.command("hold")
    guest = check(machine).guest
    zone = guest.zones()[guest.ZONE_P]
    frame = next(start for start, _, state, _ in guest.ranges(zone) if state == guest.RANGE_FREE) >> 12
    at = guest.word(guest.symbols["owners"] + guest.layout["owners.frame"]) - 0xC0000000 \
        + frame * guest.layout["sizeof.frame"] + guest.layout["frame.owner"]
    truth = machine.memory(at, 1)
    assert truth[0] == guest.OWNER_FREE
    for lie, seen in (guest.OWNER_HEAP, "map of frames"), (guest.OWNER_FOREIGN, "shows 21"):
        machine.poke(at, bytes([lie]))
        machine.command("view overview")
        machine.command("hold")
        found = Picture(Guest(machine.memory)).compare(machine.screen())
        assert len(found) == 1 and seen in found[0]
        assert machine.differences() != []
    machine.poke(at, truth)
    machine.command("view overview")
    machine.command("hold")
    check(machine)
    assert machine.differences() == []


@pytest.mark.parametrize("machine", [8, 64, 3072], indirect=True, ids=["8MB", "64MB", "3GB"])
def test_one_frame_after_the_event(machine):
    """The cells that an event concerns are painted in the next frame, as many events as it may have to follow."""
    for view in "memman", "overview":
        machine.command(f"view {view}")
        found = machine.command("bench latency")
        assert [int(line["events"]) for line in found] == [1, 2000, 2001]
        for line in found:
            assert int(line["cells"]) > 0 and line["false"] == "0", line


# ---- Alive, and in the right colours

def map_cells(machine, picture):
    screen = machine.screen()
    return [screen[2 * (80 * row + column):][:2] for row, column in picture.cells]


def test_is_live(held):
    picture = check(held)
    before = map_cells(held, picture)
    later(held, 1000)
    held.command("hold")
    assert sum(a != b for a, b in zip(before, map_cells(held, picture))) > 5


def test_stands_still_when_paused(held):
    """What moves is the programs' doing: paused, the maps stay while the machine goes on."""
    picture = check(held)
    guest = picture.guest
    held.command("go")
    held.command("pause")

    def still():
        """Half a second of guest time in which nothing moves."""
        clock, events, before = guest.clock(), guest.events(), map_cells(held, picture)
        wait_until("time to go on", lambda: guest.clock() > clock + 500)
        return (events, before) == (guest.events(), map_cells(held, picture))

    wait_until("everything to stand still", still)
    assert "paused" in held.rows()[0]


@pytest.mark.parametrize("theme", ["light", "mono", "dark"])
def test_colours_are_the_palette(held, theme):
    held.command(f"theme {theme}")
    held.command("hold")
    guest = Guest(held.memory)
    size = 3 * guest.COLOURS
    number = ["dark", "light", "mono"].index(theme)
    dac = guest.window(guest.symbols["themes"] + number * size, size)
    palette = {tuple(dac[i:i + 3]) for i in range(0, len(dac), 3)}
    seen = {tuple(part >> 2 for part in colour) for _, colour in held.picture().getcolors()}
    assert seen <= palette and len(seen) >= 8


def test_title_tells_the_moment(held):
    title = held.rows()[0]
    assert title.startswith("SUTURE  HEALED") and "patchwork" in title and "hold" in title
    newest = int(re.search(r"ev ([\d,]+)", title)[1].replace(",", ""))
    assert newest == Guest(held.memory).events() - 1
