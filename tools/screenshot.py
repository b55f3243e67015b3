#!/usr/bin/python3
"""Draws a text screen as a PNG: screenshot.py SCREEN OUT.png [--scale N] [--theme dark|light|mono]

SCREEN is a dump of VGA memory (80 words a row, character and attribute) or a golden screen of tests/host/golden (.txt).
Colours come from viz/palette.c, glyphs from tools/font.py, as the machine has them.
"""
import argparse
import pathlib
import re

import font
from PIL import Image

COLUMNS, ROWS, WIDTH = 80, 25, 8
PALETTE = pathlib.Path(__file__).resolve().parent.parent / "viz" / "palette.c"
THEMES = ["dark", "light", "mono"]

CODES = {font.character(code): code for code in reversed(range(256))} | {"▶": 0x10, "◀": 0x11}


def palette(theme):
    """The RGB() values of a theme in viz/palette.c by index, cut to the DAC's six bits."""
    text = PALETTE.read_text().split(f"[THEME_{theme.upper()}] =")[1].split("},\n")[0]
    header = PALETTE.with_suffix(".h").read_text()
    names = re.findall(r"^    (COLOUR_\w+),", header.split("enum colour {")[1], re.M)
    values = dict(re.findall(r"\[(COLOUR_\w+)\] = RGB\(0x(\w{6})\)", text))
    return [tuple((byte >> 2) * 255 // 63 for byte in bytes.fromhex(values[name])) for name in names]


def cells(path):
    """Rows of (code, foreground, background)."""
    if path.suffix == ".txt":
        text, fore, back = path.read_text().split("\n\n")
        text = text.split("\n")
        rows = zip(text, fore.split("\n"), back.split("\n"))
        return [[(CODES[c], int(f, 16), int(b, 16)) for c, f, b in zip(*row)] for row in rows]
    return screen_cells(path.read_bytes())


def screen_cells(data):
    """Rows of cells of VGA memory."""
    all_cells = [(c, a & 15, a >> 4) for c, a in zip(data[::2], data[1::2])]
    return [all_cells[i:i + COLUMNS] for i in range(0, len(all_cells), COLUMNS)]


def draw(rows, theme="dark"):
    height = 16 if len(rows) == ROWS else 8
    glyphs, colours = font.font(height), palette(theme)
    image = Image.new("RGB", (COLUMNS * WIDTH, len(rows) * height))
    pixels = image.load()
    for y, row in enumerate(rows):
        for x, (code, fore, back) in enumerate(row):
            for j, bits in enumerate(glyphs[code]):
                for i in range(WIDTH):
                    pixels[x * WIDTH + i, y * height + j] = colours[fore if bits >> (7 - i) & 1 else back]
    return image


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("screen", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--scale", type=int, default=2)
    parser.add_argument("--theme", choices=THEMES, default="dark")
    options = parser.parse_args()
    image = draw(cells(options.screen), options.theme)
    size = (image.width * options.scale, image.height * options.scale)
    image.resize(size, Image.NEAREST).save(options.out)


if __name__ == "__main__":
    main()
