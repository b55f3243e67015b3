"""bench.py: what calls cost, in instructions, the same number on every machine.

Boots the kernel in QEMU with -icount shift=0, where a tick of the time stamp counter is an instruction, runs tests/user/bench.c in
ring 3 and the verb `bench` in the kernel, and prints a line `name=value` for each measure, with the bar it must stay below. Exits with 1 when
one does not.
"""

import argparse
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/boot"))
import machine  # noqa: E402

machine.PATIENCE = 900  # icount is slow, and nothing here is measured in seconds

BARS = {
    "null_syscall": 100, "malloc_free_64": 700, "malloc_free_64_lone": None, "malloc_free_64_holes_2048": 1000,
    "malloc_free_64_holes_100000": 1400, "malloc_65536_cold": 22000, "memman_alloc_4090": 500, "memman_free_4090": 500,
    "memman_alloc_1000000": 1000, "memman_free_1000000": 1000, "event_emit": 60, "context_switch": 250,
}
POLICIES = ["first", "next", "best", "worst", "buddy"]
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm"]


def boot(memory):
    return machine.Machine(boot=machine.boot_kernel(machine.BUILD / "tests/bench.elf", line="run=none idle=off"),
                           memory=memory, options=ICOUNT)


def measures(lines):
    found = (re.search(r"(\w+)=(\d+)$", line) for line in lines)
    return {match[1]: int(match[2]) for match in found if match}


def program(pc, words):
    """Runs the program to its end; what it printed."""
    began = len(pc.log)
    pc.command(f"run bench {words}")
    machine.wait_until(f"bench {words}", lambda: any("bench: done" in line for line in pc.log[began:]), 900)
    return measures(pc.log[began:])


def kernel(pc, words):
    pc.send(f"bench {words}\n".encode())
    return measures(pc.answer())


def run(large):
    with boot(64) as pc:
        pc.ready()
        pc.command("viz off")
        yield program(pc, "calls")
        yield program(pc, "switch")
        yield kernel(pc, "events")
        yield kernel(pc, "memman 4090")
        for policy in POLICIES:
            pc.command(f"policy {policy}")
            suffix = "" if policy == "first" else f"_{policy}"
            yield program(pc, f"holes malloc_free_64_holes_2048{suffix} 2048")
        pc.command("guard off")
        pc.command("policy first")
        yield program(pc, "cold")
    if large:
        with boot(1024) as pc:
            pc.ready()
            pc.command("viz off")
            yield kernel(pc, "memman 1000000")
            for policy in POLICIES:
                pc.command(f"policy {policy}")
                suffix = "" if policy == "first" else f"_{policy}"
                yield program(pc, f"holes malloc_free_64_holes_100000{suffix} 100000")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="leave out what needs 1 GB and minutes")
    late = 0
    for found in run(not parser.parse_args().quick):
        for name, value in found.items():
            if name == "partner":
                continue
            bar = BARS.get(name)
            over = bar is not None and value > bar
            late += over
            note = "" if bar is None else f"  (at most {bar:,}{': over' if over else ''})"
            print(f"{name}={value}{note}", flush=True)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
