#!/usr/bin/python3
"""Draws a text screen as a PNG: screenshot.py SCREEN OUT.png [--scale N]

SCREEN is a dump of VGA memory (80 words a row, character and attribute) or a golden screen of tests/host/golden (.txt).
Colours come from viz/palette.c, glyphs from the console font Uni2-VGA16 of Debian's console-setup-linux.
"""
import argparse
import gzip
import pathlib
import re
import struct

from PIL import Image

COLUMNS, WIDTH, HEIGHT = 80, 9, 16
FONT = "/usr/share/consolefonts/Uni2-VGA16.psf.gz"
PALETTE = pathlib.Path(__file__).resolve().parent.parent / "viz" / "palette.c"
# What CP437 shows for the control codes.
LOW = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"

# Of these the VGA repeats the eighth column in the ninth.
REPEATED = bytes(range(0xB0, 0xE0)).decode("cp437")


def character(code):
    return LOW[code] if code < 32 else bytes([code]).decode("cp437")


def font():
    """Glyphs by Unicode character: a psf of version 1 with its table."""
    data = gzip.open(FONT).read()
    magic, mode, size = struct.unpack("<HBB", data[:4])
    assert magic == 0x0436 and size == HEIGHT and mode & 2
    count = 512 if mode & 1 else 256
    glyphs, table = {}, 4 + count * size
    words = iter(struct.unpack(f"<{(len(data) - table) // 2}H", data[table:]))
    for n in range(count):
        for word in words:
            if word == 0xFFFF:
                break
            glyphs.setdefault(chr(word), data[4 + n * size:4 + (n + 1) * size])
    top, none = b"\xff" * (HEIGHT // 2), b"\0" * (HEIGHT // 2)
    right = bytes.fromhex("00000080c0e0f0f8fcf8f0e0c0800000")
    left = bytes(int(f"{row:08b}"[::-1], 2) for row in right)
    # CP437 has them, the font not, or as something else.
    glyphs |= {"▀": top + none, "▄": none + top, "►": right, "▶": right, "◄": left, "◀": left}
    return glyphs


def palette():
    """The RGB() values of viz/palette.c by index, cut to the DAC's six bits."""
    text = PALETTE.read_text()
    header = PALETTE.with_suffix(".h").read_text()
    names = re.findall(r"^    (COLOUR_\w+),", header, re.M)
    values = dict(re.findall(r"\[(COLOUR_\w+)\] = RGB\(0x(\w{6})\)", text))
    dac = lambda byte: (byte >> 2) * 255 // 63
    return [tuple(dac(b) for b in bytes.fromhex(values[name])) for name in names]


def cells(path):
    """Rows of (character, foreground, background)."""
    if path.suffix == ".txt":
        text, fore, back = path.read_text().split("\n\n")
        text = text.split("\n")
        rows = zip(text, fore.split("\n"), back.split("\n"))
        return [[(c, int(f, 16), int(b, 16)) for c, f, b in zip(*row)] for row in rows]
    return screen_cells(path.read_bytes())


def screen_cells(data):
    """Rows of cells of VGA memory."""
    all_cells = [(character(c), a & 15, a >> 4) for c, a in zip(data[::2], data[1::2])]
    return [all_cells[i:i + COLUMNS] for i in range(0, len(all_cells), COLUMNS)]


def draw(rows):
    glyphs, colours = font(), palette()
    image = Image.new("RGB", (COLUMNS * WIDTH, len(rows) * HEIGHT))
    pixels = image.load()
    for y, row in enumerate(rows):
        for x, (c, fore, back) in enumerate(row):
            glyph = glyphs.get(c, glyphs[" "] if c in "\0 " else glyphs["?"])
            ninth = c in REPEATED
            for j, bits in enumerate(glyph):
                bits = bits << 1 | (bits & 1 if ninth else 0)
                for i in range(WIDTH):
                    pixels[x * WIDTH + i, y * HEIGHT + j] = colours[fore if bits >> (8 - i) & 1 else back]
    return image


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("screen", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--scale", type=int, default=2)
    options = parser.parse_args()
    image = draw(cells(options.screen))
    size = (image.width * options.scale, image.height * options.scale)
    image.resize(size, Image.NEAREST).save(options.out)


if __name__ == "__main__":
    main()
