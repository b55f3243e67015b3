"""What the maps on the screen must show, worked out from guest memory by the rule of viz/map.h, and the comparison.

A map of a regime's own books (MAP_BOOKS) is not covered here but by tests/host/test_viz_books.c.

viz_maps says where on the screen which map stands; what each of its cells must be is computed here.
"""

import collections

HALF_BLOCK, ERROR = 0xDF, ord("!")
PAGE, PAGE_SHIFT = 4096, 12


class Picture:
    def __init__(self, guest):
        self.guest = guest
        self.claims, self.wrong = guest.owners()
        self.letters = guest.look("letters")
        self.colours = list(guest.window(guest.symbols["owner_colour"], guest.OWNERS))
        self.places = [place for place in map(self._place, guest.array("viz_maps", "map_place", guest.MAPS))
                       if place["kind"]]
        self.cells = {}
        for place in self.places:
            self.cells |= self._cells(place)

    def _place(self, at):
        field = self.guest.field
        place = {name: field(at, "map_place." + name)
                 for name in ("column", "row", "columns", "rows", "kind", "shift", "pid")}
        start, end = self.guest.region(at, "map_place.region")
        return place | {"start": start, "end": end or 1 << 32}

    # ---- Pixels: lists of owners and paints; PAINTS for an edge

    def pixels(self, place):
        g = self.guest
        count = place["columns"] * place["rows"]
        assert place["kind"] != g.MAP_BOOKS, "a map of a regime's own books is covered by tests/host/test_viz_books.c"
        what = {g.MAP_FRAMES: self._frames, g.MAP_PAGES: self._pages, g.MAP_HEAP: self._heap}[place["kind"]]
        shift, start, end = place["shift"], place["start"], place["end"]
        inside = [(start + (n << shift), min(start + ((n + 1) << shift), end)) for n in range(count)
                  if start + (n << shift) < end]
        return what(place, inside) + [g.PAINT_NOTHING] * (count - len(inside))

    def most(self, shares):
        """The paint with most; of equals an owner before FREE before UNMAPPED, and of owners the later."""
        g = self.guest
        rank = {g.OWNER_FREE: -1, g.PAINT_UNMAPPED: -2}
        return max((share, rank.get(paint, paint), paint) for paint, share in shares.items() if share)[2]

    def _shares(self, place, inside, owners):
        """For each pixel, how many of these {frame or page: owner} it touches."""
        if place["shift"] < PAGE_SHIFT:
            return [collections.Counter([owners[start // PAGE]] if start // PAGE in owners else [])
                    for start, _ in inside]
        shares = [collections.Counter() for _ in inside]
        first, last, shift = place["start"] // PAGE, (place["end"] - 1) // PAGE, place["shift"] - PAGE_SHIFT
        for number, owner in owners.items():
            if first <= number <= last and (number - first) >> shift < len(shares):
                shares[(number - first) >> shift][owner] += 1
        return shares

    def _bytes(self, inside):
        """For each pixel, bytes by owner, range by range, in memman's byte zones; elsewhere none."""
        g = self.guest
        shares = [collections.Counter() for _ in inside]
        for zone in (g.zones()[g.ZONE_K], g.zones()[g.ZONE_B]):
            first, last = g.region(zone, "zone_info.span")
            if not any(first <= start < last for start, _ in inside):
                continue
            paints = {g.RANGE_FREE: g.OWNER_FREE, g.RANGE_HOLE: g.OWNER_SYSTEM}
            size = inside[0][1] - inside[0][0]
            for start, end, state, owner in g.ranges(zone):
                start, end = max(start, inside[0][0]), min(end, inside[-1][1])
                for n in range((start - inside[0][0]) // size, -(-(end - inside[0][0]) // size) if start < end else 0):
                    shares[n][paints.get(state, owner)] += min(end, inside[n][1]) - max(start, inside[n][0])
        return shares

    def _frames(self, place, inside):
        g = self.guest
        usable = g.usable()
        zones = [g.region(zone, "zone_info.span") for zone in g.zones()]
        zones = [(start >> 12, (end or 1 << 32) >> 12) for start, end in zones]
        of_bytes = self._bytes(inside) if place["shift"] < PAGE_SHIFT else [{}] * len(inside)
        pixels = []
        for (start, end), shares, finer in zip(inside, self._shares(place, inside, self.claims), of_bytes):
            frames, total = (start // PAGE, -(-end // PAGE)), -(-end // PAGE) - start // PAGE
            in_zones = sum(overlap(frames, zone, ram) for zone in zones for ram in usable)
            claimed = sum(shares.values())
            shares[g.OWNER_FREE] += in_zones - claimed
            shares[g.OWNER_SYSTEM] += total - in_zones
            pixels.append(g.OWNER_FOREIGN if shares[g.OWNER_FOREIGN] else self.most(finer or shares))
        return pixels

    def _pages(self, place, inside):
        g = self.guest
        space = g.spaces()[place["pid"]]
        mapped = {page: self.claims.get(frame, g.OWNER_FOREIGN) for page, frame in g.pages(space).items()}
        pixels = []
        for (start, end), shares in zip(inside, self._shares(place, inside, mapped)):
            shares[g.PAINT_UNMAPPED] += -(-end // PAGE) - start // PAGE - sum(shares.values())
            pixels.append(g.OWNER_SYSTEM if start >= g.KERNEL_BASE
                          else g.OWNER_FOREIGN if shares[g.OWNER_FOREIGN] else self.most(shares))
        return pixels

    def _heap(self, place, inside):
        """Bytes of blocks, of holes on mapped pages and of holes without a page; of malloc_4k's heap where it lies,
        else of malloc's."""
        g = self.guest
        space = g.spaces()[place["pid"]]
        mapped = g.pages(space)
        paints = [g.PAINT_NOTHING] * len(inside)
        for which, owner, first, last in (("pages", g.OWNER_UPAGE, g.USER_PAGES, g.USER_HEAP),
                                          ("heap", g.OWNER_HEAP, g.USER_HEAP, 1 << 32)):
            shares, edges = collections.defaultdict(collections.Counter), set()
            for start, end, block in g.tiles(space + g.layout["space." + which]):
                if block and which == "heap" and self._fills_next(place, start, end):
                    edges.add((start - place["start"]) >> place["shift"])
                at, end = max(start, place["start"]), min(end, place["end"])
                while at < end:  # pieces that lie in one page and one pixel
                    n = (at - place["start"]) >> place["shift"]
                    stop = min(end, (at // PAGE + 1) * PAGE, place["start"] + ((n + 1) << place["shift"]))
                    paint = owner if block else g.OWNER_FREE if at // PAGE in mapped else g.PAINT_UNMAPPED
                    shares[n][paint] += stop - at
                    at = stop
            for n, share in shares.items():
                if n < len(inside) and first <= inside[n][0] < last:
                    paint = self.most(share)
                    paints[n] = g.PAINTS if n in edges and paint == owner else paint
        return paints

    @staticmethod
    def _fills_next(place, start, end):
        """An edge: the block fills the pixel after the one in which it begins."""
        size = 1 << place["shift"]
        behind = place["start"] + ((start - place["start"]) // size + 1) * size
        return end >= behind + size

    # ---- Cells

    def colour(self, paint):
        g = self.guest
        if paint < g.OWNERS:
            return self.colours[paint]
        if paint == g.PAINTS:
            return g.COLOUR_EDGE
        return g.COLOUR_UNMAPPED if paint == g.PAINT_UNMAPPED else g.COLOUR_BACKGROUND

    def _cells(self, place):
        """{(row, column): (character, attribute, bits of it that count, what it belongs to)}"""
        g = self.guest
        pixels, columns = self.pixels(place), place["columns"]
        error = ERROR, g.COLOUR_BACKGROUND | g.COLOUR_ERROR << 4, 0xFF
        cells = {}
        for row in range(place["rows"] // (1 if self.letters else 2)):
            for column in range(columns):
                if self.letters:  # the ink is whatever can be read there
                    paint = pixels[row * columns + column]
                    cell = self.letter(paint), self.colour(paint) << 4, 0xF0
                    cell = error if paint == g.OWNER_FOREIGN else cell
                else:
                    upper, lower = pixels[2 * row * columns + column], pixels[(2 * row + 1) * columns + column]
                    cell = error if g.OWNER_FOREIGN in (upper, lower) \
                        else (HALF_BLOCK, self.colour(upper) | self.colour(lower) << 4, 0xFF)
                cells[place["row"] + row, place["column"] + column] = *cell, place
        return cells

    def letter(self, paint):
        g = self.guest
        paint = g.OWNER_HEAP if paint == g.PAINTS else paint
        return ord("-") if paint == g.OWNER_FREE else g.letters()[paint] if paint < g.OWNERS else ord(" ")

    def compare(self, screen):
        """Everything that holders of memory disagree about, and every map cell that is not what memory says."""
        differences = self.wrong + ([] if self.places else ["no map stands on the screen"])
        for (row, column), (character, attribute, bits, place) in self.cells.items():
            at = 2 * (80 * row + column)
            if (screen[at], screen[at + 1] & bits) != (character, attribute & bits):
                differences.append(f"map of {self.kind(place)} at {place['start']:x}, row {row} column {column}: "
                                   f"shows {screen[at]:02x} {screen[at + 1]:02x}, "
                                   f"memory says {character:02x} {attribute:02x}")
        return differences

    def kind(self, place):
        g = self.guest
        return {g.MAP_FRAMES: "frames", g.MAP_PAGES: "pages", g.MAP_HEAP: "heap"}[place["kind"]]


def overlap(*regions):
    return max(0, min(end for _, end in regions) - max(start for start, _ in regions))
