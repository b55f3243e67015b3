#!/usr/bin/python3
"""Boots the ISO, goes through the views by keys, and draws what stands on the screen: shots.py FOLDER.

The PNG files are drawn by tools/screenshot.py from the VGA memory of a machine that is held at a good moment.
"""

import pathlib
import sys

import screenshot

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "boot"))
from machine import Machine, wait_until  # noqa: E402

MEGABYTES = 16  # little enough that a pixel is a page or a few


def holes(machine, pid):
    return int(machine.command(f"dump heap {pid}")[0]["holes"])


def refusals(machine):
    return sum(row[7] == "!" for row in machine.rows()[-6:-2])


# Each picture: its name, programs to start, keys to press, and what must be so when it is taken.
SHOTS = [
    ("overview", [], ["f2"], lambda machine: holes(machine, 1) >= 7),
    ("events", ["holes"], ["f6"], lambda machine: "malloc" in " ".join(machine.rows())),
    ("processes", ["crowd"], ["f7"], lambda machine: len(machine.processes()) >= 8),
    ("help", [], ["f1"], lambda machine: machine.rows()[1].startswith("KEYS")),
    ("overview-holes", [], ["f2", "tab"], lambda machine: "holes" in machine.rows()[0] and holes(machine, 2) >= 6),
    ("overview-refused", ["wildfree"], [], lambda machine: refusals(machine) >= 1),
    ("overview-paused", [], ["shift-tab", "spc"], lambda machine: "paused" in machine.rows()[0]),
]


def take(machine, path):
    machine.command("hold")
    image = screenshot.draw(screenshot.screen_cells(machine.screen()))
    image.resize((image.width * 2, image.height * 2)).save(path)
    print(f"  SHOT  {path}")
    machine.command("go")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with Machine(memory=MEGABYTES) as machine:
        machine.ready()
        for name, programs, keys, moment in SHOTS:
            for program in programs:
                machine.command(f"run {program}")
            machine.keys(*keys)
            wait_until(f"the moment of {name}", lambda: moment(machine))
            take(machine, folder / f"{name}.png")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
