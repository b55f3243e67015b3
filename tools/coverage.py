#!/usr/bin/python3
"""What the host tests run of mm/: coverage.py PROGRAM... (built with clang's coverage). Prints a line for each file
and exits 1 when fewer branches than LEAST percent are taken both ways."""

import json
import os
import subprocess
import sys

LEAST = 95.0
OPERATIONS = "30000"  # coverage needs variety, not mass


def measure(programs):
    """llvm-cov's summary of each file of mm/."""
    raw = []
    for program in programs:
        raw.append(f"{program}.profraw")
        done = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "LLVM_PROFILE_FILE": raw[-1], "OPERATIONS": OPERATIONS})
        if done.returncode:
            sys.exit(f"{done.stdout.decode(errors='replace')}\n{program} failed")
    data = os.path.join(os.path.dirname(programs[0]), "all.profdata")
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", data, *raw], check=True)
    objects = [word for program in programs[1:] for word in ("-object", program)]
    report = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={data}", programs[0], *objects],
                            check=True, stdout=subprocess.PIPE).stdout
    here = os.path.join(os.getcwd(), "mm", "")
    return {file["filename"][len(here):]: file["summary"] for file in json.loads(report)["data"][0]["files"]
            if os.path.abspath(file["filename"]).startswith(here)}


def line(name, taken, branches, run, lines):
    def percent(part, whole):
        return f"{100 * part / whole:6.1f} %" if whole else "       -"

    print(f"  {name:<18} {percent(taken, branches)} of {branches:>4} branches {percent(run, lines)} of {lines:>5} lines")


def main(programs):
    totals = [0, 0, 0, 0]
    for name, summary in sorted(measure(programs).items()):
        counts = [summary[what][how] for what in ("branches", "lines") for how in ("covered", "count")]
        totals = [total + count for total, count in zip(totals, counts)]
        line(name, *counts)
    line("mm/", *totals)
    reached = 100 * totals[0] / totals[1]
    if reached < LEAST:
        sys.exit(f"{reached:.1f} % of the branches is less than {LEAST:.0f} %")


if __name__ == "__main__":
    main(sys.argv[1:])
