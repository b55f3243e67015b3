"""Every lecture is played to its end, with a key wherever it waits for one, and says what is on the screen.

With -icount and sleep=off the machine does not wait while programs sleep, so minutes of theirs take seconds.
"""

import re

import pytest
from guest import Guest
from machine import LECTURES, PROGRAMS, Machine, boot_kernel, wait_until

KEY_HINT = "Press a key to go on"
READING = 4000  # ms of the machine's clock that a class needs for a caption at least
SHORT = {"first-steps"}
LEAST = 180_000  # ms: a lecture takes three minutes

# What must stand on the screen while a caption waits for a key: by lecture, part of the caption: pattern.
FACTS = {
    "first-steps": [("before its first malloc", "hello"), ("ne more key", "malloc")],
    "phantom": [("7,494 mapping calls", "17,494"), ("did not get its 64", "! case 1 "), ("only grows", "came back 0 B"),
                ("he program has ended", "a heap address"), ("! is an effect", "!.* free already"),
                ("he table stays", r"phantom \d+"), ("rames: what never", "frames")],
    "fits": [("even holes", r"\b8 holes"), ("cut in two", "malloc\\(190\\).*first fit"), ("he small requests", "none fits"),
             ("very request", "best fit"), ("he largest hole", "none fits"), ("Rounding up", "buddy"),
             ('ook at "frag"', "best fit")],
    "fragmentation": [("Watch the holes", "frag"), (",384 bytes are free", "holes 8,384 B   largest 1,000"),
                      ("had to grow", "malloc\\(2000\\)"), ("ow it fits", "took 48000FA0"),
                      ("cannot be moved", "3 holes"), ("the page under it", "churn"),
                      ("orst fit keeps", r"(?s)worst fit.*holes +\d\d +\d\d")],
    "chain": [("irst the page directory", "288|directory"), ("EAP: a block", r"1 block\b"), ("AGE TABLE: the", "1 mapped"),
              ("two lends, page table", "page table"), ("went home at once", "free"),
              ("even blocks of 2,000 bytes lie", r"7 blocks\b"), ("our frees later", r"\b3 mapped"),
              ("another frame", "leak"), ("ll is back", "pages")],
    "free": [("What must it know", r"3 blocks\b"), ("a hole. Its record", r"2 holes\b"),
             ("efused: the block", "free already"), ("refusals say", "refused"), ("filed in memman", "foreign")],
    "misbehave": [("an honest program", "churn"), ("he fault names", "freed"), ("lost nothing", "churn"),
                  ("only churn is left", "churn")],
}


@pytest.fixture(scope="module")
def machine():
    boot = boot_kernel(*PROGRAMS, *LECTURES)
    with Machine(boot, memory=16, options=("-icount", "shift=0,sleep=off")) as machine:
        yield machine.ready()


def play(machine, name):
    """The captions that wait for a key, with the screen under each."""
    guest, seen, start = Guest(machine.memory), [], len(machine.log)

    def over():
        return any(re.match(f"lecture: {name} is over", line) for line in machine.log[start:])

    def waits():
        return KEY_HINT in machine.rows()[-1]
    machine.command(f"lecture {name}")
    while True:
        wait_until("a key to be wanted", lambda: over() or waits())
        if over():
            return seen, machine.log[start:]
        read = guest.clock() + READING
        wait_until("it to be read", lambda: guest.clock() > read)
        seen.append((guest.caption(True), "\n".join(machine.rows())))
        machine.keys("ret")
        wait_until("the lecture to go on", lambda: over() or guest.caption(True) != seen[-1][0] or not waits())
        frame = guest.word(guest.symbols["painted"]) + 2
        wait_until("the screen to follow", lambda: guest.word(guest.symbols["painted"]) >= frame)


@pytest.mark.parametrize("name", [path.stem for path in LECTURES])
def test_played_to_its_end(machine, name):
    begin = Guest(machine.memory).clock()
    seen, log = play(machine, name)
    lasted = Guest(machine.memory).clock() - begin
    print(name, lasted // 1000, "s", len(seen), "keys")
    assert not [line for line in log if line.startswith(f"lecture: {name}.txt")]
    assert machine.differences() == []
    assert name in SHORT or lasted > LEAST
    for words, pattern in FACTS[name]:
        screens = [screen for caption, screen in seen if re.search(words, caption)]
        assert screens, (words, [caption for caption, _ in seen])
        assert all(re.search(pattern, screen) for screen in screens), (words, pattern, screens[0])
