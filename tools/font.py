#!/usr/bin/python3
"""Makes the fonts of the screen: font.py OUT.c

256 glyphs in the order of CP437, 8x16 and 8x8 dots, from console fonts of Debian's console-setup-linux (public domain), as
two C tables. What the fonts lack is drawn here.
"""
import functools
import gzip
import pathlib
import struct
import sys

FOLDER = pathlib.Path("/usr/share/consolefonts")
FONTS = {16: "Uni2-TerminusBold16.psf.gz", 8: "Uni2-VGA8.psf.gz"}
# What CP437 shows for the control codes.
LOW = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"


def character(code):
    return LOW[code] if code < 32 else "⌂" if code == 127 else bytes([code]).decode("cp437")


def psf(height):
    """Glyphs by Unicode character: a psf of version 1 with its table."""
    data = gzip.open(FOLDER / FONTS[height]).read()
    magic, mode, size = struct.unpack("<HBB", data[:4])
    assert magic == 0x0436 and size == height and mode & 2
    count = 512 if mode & 1 else 256
    glyphs, table = {}, 4 + count * size
    words = iter(struct.unpack(f"<{(len(data) - table) // 2}H", data[table:]))
    for n in range(count):
        for word in words:
            if word == 0xFFFF:
                break
            glyphs.setdefault(chr(word), data[4 + n * size:4 + (n + 1) * size])
    return glyphs


TRIANGLE = {16: "008080e0e0f8f8fefef8f8e0e0808000", 8: "80e0f8fef8e08000"}


def drawn(height):
    """Half blocks that meet exactly, and triangles."""
    half, none = b"\xff" * (height // 2), b"\0" * (height // 2)
    right = bytes.fromhex(TRIANGLE[height])
    left = bytes(int(f"{row:08b}"[::-1], 2) for row in right)
    return {"▀": half + none, "▄": none + half, "█": half + half, "►": right, "◄": left}


@functools.cache
def font(height):
    """The glyphs by code; a code that no font has is blank."""
    glyphs = psf(height) | drawn(height)
    return [glyphs.get(character(code), bytes(height)) for code in range(256)]


def table(height):
    rows = ["    {" + ", ".join(f"0x{byte:02X}" for byte in glyph) + "}," for glyph in font(height)]
    return [f"const uint8_t font_8x{height}[256][{height}] = {{", *rows, "};", ""]


def main(out):
    lines = ["/* Made by tools/font.py. */", '#include "viz/font.h"', "", *table(16), *table(8)]
    pathlib.Path(out).write_text("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1])
