"""Guest memory, walked from outside: ELF symbols, the kernel's window, page tables, raw structures.

Nothing here asks the kernel or trusts its table of owners: who owns a frame is worked out from those who hold it.
Field offsets come from tests/boot/layout.c, compiled by the kernel's compiler.
"""

import functools
import struct
import subprocess

from machine import BUILD, KERNEL

PAGE, ENTRIES, TABLE_SPAN = 4096, 1024, 1 << 22
PRESENT, LARGE = 0x001, 0x080
WINDOW, WINDOW_END = 0xC0000000, 0xF0000000
STACKS_END = 0xF0FFC000  # the last page of the kernel's stack area is for frames above the window


@functools.cache
def symbols(*command):
    """Values by name, from lines as nm prints them."""
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {words[2]: int(words[0], 16) for words in map(str.split, output.splitlines()) if len(words) == 3}


class Guest:
    """`read(physical, size)` gives bytes of guest memory. Ask while the guest stands still, and make a new one then."""

    def __init__(self, read):
        self.read = read
        self.symbols = symbols("nm", KERNEL)
        self.layout = symbols("cat", BUILD / "tests" / "layout.txt")

    def __getattr__(self, name):
        """A constant of the kernel's headers."""
        try:
            return self.layout[name]
        except KeyError:
            raise AttributeError(name) from None

    # ---- Memory and structures

    def window(self, address, size):
        """Kernel memory in the window."""
        assert WINDOW <= address and address + size <= WINDOW_END, hex(address)
        return self.read(address - WINDOW, size)

    def words(self, address, count):
        return struct.unpack(f"<{count}I", self.window(address, 4 * count))

    def word(self, address):
        return self.words(address, 1)[0]

    def field(self, address, name):
        """A number: the field `name`, "space.pid", of the structure at `address`."""
        size = self.layout["sizeof." + name]
        return int.from_bytes(self.window(address + self.layout[name], size), "little")

    def region(self, address, name):
        return self.words(address + self.layout[name], 2)

    def array(self, symbol, type, count):
        """Addresses of an array's elements."""
        return [self.symbols[symbol] + i * self.layout["sizeof." + type] for i in range(count)]

    def events(self):
        """The sequence number of the next event."""
        return self.field(self.symbols["events"], "events.next")

    def event(self, number):
        """The words of an event's record (mm/events.h), newer ones included that the ring has put in its place."""
        events = self.symbols["events"]
        place = number % self.field(events, "events.capacity")
        return self.words(self.field(events, "events.ring") + 64 * place, 16)

    def phantoms(self, first):
        """The cases of the phantoms since that event."""
        records = (self.event(number) for number in range(first, self.events()))
        return [record[10] for record in records if record[3] & 0xFF == self.EV_PHANTOM]

    def clock(self):
        """Milliseconds since boot, as the last timer tick left them."""
        return self.word(self.symbols["events_clock"])

    def spaces(self):
        """Addresses of the processes' spaces, by pid."""
        spaces = self.array("spaces", "space", self.SPACES)
        return {pid: at for at in spaces if (pid := self.field(at, "space.pid"))}

    def name(self, space):
        at = space + self.layout["space.name"]
        return self.window(at, self.layout["sizeof.space.name"]).split(b"\0")[0].decode()

    def caption(self, lecturers):
        """What the lecturer, or else a program, said last; "": nothing yet."""
        size, text = self.layout["sizeof.caption.text"], self.layout["caption.text"]
        said = [(self.field(at, "caption.number"), self.window(at + text, size).split(b"\0")[0].decode())
                for at in self.array("captions", "caption", self.CAPTIONS_KEPT)
                if (not self.field(at, "caption.pid")) == lecturers]
        return max(((number, text) for number, text in said if number and text), default=(0, ""))[1]

    def look(self, name):
        """How the screen is painted: rows of text, letters, theme."""
        return self.field(self.symbols["viz_look"], "look." + name)

    def letters(self):
        """The owners' letters."""
        return [self.window(at + self.layout["owner_info.letter"], 1)[0]
                for at in self.array("owner_info", "owner_info", self.OWNERS)]

    # ---- Page tables

    def tables(self, space):
        """The user half's page tables: {first address: frame number}."""
        directory = struct.unpack("<768I", self.read(self.field(space, "space.directory"), 768 * 4))
        return {i * TABLE_SPAN: entry >> 12 for i, entry in enumerate(directory) if entry & PRESENT}

    def pages(self, space):
        """What a process has mapped: {page number: frame number}."""
        pages = {}
        for start, table in self.tables(space).items():
            entries = struct.unpack(f"<{ENTRIES}I", self.read(table * PAGE, PAGE))
            pages.update({start // PAGE + i: entry >> 12 for i, entry in enumerate(entries) if entry & PRESENT})
        return pages

    def kernel_stacks(self):
        """Frames of the kernel's stacks, by the kernel's own directory."""
        directory = self.word(self.symbols["paging_kernel"])
        for i in range(WINDOW_END // TABLE_SPAN, ENTRIES):
            entry = struct.unpack("<I", self.read(directory + 4 * i, 4))[0]
            if entry & PRESENT:
                table = struct.unpack(f"<{ENTRIES}I", self.read(entry & ~0xFFF, PAGE))
                for j, page in enumerate(table):
                    if page & PRESENT and i * TABLE_SPAN + j * PAGE < STACKS_END:
                        yield page >> 12

    def region_owner(self, page):
        """Whose a mapped page of the user half is, by where it lies."""
        address = page * PAGE
        if address < self.USER_PAGES or address >= self.USER_ARGUMENTS:
            return self.OWNER_IMAGE
        if address < self.USER_HEAP:
            return self.OWNER_UPAGE
        if address < self.USER_HEAP_END:
            return self.OWNER_HEAP
        return self.OWNER_STACK if address >= self.USER_ARGUMENTS - self.STACKS * self.STACK_SPAN \
            else self.OWNER_FOREIGN

    # ---- memman

    def zones(self):
        return self.array("zones", "zone_info", self.ZONES)

    def ranges(self, zone):
        """(start, end, state, owner) of each range of a zone, record by record."""
        start = self.region(zone, "zone_info.span")[0]
        records, shift = self.field(zone, "zone_info.records"), self.field(zone, "zone_info.unit_shift")
        stride, size = self.field(zone, "zone_info.stride_shift"), self.layout["sizeof.range_record"]
        unit, before, units = 0, 0, self.field(zone, "zone_info.units")
        while unit < units:
            at = records + (unit << stride)
            record = self.window(at, size)
            first = int.from_bytes(record[:4], "little")
            length, state = first & 0x3FFFFFFF, first >> 30
            assert length and self.field(at, "range_record.before") == before, f"broken row of ranges at unit {unit}"
            yield (start + (unit << shift), start + ((unit + length) << shift), state,
                   record[self.layout["range_record.owner"]])
            unit, before = unit + length, length
        assert unit == units

    def usable(self):
        """RAM as the boot loader reported it: [start, end) in frames."""
        boot_map = self.symbols["boot_info"]  # the first field of struct boot_info
        at = boot_map + self.layout["boot_map.usable"]
        words = self.words(at, 2 * self.field(boot_map, "boot_map.count"))
        return [(start >> 12, (end or 1 << 32) >> 12) for start, end in zip(words[::2], words[1::2])]

    # ---- Heaps

    def tiles(self, heap):
        """(start, end, is a block) in address order, by the list; the tree must hold the same."""
        found, previous, at = [], 0, self.field(heap, "heap.first")
        while at:
            assert self.field(at, "tile.prev") == previous, "the list of tiles is broken"
            found.append(at)
            previous, at = at, self.field(at, "tile.next")
        assert previous == self.field(heap, "heap.last")
        assert found == list(self._in_order(self.field(heap, "heap.root"))), "list and tree of tiles differ"
        tiles = [(*self.region(at, "tile.at"), self.field(at, "tile.state") == self.TILE_BLOCK) for at in found]
        start, end = self.region(heap, "heap.range")
        ends = [start] + [tile[1] for tile in tiles]
        assert ends[:-1] == [tile[0] for tile in tiles] and ends[-1] == end, "tiles do not tile the range"
        return tiles

    def _in_order(self, tile):
        link = self.layout["tile.by_address"]
        waiting = []
        while tile or waiting:
            while tile:
                waiting.append(tile)
                tile = self.field(tile + link, "link.left")
            tile = waiting.pop()
            yield tile
            tile = self.field(tile + link, "link.right")

    # ---- Owners, worked out

    def owners(self):
        """(owner of each claimed frame, differences). A frame with two claims, or with a claim that memman's ranges do
        not bear out, is foreign."""
        claims, wrong = {}, []

        def claim(frame, owner, by):
            if frame in claims:
                wrong.append(f"frame {frame:x} is claimed twice, lastly by {by}")
                owner = self.OWNER_FOREIGN
            claims[frame] = owner

        for pid, space in self.spaces().items():
            claim(self.field(space, "space.directory") >> 12, self.OWNER_KPAGE, f"the directory of {pid}")
            for table in self.tables(space).values():
                claim(table, self.OWNER_KPAGE, f"a page table of {pid}")
            for page, frame in self.pages(space).items():
                claim(frame, self.region_owner(page), f"page {page:x} of {pid}")
        for frame in self.kernel_stacks():
            claim(frame, self.OWNER_KPAGE, "a kernel stack")

        lent = {}
        for number, zone in enumerate(self.zones()):
            for start, end, state, owner in self.ranges(zone):
                if state == self.RANGE_LENT:
                    for frame in range(start >> 12, ((end - 1) >> 12) + 1):
                        lent[frame] = owner
                        if number in (self.ZONE_K, self.ZONE_B):  # several ranges may share a frame
                            claims[frame] = owner
        for frame in claims.keys() | lent.keys():
            if claims.get(frame) != lent.get(frame):
                wrong.append(f"frame {frame:x}: held as {claims.get(frame)}, lent by memman as {lent.get(frame)}")
                if frame in claims:
                    claims[frame] = self.OWNER_FOREIGN
        return claims, wrong
