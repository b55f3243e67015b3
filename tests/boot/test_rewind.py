"""The past, held against the present that it was: screens taken live, and the same moments shown again later.

What a screen shows besides memory is left out: the title from the pace on (it says PAST), and what glows.
"""

import random
import re

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, Refused, boot_kernel, text_rows, wait_until
from test_picture import later

TITLE = r"(HEALED|SUTURED) +(pid \d+ \S+|no process)"  # what of it is of the moment and not of now
VIEWS = ["overview", "heap", "memman", "events", "processes"]
# Commands for a look, and back to the usual one.
LOOKS = [("colour process", "colour owner"), ("colour age", "colour owner"), ("letters on", "letters off"),
         ("rows 50", "rows 25"), ("theme light", "theme dark")]
LOOKED_AT = ["overview", "heap", "pages"]
LISTS = ["heap"]  # where a list stands is no part of the past either
EVENTS = 10000


@pytest.fixture
def machine(request):
    memory = getattr(request, "param", 64)
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS, line="run=none idle=off"), memory=memory) as machine:
        machine.ready().command("glow off")
        yield machine


def shown(machine, view, rows=25):
    """All cells of the view, but the title's that tell of now."""
    machine.command(f"view {view}")
    if view in LISTS:
        machine.command("key home")
    machine.command("hold")
    screen = bytearray(machine.screen(rows))
    if view == "processes":
        without_states(screen)
    if view == "pages":
        without_bits(screen)
    title = " ".join(re.search(TITLE, text_rows(screen)[0]).groups())
    return title.ljust(80).encode("utf-16-le") + bytes(screen[160:])


def without_states(screen):
    """Who runs, who waits, how many have ended and at what pace is no memory; of the past it is unknown."""
    texts = text_rows(screen)
    state = next(text.index("state") for text in texts if "state" in text)
    for row, text in enumerate(texts[1:-6], 1):
        first, end = (text.index("pace"), 80) if text.startswith("PID") else (state, state + 15)
        first = 0 if text.startswith("PROCESSES") else first
        screen[2 * (80 * row + first):2 * (80 * row + end)] = bytes(2 * (end - first))


def without_bits(screen):
    """Accessed and dirty are unknown of the past: marks in the cells of a table, their counts, an entry in words."""
    texts = text_rows(screen)
    table, entry = (next((row for row, text in enumerate(texts) if text.startswith(title)), 0)
                    for title in ("PAGE TABLE", "ENTRY"))
    if not entry:
        return  # there is no process
    screen[2 * 80 * table:2 * 80 * (table + 1)] = bytes(160)
    for row in range(table + 1, entry):
        screen[2 * (80 * row + 9):2 * (80 * row + 73):2] = bytes(64)
    screen[2 * 80 * entry:2 * 80 * (len(texts) - 6)] = bytes(160 * (len(texts) - 6 - entry))


def rows(screen):
    text = screen[::2]
    return [text[at:at + 80].decode("cp437") for at in range(0, len(text), 80)]


def assert_same(then, now, what):
    if then == now:
        return
    wrong = [f"{was}\n{shows}" for was, shows in zip(rows(then), rows(now)) if was != shows]
    at = [i for i in range(min(len(then), len(now))) if then[i] != now[i]]
    pytest.fail(f"{what}: {len(at)} bytes differ, the first at {at[0]}\n" + "\n".join(wrong))


class Album:
    """Live screens by moment. Which process was chosen is no part of the past, so it is chosen anew, at a moment when it
    lived."""

    def __init__(self, machine):
        self.machine, self.screens, self.chosen, self.alive, self.looks = machine, {}, {}, {}, {}

    def take(self, views, chosen):
        """The machine is held."""
        self.machine.command("hold")
        self.machine.command("say a caption that stays")
        event = int(self.machine.command("at")[0]["event"])
        if int(chosen) in self.machine.processes():
            self.machine.command(f"select {chosen}")
            self.alive[chosen] = event
        self.screens[event] = {view: shown(self.machine, view) for view in views}
        self.looks[event] = len(self.screens) % len(LOOKS)
        self.screens[event] |= {f"{view} in another look": self.another(view, event) for view in LOOKED_AT if view in views}
        self.chosen[event] = chosen

    def another(self, view, event):
        """In one look at each moment."""
        look, usual = LOOKS[self.looks[event]]
        self.machine.command(look)
        screen = shown(self.machine, view, 50 if look == "rows 50" else 25)
        self.machine.command(usual)
        return screen

    def check(self, event):
        self.machine.command(f"at {self.alive[self.chosen[event]]}")
        self.machine.command(f"select {self.chosen[event]}")
        self.machine.command(f"at {event}")
        for view, then in self.screens[event].items():
            name, *other = view.split(" ", 1)
            now = self.another(name, event) if other else shown(self.machine, name)
            assert_same(then, now, f"event {event}, {view}" + (f": {LOOKS[self.looks[event]][0]}" if other else ""))


def busy(machine):
    machine.command("run patchwork 60 7 16")
    machine.command("run crowd")
    machine.command("run threads")
    machine.command("run leak")


def test_ten_thousand_events_back_and_forward(machine):
    busy(machine)
    moments = random.Random(5)
    patchwork = next(pid for pid, name in machine.processes().items() if name == "patchwork")
    album = Album(machine)
    first = Guest(machine.memory).events()
    while Guest(machine.memory).events() < first + EVENTS:
        later(machine, moments.randrange(1, 1200))
        album.take([*VIEWS, "pages"], patchwork)  # of a process that lives on: which table is shown is no part of the past
    for event in reversed(album.screens):
        album.check(event)
    for event in album.screens:
        album.check(event)
    for event in moments.sample(list(album.screens), 5):
        album.check(event)
    machine.command("go")
    later(machine, 100)
    assert machine.differences() == []


def test_processes_that_ended_come_back(machine):
    album = Album(machine)
    for name in "leak", "sizes", "holes":
        machine.command("go")
        machine.command("pause")
        pid = machine.command(f"run {name}")[0]["pid"]
        machine.command("step 12")
        wait_until("its steps", lambda: any(int(line["steps"]) >= 12 for line in machine.command("dump procs")))
        album.take(VIEWS, pid)
        machine.command(f"kill {pid}")
        album.take(VIEWS, pid)
    for event in reversed(album.screens):
        album.check(event)


@pytest.mark.parametrize("machine", [8], indirect=True, ids=["8MB"])
def test_memory_that_is_exhausted(machine):
    machine.command("pace max")
    pid = machine.command("run exhaust")[0]["pid"]
    album = Album(machine)
    for _ in range(2):
        later(machine, 10)
        album.take(VIEWS, pid)
    machine.command("go")
    machine.logged("no more 16 bytes")
    album.take(VIEWS, pid)
    assert int(machine.command("dump memman")[3]["largest"]) < 1 << 16
    for event in list(reversed(album.screens)) + list(album.screens):
        album.check(event)


def test_the_sutured_table(machine):
    """The museum's own table goes back too."""
    if "regime" not in {line["verb"] for line in machine.command("help")}:
        pytest.skip("no regime can be chosen in this kernel")
    machine.command("regime sutured")
    pid = machine.command("run holes")[0]["pid"]
    album = Album(machine)
    views = [view for view in ("overview", "memman", "sutured") if has_view(machine, view)]
    for _ in range(6):
        later(machine, 5)
        album.take(views, pid)
    for event in list(reversed(album.screens)) + list(album.screens):
        album.check(event)


def has_view(machine, name):
    try:
        machine.command(f"view {name}")
    except Refused:
        return False
    return True


# ---- Steps and commands

def title(machine):
    machine.command("hold")
    return machine.rows()[0]


@pytest.fixture
def stepped(machine):
    """Paused, after 20 steps of one program."""
    machine.command("pause")
    machine.command("run patchwork 20 3 1000000")
    machine.command("step 20")
    wait_until("20 steps", lambda: machine.command("dump procs")[0]["steps"] == "20")
    return machine


def place(machine):
    line = machine.command("at")[0]
    return int(line["event"]), int(line["back"])


def steps_of(machine):
    """{number of a step: its last event}, by the ring itself."""
    return {int(line["step"]): int(line["event"]) for line in machine.command("dump events 100000")
            if line["step"] != "0"}


def test_a_caption_in_the_past_is_seen(stepped):
    stepped.command("back 3")
    for words in "what was before", "and what came then":
        stepped.command(f"say {words}")
        wait_until("the caption", lambda: any(words in row for row in stepped.rows()))
    stepped.command("say")
    wait_until("no caption", lambda: not any(words in row for row in stepped.rows()))


def test_back_and_forward_go_by_steps(stepped):
    ends = sorted(steps_of(stepped).values())
    newest = place(stepped)[0]
    assert newest == ends[-1]
    stepped.command("back")
    assert place(stepped) == (ends[-2], 1)
    stepped.command("back 3")
    assert place(stepped) == (ends[-5], 4)
    assert re.search(rf"PAST +-4 steps +ev {ends[-5]} of {newest}", title(stepped))
    stepped.command("forward 2")
    assert place(stepped) == (ends[-3], 2)
    stepped.command(f"at {ends[-3] + 1}")
    stepped.command("back")
    assert place(stepped)[0] == ends[-3]
    stepped.command("forward 100")
    assert place(stepped) == (newest, 0)
    stepped.command("back 100")
    assert place(stepped)[0] == 0
    stepped.command("at now")
    assert place(stepped) == (newest, 0)


def test_keys_go_back_and_forward(stepped):
    newest = place(stepped)[0]
    stepped.keys("comma", "comma", "comma")
    wait_until("three steps back", lambda: place(stepped)[1] == 3)
    stepped.keys("dot", "dot", "dot")
    wait_until("the present", lambda: place(stepped) == (newest, 0))
    stepped.keys("dot")
    wait_until("the next step", lambda: place(stepped)[0] > newest)


def test_the_machine_stands_still_in_the_past(stepped):
    stepped.command("pace 1000")
    later(stepped, 50)
    stepped.command("back 5")
    clock, events = Guest(stepped.memory).clock(), Guest(stepped.memory).events()
    wait_until("half a second", lambda: Guest(stepped.memory).clock() > clock + 500)
    assert Guest(stepped.memory).events() == events
    stepped.command("go")
    wait_until("it goes on", lambda: Guest(stepped.memory).events() > events + 50)
    assert "PAST" not in title(stepped)


@pytest.mark.parametrize("line", ["go", "step", "pace 4", "run hello", "kill patchwork", "toggle"])
def test_what_changes_the_machine_returns_to_the_present(stepped, line):
    stepped.command("back 4")
    assert place(stepped)[1] == 4
    stepped.command(line)
    assert place(stepped)[1] == 0


@pytest.mark.parametrize("line", ["say look here", "view heap", "glow off", "dump memman", "pause", "audit", "policy best"])
def test_what_only_looks_stays_in_the_past(stepped, line):
    stepped.command("back 4")
    before = place(stepped)
    stepped.command(line)
    assert place(stepped) == before


def test_beyond_the_ring(stepped):
    with pytest.raises(Refused, match="yet to come"):
        stepped.command("at 100000000")
    stepped.command("bench events")  # fills the ring's start
    for _ in range(8):
        stepped.command("bench events")
    with pytest.raises(Refused, match="the past goes back to event"):
        stepped.command("at 5")
    for line in "at never", "back 0", "back much", "forward 0":
        with pytest.raises(Refused, match="expected"):
            stepped.command(line)


# ---- Pace, of all and of one

def steps(machine):
    return {int(line["pid"]): int(line["steps"]) for line in machine.command("dump procs")}


def still(machine, pids, patience=300):
    """Steps of these stay what they are for so many milliseconds of guest time."""
    clock, before = Guest(machine.memory).clock(), steps(machine)
    wait_until("time to pass", lambda: Guest(machine.memory).clock() > clock + patience)
    return all(steps(machine)[pid] == before[pid] for pid in pids)


@pytest.fixture
def three(machine):
    machine.command("pause")
    return machine, [int(machine.command(f"run patchwork 20 {seed} 1000000")[0]["pid"]) for seed in (1, 2, 3)]


def moves(machine, pid):
    before = steps(machine)[pid]
    wait_until(f"process {pid} to move", lambda: steps(machine)[pid] > before + 3)


def test_one_program_goes_while_others_stand(three):
    machine, (a, b, c) = three
    machine.command(f"go {b}")
    moves(machine, b)
    assert still(machine, [a, c])
    machine.command(f"pause {b}")
    wait_until("all to stand", lambda: still(machine, [a, b, c]))
    machine.command("go")
    for pid in a, b, c:
        moves(machine, pid)


def test_one_program_stands_while_others_go(three):
    machine, (a, b, c) = three
    machine.command("go")
    machine.command(f"pause {b}")
    wait_until("it to stand", lambda: still(machine, [b]))
    moves(machine, a)
    before = steps(machine)[b]
    machine.command(f"step 3 pid {b}")
    wait_until("its three steps", lambda: steps(machine)[b] == before + 3)
    assert still(machine, [b])
    moves(machine, c)
    machine.command("step")  # stops all; the one that was stopped by itself is not meant
    wait_until("all to stand", lambda: still(machine, [a, b, c]))
    assert steps(machine)[b] == before + 3


def test_a_program_has_a_pace_of_its_own(three):
    machine, (a, b, c) = three
    machine.command(f"pace 20 pid {a}")
    assert machine.command(f"pace pid {a}")[0]["pace"] == "20/s"
    assert machine.command("pace")[0]["pace"] == "paused"
    clock, before = Guest(machine.memory).clock(), steps(machine)
    wait_until("two seconds", lambda: Guest(machine.memory).clock() > clock + 2000)
    assert 20 <= steps(machine)[a] - before[a] <= 60
    assert steps(machine)[b] == before[b]
    machine.command("pace 5")  # of all
    assert machine.command(f"pace pid {a}")[0]["pace"] == "5/s"
    machine.command("pause")
    wait_until("all to stand", lambda: still(machine, [a, b, c]))


def test_a_step_of_one_among_paused(three):
    machine, (a, b, c) = three
    before = steps(machine)
    machine.command(f"step 2 pid {c}")
    wait_until("its two steps", lambda: steps(machine)[c] == before[c] + 2)
    assert still(machine, [a, b, c])
    assert (steps(machine)[a], steps(machine)[b]) == (before[a], before[b])


def test_threads_and_programs_that_never_allocate(machine):
    """A step is one call of one thread; what asks for nothing may run on; who sleeps wakes up to stand at the gate."""
    machine.command("pause")
    threads = int(machine.command("run threads")[0]["pid"])
    spin = int(machine.command("run bench partner")[0]["pid"])
    machine.command("step 4")
    wait_until("four steps", lambda: steps(machine)[threads] == 4)
    assert still(machine, [threads, spin])
    assert spin in machine.processes()
    machine.command(f"kill {spin}")
    machine.command("go")
    moves(machine, threads)


# ---- Marks

def legend(machine):
    machine.command("hold")
    row = machine.rows()[23]
    machine.command("at now")
    return row


def test_a_mark_tells_what_came_and_went(stepped):
    stepped.command("view heap")
    stepped.command("letters on")
    stepped.command("snap here")
    mark = place(stepped)[0]
    stepped.command("step 40")
    wait_until("40 more steps", lambda: stepped.command("dump procs")[0]["steps"] == "60")
    came, went = {}, 0
    for event in stepped.command("dump events 100000"):
        if int(event["event"]) > mark and event["owner"] == "heap":
            if event["kind"] == "malloc":
                came[event["start"]] = 1
            elif event["kind"] == "free":
                went += not came.pop(event["start"], 0)
    before = stepped.rows()[2:6]
    stepped.command("diff here")
    wait_until("the numbers", lambda: re.search(rf"px since here, pid 1: blocks \+{len(came)} -{went}", legend(stepped)))
    changed = "".join(row[9:73] for row in stepped.rows()[2:6])
    assert ("+" in changed) == (len(came) > 0) and ("x" in changed) == (went > 0)
    assert stepped.differences() == []
    stepped.command("back 50")  # before the mark
    wait_until("the numbers", lambda: "since here, pid 1: blocks +" in legend(stepped))
    assert stepped.differences() == []
    stepped.command("at now")
    stepped.command("diff off")
    assert "since" not in legend(stepped)
    assert stepped.rows()[2:6] == before


def test_a_mark_beyond_the_ring_says_so(stepped):
    stepped.command("snap long_ago")
    stepped.command("diff long_ago")
    for _ in range(8):
        stepped.command("bench events")
    stepped.logged("does not reach back to \"long_ago\"")
    lost = "does not reach back to mark long_ago any more"
    wait_until("the screen to say so", lambda: lost in legend(stepped))
    with pytest.raises(Refused, match="beyond the event ring"):
        stepped.command("diff long_ago")
    with pytest.raises(Refused, match="expected a name"):
        stepped.command("diff never")
    stepped.command("diff off")
    wait_until("the legend", lambda: lost not in legend(stepped))


@pytest.mark.parametrize("name", ["off", "sixteen_letters_"])
def test_names_that_diff_could_not_reach(stepped, name):
    with pytest.raises(Refused, match="expected a name of at most 15 letters, not off"):
        stepped.command(f"snap {name}")
    assert stepped.command("snap") == []
    stepped.command("snap fifteen_letters")
    stepped.command("diff fifteen_letters")


# ---- The quiz

def question(machine):
    row = machine.rows()[23]
    return row if "which hole?" in row else None


def quiz_step(machine):
    """One step: the malloc that is asked about, or None when the step gave something back."""
    before = Guest(machine.memory).events()
    machine.command("step")
    wait_until("the step", lambda: Guest(machine.memory).events() > before)
    last = machine.command("dump events 1000")
    step = max(int(event["step"]) for event in last)
    events = [event for event in last if int(event["step"]) == step]
    malloc = next((event for event in events if event["kind"] == "malloc" and event["owner"] == "heap"), None)
    if malloc:
        malloc["grows"] = any(event["kind"] == "range" and event["owner"] == "heap"
                              for event in events[:events.index(malloc)])
        wait_until("the question", lambda: question(machine))
    return malloc


TITLES = {"first": "First fit", "next": "Next fit", "best": "Best fit", "worst": "Worst fit", "buddy": "Buddy"}


@pytest.mark.parametrize("policy", TITLES)
def test_the_quiz_knows_what_the_policy_took(machine, policy):
    machine.command("pause")
    machine.command(f"policy {policy}")
    machine.command("run patchwork 60 3 1000000")
    machine.command("step 150")
    wait_until("150 steps", lambda: machine.command("dump procs")[0]["steps"] == "150")
    machine.command("quiz on")
    asked = right = 0
    for _ in range(12):
        malloc = quiz_step(machine)
        if not malloc:
            wait_until("no word of the last answer", lambda: machine.rows()[23].startswith("Quiz: the next malloc"))
            continue
        assert place(machine)[1] >= 1, "the step is shown too early"
        answer = "the heap grows" if malloc["grows"] else malloc["was"].split("..")[0].upper() + ","
        wrong = asked == 2  # once
        for _ in range(200):
            shown_row = question(machine)
            if (answer in shown_row) != wrong:
                break
            machine.command("key right")
            wait_until("the next choice", lambda: question(machine) != shown_row)
        else:
            pytest.fail(f"{answer} is no choice: {shown_row}")
        asked, right = asked + 1, right + (not wrong)
        machine.command("key enter")
        assert machine.command("quiz")[0] == {"quiz": "on", "correct": str(right), "asked": str(asked)}
        assert place(machine)[1] == 0
        told = f"{'No' if wrong else 'Right'}, {right} of {asked}. {TITLES[policy]} "
        wait_until("the answer", lambda: machine.rows()[23].startswith(told))
        assert "took" in machine.rows()[23] or "the heap grew" in machine.rows()[23]
    assert asked > 3
    machine.command("quiz off")
    wait_until("the legend", lambda: "which hole" not in machine.rows()[23] and " of " not in machine.rows()[23])


def test_a_question_can_be_left(machine):
    machine.command("pause")
    machine.command("run patchwork 60 3 1000000")
    machine.command("quiz on")
    while not quiz_step(machine):
        pass
    machine.command("back")
    machine.command("at now")
    assert machine.command("quiz")[0]["asked"] == "0"
    wait_until("no question", lambda: not question(machine))


def test_the_longest_choice_stands_whole(machine):
    """A program with a long name asks for its first block."""
    machine.command("pause")
    machine.command("run useafterfree")
    machine.command("quiz on")
    assert quiz_step(machine)
    wait_until("the choice", lambda: "the heap grows \x1A  Enter" in question(machine))


def asked_about_sizes(machine):
    machine.command("pause")
    machine.command("guard off")
    machine.command("run sizes")
    machine.command("step 21")
    wait_until("the holes", lambda: machine.command("dump procs")[0]["steps"] == "21")
    machine.command("quiz on")
    machine.command("step")
    wait_until("the question", lambda: question(machine))


def test_what_ends_the_program_ends_its_question(machine):
    """Both lines come in one write, before the quiz has had its turn."""
    asked_about_sizes(machine)
    machine.send(b"kill all\nkey enter\n")
    assert machine.answer() == machine.answer() == ["ok"]
    assert machine.command("quiz")[0]["asked"] == "0" and not machine.processes()


def test_the_cursor_chooses_and_escape_gives_up(machine):
    asked_about_sizes(machine)
    machine.command("view heap")
    first = question(machine)
    machine.command("key right")
    wait_until("another hole", lambda: question(machine) not in (None, first))
    second = question(machine)
    machine.command("key left")
    wait_until("the first hole", lambda: question(machine) == first)
    address = re.search("([0-9A-F]{8}), ", second)[1]
    machine.command(f"inspect heap 0x{address}")
    wait_until("the cursor's hole", lambda: question(machine) == second)
    machine.command("key esc")
    wait_until("the answer", lambda: machine.rows()[23].startswith("The answer: First fit"))
    assert machine.command("quiz")[0]["asked"] == "0" and place(machine)[1] == 0
