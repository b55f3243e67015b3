#!/usr/bin/python3
"""Boots the ISO, goes through the views and the seed's cases, and keeps what a monitor shows: shots.py FOLDER [NAME...]

Each picture is taken of a machine that is held at a good moment. With NAMEs only those whose name begins so are kept.
docs/cases/ has copies of case-01 to case-12 and compare.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "boot"))
from machine import Machine, wait_until  # noqa: E402

MEGABYTES = 16  # little enough that a pixel is a page or a few
COUNTED = ("-icount", "shift=3")  # time is counted in instructions, so that ticks do not tell of the host's other work


def holes(least):
    """The newest process has a heap of so many holes at least."""
    return lambda machine: int(machine.command(f"dump heap {max(machine.processes())}")[0]["holes"]) >= least


def shows(word, times=1):
    return lambda machine: " ".join(machine.rows(50)).count(word) >= times


def processes(least):
    return lambda machine: len(machine.processes()) >= least


def refusals(machine):
    return any(row[7] == "!" for row in machine.rows()[-6:-2])


# Each picture: its name, the commands that lead to it, and what must be so when it is taken.
SHOTS = [
    ("overview", ["view overview"], holes(7)),
    ("inspector", ["inspect heap 48000100"], shows("<-")),
    ("holes", ["inspect off", "run holes", "select holes"], holes(6)),
    ("heap", ["view heap"], holes(6)),
    ("refused", ["view overview", "kill all", "run wildfree", "select wildfree"], refusals),
    ("memman", ["kill all", "run crowd", "run churn", "select churn", "view memman"], shows("gave back", 3)),
    ("processes", ["view processes"], processes(6)),
    ("events", ["view events"], shows("malloc")),
    ("pages", ["kill all", "run pages", "select pages", "view pages"], shows("2 D")),
    ("past", ["pause", "back 3"], shows("PAST")),
    ("race", ["forward 3", "go", "kill all", "race sizes first best worst buddy", "view race"], shows("holes", 1)),
    ("sutured", ["race stop", "kill all", "regime sutured", "run suture", "select suture", "view memman"],
     shows("a heap address", 3)),
    ("launcher", ["kill all", "regime healed", "view launcher"], shows("churn")),
    ("help", ["view help"], shows("KEYS")),
    ("compare", ["kill all", "regime reset", "compare suture", "view race"], shows("shrank by 77,824")),
]

# The seed's cases in the museum: the program that plays one, and the words on the screen at the telling moment.
CASES = [
    ("case-01", "suture", "New addresses"),
    ("case-02", "twice 2", "case 2 00800000"),
    ("case-03", "twice 3", "The table is out of order"),
    ("case-04", "twice 4", "Two free ranges overlap"),
    ("case-05", "trust 5", "Accepted"),
    ("case-06", "trust 6", "A third caller has"),
    ("case-07", "walls", "Not found"),
    ("case-08", "silt 8", "The table is full"),
    ("case-09", "silt 9", "The letters ELF"),
    ("case-10", "revive", "Accepted: one frame"),
    ("case-11", "trust 11", "The next kernel page"),
    ("case-12", "ends", "It wrapped"),
]
for case, line, words in CASES:
    SHOTS.append((case, ["race stop", "kill all", "regime sutured", "regime reset", f"run {line}",
                         f"select {line.split()[0]}", "view memman"], shows(words)))

# The same views again in other looks.
LOOKS = [("light", "theme light", "theme dark"), ("mono", "theme mono", "theme dark"),
         ("letters", "letters on", "letters off"), ("rows50", "rows 50", "rows 25")]
IN_LOOKS = ["overview", "memman", "sutured", "pages", "heap", "processes", "past", "events", "race", "launcher", "help"]


def take(machine, path):
    machine.command("hold")  # it paints, too
    image = machine.picture().quantize(16, dither=0)  # as many colours as text mode has
    image.save(path, optimize=True)
    print(f"  SHOT  {path}", flush=True)
    if "PAST" not in machine.rows()[0]:  # the present, to which "go" would lead
        machine.command("go")


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    with Machine(memory=MEGABYTES, options=COUNTED) as machine:
        machine.ready()
        for name, commands, moment in SHOTS:
            for command in commands:
                machine.command(command)
            wait_until(f"the moment of {name}", lambda: moment(machine))
            if names and not any(name.startswith(wanted) for wanted in names):
                continue
            take(machine, folder / f"{name}.png")
            for look, on, off in LOOKS if name in IN_LOOKS else ():
                machine.command(on)
                take(machine, folder / f"{name}-{look}.png")
                machine.command(off)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
