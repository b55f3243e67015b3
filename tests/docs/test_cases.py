"""docs/cases.md is played as it says, step by step, and each table that it shows stands there at some step."""

import collections
import pathlib
import re
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/boot"))
from guest import Guest  # noqa: E402
from machine import PROGRAMS, Machine, boot_kernel, wait_until  # noqa: E402

PAGE = (TOP / "docs/cases.md").read_text()
LINES = re.search(r"^```\n(kill all\n.*?)^```", PAGE, re.M | re.S)[1].splitlines()
PROGRAM = {int(number): line for number, line in re.findall(r"^\| (\d+) \|.*\| `run (.+)` \|$", PAGE, re.M)}
BLOCKS = {int(number): re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
          for number, text in re.findall(r"^## (\d+)\.(.*?)(?=^## )", PAGE, re.M | re.S)}
TABLES = {number: [ranges for row in "".join(blocks).splitlines() if (ranges := re.findall(r"[0-9A-F]{8}\+[0-9A-F]+", row))]
          for number, blocks in BLOCKS.items()}
STEPS = 60  # no case needs more until its last table
REST = 6000  # ms; no program sleeps so long between two calls


@pytest.fixture(scope="module")
def machine():
    with Machine(boot_kernel(*PROGRAMS), options=("-icount", "shift=0,sleep=off")) as machine:
        yield machine.ready()


def table(machine):
    entries = machine.command("dump table 5000")[1:]
    return collections.Counter(f"{e['address'].upper()}+{int(e['size']):X}" for e in entries)


def test_the_page_has_twelve():
    assert sorted(PROGRAM) == sorted(BLOCKS) == list(range(1, 13))


@pytest.mark.parametrize("number", sorted(PROGRAM))
def test_case_as_the_page_says(machine, number):
    line = PROGRAM[number]
    guest = Guest(machine.memory)
    for command in LINES:
        if command.startswith("run"):
            machine.command("pause")
        command = {"run": f"run {line}", "select": f"select {line.split()[0]}"}.get(command.split()[0], command)
        machine.command(command)
    wait_until("the table", lambda: any("the seed's table" in row for row in machine.rows()))
    missing = [collections.Counter(ranges) for ranges in TABLES[number]]
    for _ in range(STEPS):
        now = table(machine)
        missing = [ranges for ranges in missing if ranges - now]
        if not missing or not machine.processes():
            break
        machine.command("step")
        rested = guest.clock() + REST
        wait_until("it to stand", lambda: guest.clock() > rested)
    machine.command("go")
    assert not missing
