"""bench.py: what calls cost, in instructions, the same number on every machine.

Boots the kernel in QEMU with -icount shift=0, where a tick of the time stamp counter is an instruction, runs tests/user/bench.c in
ring 3 and the verb `bench` in the kernel, paints every view, and prints a line `name=value` for each measure, with the bar it must stay below. Exits with 1 when
one does not.
"""

import argparse
import collections
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
    "rewind_event": 2000000, "rewind_ring": 200000000,
}
# Of each of a group: the name starts so.
MOST = {"viz_repaint": 1500000, "viz_frame_idle": 20000, "viz_storm": 1150, "audit_slice_us": 1000}
LEAST = {"viz_frames": 59}
VIEWS = sorted(path.stem.removeprefix("view_") for path in (machine.TOP / "viz").glob("view_*.c"))
STORM = 2000000  # calls
POLICIES = ["first", "next", "best", "worst", "buddy"]
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm"]


def boot(memory):
    return machine.Machine(boot=machine.boot_kernel(machine.BUILD / "tests/bench.elf", line="run=none idle=off"),
                           memory=memory, options=ICOUNT)


def measures(lines):
    found = (re.search(r"(\w+)=(\d+)$", line) for line in lines)
    return {match[1]: int(match[2]) for match in found if match}


def program(pc, words):
    """Runs the program to its end, chosen; what it printed."""
    began = len(pc.log)
    pc.command(f"select {pc.command(f'run bench {words}')[0]['pid']}")
    machine.wait_until(f"bench {words}", lambda: any("bench: done" in line for line in pc.log[began:]), 900)
    return measures(pc.log[began:])


def kernel(pc, words):
    pc.send(f"bench {words}\n".encode())
    return measures(pc.answer())


def still(pc, blocks):
    """A process with so many blocks that does nothing any more, chosen and at rest."""
    pid = pc.command(f"run bench still {blocks}")[0]["pid"]
    pc.logged("bench: stands still", 900)
    pc.command(f"select {pid}")


def pictures():
    """What each view costs: all of it anew, and a frame in which nothing has changed."""
    worst = collections.Counter()
    for memory, blocks in (8, 4000), (64, 10000), (3072, 10000):
        with boot(memory) as pc:
            pc.ready()
            still(pc, blocks)
            for rows, suffix in (50, "_50rows"), (25, ""):
                pc.command(f"rows {rows}")
                for view in VIEWS:
                    pc.command(f"view {view}")
                    for name, value in kernel(pc, "picture").items():
                        worst[name] = max(worst[name], value)
                        yield {f"{name}_{view}_{memory}mb{suffix}": value}
            machine.wait_until("a round of the audit", lambda: "\u221a" in pc.rows()[0])
            *_, last = pc.command("audit")
            yield {f"audit_slice_us_{memory}mb": int(last["longest_slice_us"]),
                   f"audit_round_ms_{memory}mb": int(last["round_ms"])}
    yield worst


def free_middle(pc, zone):
    """The middle of the largest free range of a zone, which is its last, as the zone's figures tell."""
    line = next(line for line in pc.command("dump memman") if line.get("zone") == zone)
    return int(line["end"], 16) - int(line["largest"]) // 2


def looks(pc):
    """(name, commands) of pictures that cost more than a view as it begins: each map near and far, what is compared, colours."""
    yield "mark", ["snap before"]
    things = [("overview", zone, f"frame {free_middle(pc, zone):#x}") for zone in ("kbytes", "ubytes", "upages")]
    things += [("overview", "pages", "page 0x48000000"), ("overview", "heap", "heap 0x48000100"),
               ("memman", "machine", f"frame {free_middle(pc, 'ubytes'):#x}"), ("heap", "blocks", "heap 0x48000100")]
    for view, name, thing in things:
        for size in (1, 256, 4096, 1 << 16, 1 << 22):
            yield f"zoom_{view}_{name}_{size}", [f"view {view}", f"inspect {thing}", f"zoom {size}"]
    for colouring in "age", "process":
        yield f"cursor_{colouring}", ["view overview", "inspect heap 0x48000100", f"colour {colouring}"]
    yield "cursor", ["colour owner"]
    yield "diff", ["inspect off", "diff before"]


def corners():
    """Single maps at every zoom, in the middle of free ranges too, the cursor, colours, a mark: at the largest memory."""
    with boot(3072) as pc:
        pc.ready()
        still(pc, 10000)
        for name, commands in looks(pc):
            for command in commands:
                pc.command(command)
            first = kernel(pc, "picture")["viz_repaint"]
            yield {f"viz_repaint_{name}": kernel(pc, "picture")["viz_repaint"]}
        yield {"rewind_repaint_mark": first}  # the first look at what was then
        pc.command("diff off")
        pc.command("view overview")
        pc.command(f"at {int(pc.command('at')[0]['event']) - 5000}")
        yield {"rewind_repaint_5000_back": kernel(pc, "picture")["viz_repaint"]}


def frames(pc):
    """Frames painted so far, and milliseconds since boot."""
    pc.send(b"bench frames\n")
    found = machine.pairs(pc.answer()[0])
    return int(found["frames"]), int(found["ms"])


def storm():
    """The same storm of allocations without the screen and with it: the ratio in thousandths, and frames a second."""
    with boot(64) as pc:
        pc.ready()
        pc.command("viz off")
        off = program(pc, f"storm off {STORM}")["off"]
        pc.command("viz on")
        for view in {"overview", "heap"} & {*VIEWS}:
            pc.command(f"view {view}")
            before = frames(pc)
            on = program(pc, f"storm on {STORM}")["on"]
            after = frames(pc)
            yield {f"viz_storm_{view}": 1000 * on // off,
                   f"viz_frames_{view}": round(1000 * (after[0] - before[0]) / (after[1] - before[1]), 1)}


def rewind():
    """Going back through a ring that a storm of allocations and its end have filled."""
    with boot(64) as pc:
        pc.ready()
        pc.command("viz off")
        program(pc, "storm ring 100000")
        found = kernel(pc, "rewind")
        yield {name: found[name] for name in ("rewind_event", "rewind_ring", "rewind_repaint")}


def run(large):
    yield from pictures()
    yield from corners()
    yield from storm()
    yield from rewind()
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


def limits(name):
    """What a measure must be at least and at most; None: it is only reported."""
    def of_group(bars):
        return next((bar for group, bar in bars.items() if name.startswith(group)), None)
    return of_group(LEAST), BARS.get(name, of_group(MOST))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="leave out what needs 1 GB and minutes")
    late = 0
    for found in run(not parser.parse_args().quick):
        for name, value in found.items():
            if name == "partner":
                continue
            least, most = limits(name)
            missed = (most is not None and value > most) or (least is not None and value < least)
            late += missed
            bar = f"at most {most:,}" if most is not None else f"at least {least:,}" if least is not None else None
            print(f"{name}={value}" + (f"  ({bar}{': missed' if missed else ''})" if bar else ""), flush=True)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
