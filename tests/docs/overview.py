#!/usr/bin/python3
"""Takes docs/overview.png anew: the screen of the running ISO after a fixed number of steps, as QEMU shows it.

Run it after `make`, as /usr/bin/python3 tests/docs/overview.py.
"""

import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/boot"))
from machine import Machine, wait_until  # noqa: E402


def steps(machine):
    """What the first program has done."""
    return int(machine.command("dump procs")[0]["steps"])


with Machine() as machine:
    machine.ready()
    for count, command in ((95, "run threads"), (104, "audit"), (106, "")):
        wait_until(f"step {count}", lambda: steps(machine) >= count)
        if command:
            machine.command(command)
    machine.qmp("stop")
    machine.picture().quantize(32, dither=0).save(TOP / "docs/overview.png", optimize=True)
