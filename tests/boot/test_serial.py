"""The command language on the serial line: every verb answers, and nothing that arrives there does harm."""

import random
import re

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, Refused, boot_kernel, wait_until

VERBS = {"help", "run", "kill", "pause", "go", "hold", "step", "pace", "dump", "audit", "quit", "view", "select",
         "glow", "policy", "guard", "say", "programs"}
HEX = "[0-9a-f]{8}"


@pytest.fixture(scope="module")
def machine():
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS)) as machine:
        yield machine.ready()


@pytest.fixture
def paused(machine):
    """Only churn is there, waiting at the gate."""
    machine.command("go")
    machine.command("pause")
    for pid, name in machine.processes().items():
        if name != "churn":
            machine.command(f"kill {pid}")
            machine.ended(pid)
    churn = min(machine.processes())
    yield machine, churn
    machine.command("pace max")
    machine.command("go")


def refused(machine, line):
    with pytest.raises(Refused) as reason:
        machine.command(line)
    assert len(str(reason.value)) > 8
    return str(reason.value)


def alive(machine):
    machine.send(b"\n")
    return machine.command("pace") == [{"pace": "max"}]


def shaped(lines, pattern):
    """Raw lines of an answer, each as it must be."""
    *lines, end = lines
    assert end == "ok" and lines
    for line in lines:
        assert re.fullmatch(pattern, line), line
    return lines


def ask(machine, line):
    machine.send(line.encode() + b"\n")
    return machine.answer()


# ---- Verbs

def test_help_lists_every_verb_and_explains_each(machine):
    assert VERBS <= {line["verb"] for line in machine.command("help")}
    for line in machine.command("help"):
        explained = machine.command(f"help {line['verb']}")
        assert explained[0]["usage"] == line["usage"] and explained[0]["usage"].startswith(line["verb"])
        assert explained[1]["help"].endswith(".")
    refused(machine, "help nonsense")


def needs_words(usage):
    """Does each way to say it have a word that is not in brackets?"""
    words, found = usage.partition(" ")[2], True
    while found:
        words, found = re.subn(r"\[[^][]*\]", "", words)
    return all(way.strip() for way in words.split("|"))


def test_every_verb_answers_without_words(machine):
    for line in machine.command("help"):
        if line["verb"] != "quit":
            machine.command("go")  # some verbs are refused while the machine is held
            end = ask(machine, line["verb"])[-1]
            assert (end != "ok") == needs_words(line["usage"]), (line, end)
    machine.command("rows 25")
    machine.command("pace max")
    machine.command("go")
    assert alive(machine)


@pytest.mark.parametrize("line", [
    "nonsense", "HELP", "helphelp", "run", "run nonsense", "run ../churn", "kill", "kill 0", "kill 9999", "kill x",
    "kill 65537", "kill 4294967297", "kill -1", "dump", "dump nonsense", "dump pages", "dump pages 0", "dump pages x",
    "dump heap", "dump heap 9999", "dump events", "dump events x", "dump events 99999999999", "step 0", "step x",
    "step -1", "pace 0", "pace x", "pace 1001", "pace max max", "view", "view nonsense", "select", "select 9999",
    "glow", "glow maybe", "policy nonsense", "guard maybe", "quit now", "audit all", "hold it", "go on",
    "pace 2000", "back 0", "forward 0", "zoom 3", "inspect heap zz", "inspect heap 0x", "at 0x", "inspect frame 123456789", "pause now", "help help help",
    "say" + " x" * 40])
def test_refuses_with_a_reason(machine, line):
    refused(machine, line)


def test_run_and_kill(machine):
    pid = int(machine.command("run leak and some words")[0]["pid"])
    assert machine.processes()[pid] == "leak"
    machine.command(f"kill {pid}")
    machine.ended(pid)
    refused(machine, f"kill {pid}")


def test_run_logs_what_a_program_prints(machine):
    pid = machine.command("run hello")[0]["pid"]
    machine.logged(rf"^hello\[{pid}\]: .")
    machine.ended(int(pid))


def test_pause_step_go(paused):
    machine, churn = paused
    guest = Guest(machine.memory)

    def steps():
        return next(int(line["steps"]) for line in machine.command("dump procs") if int(line["pid"]) == churn)

    def at(count):
        wait_until(f"step {count}", lambda: steps() == count)
        clock = guest.clock()  # and not one more
        wait_until("time to pass", lambda: guest.clock() > clock + 300)
        return steps() == count

    before = steps()
    for count in (1, 2, 5):
        machine.command("step" if count == 1 else f"step {count}")
        before += count
        assert at(before)
    machine.command("go")
    wait_until("churn to go on", lambda: steps() > before + 3)


def test_hold_stops_everything(machine):
    machine.command("hold")
    guest = Guest(machine.memory)
    events, screen = guest.events(), machine.screen()
    for _ in range(20):
        machine.command("dump memman")
    assert (guest.events(), machine.screen()) == (events, screen)
    refused(machine, "step")
    machine.command("go")
    wait_until("life", lambda: guest.events() > events)


def test_faster_and_slower_of_what_stands(machine):
    """What stands begins slowly with +, and stays with -; of the past too."""
    for still in (["pause"], ["pause", "back 2"]):
        for line in still:
            machine.command(line)
        machine.command("slower")
        assert machine.command("pace") == [{"pace": "paused"}]
        machine.command("faster")
        assert machine.command("pace") == [{"pace": "1/s"}]
        machine.command("faster")
        assert machine.command("pace") == [{"pace": "2/s"}]
        machine.command("pace max")


def test_steps_that_are_awaited_are_shown_and_end_with_the_program(machine):
    machine.command("pause")
    machine.command("kill all")
    machine.command("step 3")
    assert machine.command("pace") == [{"pace": "paused"}]
    machine.command("run sizes")
    wait_until("what is awaited", lambda: re.search("step [123] ", machine.rows()[0]))
    machine.command("step 900")
    machine.command("kill all")
    pid = int(machine.command("run churn")[0]["pid"])
    wait_until("the title", lambda: "paused" in machine.rows()[0])
    clock = Guest(machine.memory).clock()
    wait_until("time to pass", lambda: Guest(machine.memory).clock() > clock + 500)
    assert [line["steps"] for line in machine.command("dump procs")] == ["0"]
    machine.command(f"pace 4 pid {pid}")
    machine.command(f"select {pid}")
    wait_until("its own pace", lambda: "4/s" in machine.rows()[0])
    machine.command("kill all")
    machine.command("pace max")
    machine.command("run churn")


def test_a_long_sleep_sleeps(machine):
    pid = int(machine.command("run naps")[0]["pid"])
    wait_until("its word", lambda: machine.logged(rf"^naps\[{pid}\]: lies down"))
    clock = Guest(machine.memory).clock()
    wait_until("time to pass", lambda: Guest(machine.memory).clock() > clock + 500)
    assert machine.processes()[pid] == "naps"
    machine.command(f"kill {pid}")


def test_pace(machine):
    machine.command("pace 16")
    assert machine.command("pace") == [{"pace": "16/s"}]
    wait_until("the pace in the title", lambda: "16/s" in machine.rows()[0])
    machine.command("pace max")
    assert alive(machine)


def test_policy_and_guard_of_the_next_program(machine):
    policies = machine.command("policy")
    assert {"first", "next", "best", "worst", "buddy"} <= {line["policy"] for line in policies}
    for line in policies:
        machine.command(f"policy {line['policy']}")
        pid = machine.command("run leak")[0]["pid"]
        assert machine.command(f"dump heap {pid}")[0]["policy"] == line["policy"]
        machine.command(f"kill {pid}")
        machine.ended(int(pid))
    machine.command("policy first")
    machine.command("guard off")
    machine.command("guard on")


def test_views_and_selection(machine):
    for view in ("help", "events", "processes", "overview"):
        machine.command(f"view {view}")
    machine.command(f"select {min(machine.processes())}")


def test_say_puts_a_caption(machine):
    machine.command("say Watch   the hole")
    wait_until("the caption", lambda: any("Watch   the hole" in row for row in machine.rows()))
    for text, why in (("x" * 81, "at most 80 letters, this one has 81"), ("caf\xe9", "ASCII")):
        assert why in refused(machine, f"say {text}")
    assert any("Watch   the hole" in row for row in machine.rows())
    machine.command("say")
    wait_until("its end", lambda: not any("Watch" in row for row in machine.rows()))


def captioned(machine, text):
    return any(row.startswith(text) for row in machine.rows())


def test_the_lecturer_is_not_talked_over_and_a_programs_words_end_with_it(machine):
    machine.command("say Mine")
    pid = int(machine.command("run sizes")[0]["pid"])
    wait_until("its first word", lambda: any(e["kind"] == "say" and int(e["pid"]) == pid
                                             for e in machine.command("dump events 300")))
    clock = Guest(machine.memory).clock()
    wait_until("a frame", lambda: captioned(machine, "Mine") or captioned(machine, "Seven"))
    assert captioned(machine, "Mine") or Guest(machine.memory).clock() > clock + 3000
    wait_until("the program's turn", lambda: captioned(machine, "Seven"))
    machine.command("kill sizes")
    machine.ended(pid)
    machine.command("run naps")
    wait_until("its end", lambda: captioned(machine, "Mine"))
    machine.command("kill naps")
    machine.command("say")


def test_captions_of_the_past(machine):
    """What was said later is not shown of a moment; what is said of the past stands there, again and again."""
    machine.command("say Later")
    wait_until("the caption", lambda: captioned(machine, "Later"))
    said = next(int(e["event"]) for e in reversed(machine.command("dump events 2000")) if e["kind"] == "say")
    machine.command(f"at {said - 1}")
    wait_until("no caption", lambda: not captioned(machine, "Later"))
    for text in ("See here", "And here"):
        machine.command(f"say {text}")
        wait_until(text, lambda: captioned(machine, text))
    machine.command("say")
    machine.command("go")


# ---- Dumps

def test_dump_memman(machine):
    lines = ask(machine, "dump memman")
    found = shaped(lines, rf"zone=\w+ start={HEX} end={HEX} unit=\d+ usable=\d+ used=\d+ largest=\d+ free_ranges=\d+ "
                          r"lent_ranges=\d+|owner=\w+ letter=. frames=\d+")
    assert [line.split()[0] for line in found[:4]] == ["zone=kpages", "zone=kbytes", "zone=ubytes", "zone=upages"]
    assert len(found) == 4 + 10


def test_dump_procs(machine):
    shaped(ask(machine, "dump procs"),
           rf"pid=\d+ name=\w+ parent=\d+ slot=\d+ threads=\d+ steps=\d+ regime=healed policy=\w+ directory={HEX} "
           r"kpages=\d+ image=\d+ stack=\d+ heap=\d+ upages=\d+ ubytes=\d+")


def test_dump_pages_is_what_the_tables_say(paused):
    machine, churn = paused
    first, *runs = shaped(ask(machine, f"dump pages {churn}"),
                          rf"directory={HEX}|start={HEX} end={HEX} frame={HEX} write=[01] user=1 owner=\w+")
    machine.command("hold")
    guest = Guest(machine.memory)
    space = guest.spaces()[churn]
    assert first == f"directory={guest.field(space, 'space.directory'):08x}"
    told = {}
    for line in machine.command(f"dump pages {churn}")[1:]:
        start, end, frame = (int(line[key], 16) >> 12 for key in ("start", "end", "frame"))
        told |= {page: frame + page - start for page in range(start, end)}
    assert told == guest.pages(space)


def test_dump_heap_is_what_the_tiles_say(paused):
    machine, churn = paused
    machine.command("hold")
    lines = shaped(ask(machine, f"dump heap {churn}"),
                   rf"heap=\w+ policy=\w+ start={HEX} end={HEX} blocks=\d+ holes=\d+ block_bytes=\d+ hole_bytes=\d+ "
                   rf"asked=\d+ mapped=\d+|(block|hole)={HEX} end={HEX} asked=\d+ caller={HEX} thread=\d+ event=\d+")
    assert len([line for line in lines if line.startswith("heap=")]) == 2
    guest = Guest(machine.memory)
    space = guest.spaces()[churn]
    told = [(int(line.get("block") or line["hole"], 16), int(line["end"], 16), "block" in line)
            for line in machine.command(f"dump heap {churn}") if "heap" not in line]
    assert told == guest.tiles(space + guest.layout["space.heap"]) + guest.tiles(space + guest.layout["space.pages"])


def test_dump_events(machine):
    machine.command("hold")
    newest = Guest(machine.memory).events() - 1
    lines = shaped(ask(machine, "dump events 30"),
                   rf"event=\d+ time=\d+ pid=\d+ kind=\w+ owner=\w+ step=\d+ caller={HEX} start={HEX} end={HEX} "
                   rf"was={HEX}\.\.{HEX} args=[0-9a-f]+(,[0-9a-f]+){{4}}")
    numbers = [int(re.match(r"event=(\d+)", line)[1]) for line in lines]
    assert numbers == list(range(newest - 29, newest + 1))
    assert ask(machine, "dump events 0") == ["ok"]
    machine.command("go")


# ---- Whatever arrives

def test_empty_lines_and_comments_have_no_answer(machine):
    machine.send(b"\n\r\n   \n# a comment\n\t\n")
    assert alive(machine)


def test_line_ends_of_any_kind(machine):
    for end in (b"\n", b"\r", b"\r\n"):
        machine.send(b"pace" + end)
        assert machine.answer() == ["pace=max", "ok"]


def test_the_longest_line_and_longer_ones(machine):
    assert "expected" in refused(machine, "select " + "1" * 248)
    for size in (256, 257, 1000, 3000):
        assert "255" in refused(machine, "say " + "x" * (size - 4))
    machine.command("prompt " + "y" * 248)
    machine.command("key esc")
    assert alive(machine)


def test_garbage(machine):
    garbage = random.Random(16)
    harmless = [byte for byte in range(256) if byte not in b"\r\n"]
    for _ in range(50):
        noise = bytes(garbage.choices(harmless, k=garbage.randrange(1, 200)))
        machine.send(b"x" + noise + b"\n")
        assert machine.answer()[-1].startswith("error: ")
    for _ in range(20):  # line ends too: nobody knows how many answers that makes
        machine.send(bytes(garbage.randrange(256) for _ in range(100)))
    machine.send(b"\nselect 54321\n")
    while "expected the pid" not in machine.answer()[-1]:
        pass
    assert alive(machine)


def test_many_lines_at_once(machine):
    machine.send(b"pace\n" * 200)
    for _ in range(200):
        assert machine.answer() == ["pace=max", "ok"]


def test_answers_stay_whole_among_the_log(machine):
    pids = [int(machine.command("run threads")[0]["pid"]) for _ in range(3)]
    for _ in range(30):
        shaped(ask(machine, "dump procs"), r"pid=\d+ name=\w+ .*ubytes=\d+")
    for pid in pids:
        if pid in machine.processes():
            machine.command(f"kill {pid}")
        machine.ended(pid)


def test_a_reader_that_does_not_read_is_told_what_it_lost():
    """The log fills the line, an answer loses its end: it ends with an error, and the next answer is whole."""
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS, line="run=ownway")) as machine:
        machine.ready()
        wait_until("many events", lambda: Guest(machine.memory).events() > 8000)
        machine.command("kill all")
        guest = Guest(machine.memory)
        machine.reading.clear()
        machine.send(b"dump events 100000\n" * 3)
        clock = guest.clock()
        wait_until("patience to end", lambda: guest.clock() > clock + 15_000)
        machine.reading.set()
        lost = False
        for _ in range(3):
            *_, end = machine.answer()
            lost |= bool(re.fullmatch(r"error: \d+ bytes of this answer were lost", end))
            assert lost or end == "ok"
        assert lost
        assert machine.command("pace") == [{"pace": "max"}]


def test_quit_switches_off():
    with Machine(boot_kernel(*PROGRAMS)) as machine:
        machine.ready().send(b"quit\n")
        assert machine.answer() == ["ok"]
        assert machine.powered_off()
