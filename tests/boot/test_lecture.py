"""Lectures: played through with their waits, checked before they begin, and the show of a machine left alone."""

import re

import pytest
from guest import Guest
from machine import BUILD, LECTURES, PROGRAMS, Machine, Refused, boot_kernel, wait_until

KEY_HINT = "Press a key to go on"


def lecture(folder, name, text):
    path = folder / f"{name}.txt"
    path.write_text(text)
    return path


def captions(machine):
    return "\n".join(machine.rows())


def shown(machine, text):
    wait_until(f"{text!r} on the screen", lambda: text in captions(machine))


def bottom(machine):
    return machine.rows()[-1]


def logged_times(machine, pattern):
    return sum(bool(re.search(pattern, line)) for line in machine.log)


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_every_lecture_is_without_a_mistake(path):
    with Machine(boot_kernel(*PROGRAMS, *LECTURES)) as machine:
        machine.ready()
        lectures = {line["lecture"]: line for line in machine.command("lecture")}
        assert set(lectures) == {path.stem for path in LECTURES}
        assert "mistake" not in lectures[path.stem] and lectures[path.stem]["description"]
        assert not logged_times(machine, "^lecture: ")


def test_first_steps_from_the_boot_menu_to_the_end():
    """Each wait for a key ends by a key and by nothing else; a paused machine does not stop the lecture."""
    first = next(path for path in LECTURES if path.stem == "first-steps")
    with Machine(boot_kernel(*PROGRAMS, first, line="lecture=first-steps")) as machine:
        machine.ready().logged("^lecture: first-steps begins")
        for caption in ("Nothing runs", "stands still before its first malloc", "One more key"):
            shown(machine, caption)
            wait_until("the hint", lambda: KEY_HINT in bottom(machine))
            steps = [line["steps"] for line in machine.command("dump procs")]
            clock = Guest(machine.memory).clock()
            wait_until("time to pass", lambda: Guest(machine.memory).clock() > clock + 1000)
            assert caption in captions(machine) and KEY_HINT in bottom(machine)
            assert [line["steps"] for line in machine.command("dump procs")] == steps
            machine.keys("spc")
            wait_until("the hint to go", lambda: KEY_HINT not in bottom(machine))
        machine.logged("^lecture: first-steps is over")
        shown(machine, "Nothing of it is left")
        assert not machine.processes() and not machine.differences()


def test_waits_for_seconds_and_events_labels_and_goto(tmp_path):
    text = """# Goes round
        say before
        wait 0.5
        goto over
        say never
        label over
        run hello
        wait event exit hello
        say after
        label round
        run leak
        kill leak
        wait event exit
        wait 0.1
        goto round
        """
    with Machine(boot_kernel(*PROGRAMS, lecture(tmp_path, "round", text), line="run=holes")) as machine:
        machine.ready()
        begin = Guest(machine.memory).clock()
        machine.command("lecture round")
        shown(machine, "after")
        assert Guest(machine.memory).clock() >= begin + 500
        wait_until("three rounds", lambda: len([line for line in machine.command("dump events 2000")
                                                if line["kind"] == "spawn"]) >= 5)
        assert not any("never" in row for row in machine.rows())
        machine.command("lecture stop")
        with pytest.raises(Refused, match="expected in a lecture"):
            machine.command("wait 1")
        assert not logged_times(machine, "is over")


def test_a_lecture_without_a_wait_does_not_stop_the_machine(tmp_path):
    path = lecture(tmp_path, "endless", "label a\npace\ngoto a\n")
    with Machine(boot_kernel(*PROGRAMS, path)) as machine:
        machine.ready().command("lecture endless")
        guest = Guest(machine.memory)
        mark = guest.events() + 50
        wait_until("churn", lambda: guest.events() > mark)
        wait_until("frames", lambda: "endless" not in bottom(machine))
        machine.command("lecture stop")


def test_escape_ends_it_and_a_colon_opens_the_prompt(tmp_path):
    path = lecture(tmp_path, "short", "wait key\nsay second\nwait key\nsay third\n")
    with Machine(boot_kernel(*PROGRAMS, path)) as machine:
        machine.ready().command("lecture short")
        wait_until("the hint", lambda: KEY_HINT in bottom(machine))
        machine.keys("shift-semicolon")
        wait_until("the prompt", lambda: bottom(machine).startswith(":"))
        machine.keys("esc")
        wait_until("the hint", lambda: KEY_HINT in bottom(machine))
        machine.keys("f1")  # any key goes on, and nothing else happens
        shown(machine, "second")
        machine.keys("esc")
        wait_until("the keys", lambda: bottom(machine).startswith("F1"))
        assert "third" not in captions(machine)


def test_mistakes_are_told_when_it_is_loaded(tmp_path):
    text = "\n".join(["# Everything wrong", "run nobody", "stpe", "view nowhere", "goto nothing", "label a", "label a",
                      "wait", "wait event nothing", "wait 1.2345", "pace 3 4 5 6 7", "say caf\u00e9", "say " + "x" * 300,
                      "policy first", "kill churn", "lecture nobody", "step"])
    with Machine(boot_kernel(*PROGRAMS, lecture(tmp_path, "wrong", text), line="lecture=wrong")) as machine:
        machine.ready()
        told = [int(match[1]) for line in machine.log if (match := re.match(r"lecture: wrong\.txt:(\d+): .*expected|"
                                                                            r"lecture: wrong\.txt:3: .*\"step\"", line))
                if match[1]] + [3]
        assert sorted(told) == [2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 16]
        shown(machine, "wrong.txt:2: expected a program")
        with pytest.raises(Refused, match="wrong.txt:2: expected a program"):
            machine.command("lecture wrong")
        assert logged_times(machine, "wrong.txt:3: .*perhaps \"step\"") == 1
        assert not logged_times(machine, "begins")
        assert machine.command("lecture")[0]["mistake"].startswith("wrong.txt:2")


def test_words_that_only_show_when_they_are_played(tmp_path):
    """Numbers in their ranges, addresses, marks and captions are checked when the lecture is loaded."""
    wrong = ["pace 2000", "pace 0", "step 0", "back 0", "forward 0", "zoom 3", "inspect heap zz", "diff nosuchmark",
             "at 0x", "say " + "x" * 81]
    good = ["# caf\u00e9 is well in a comment", "pace 1000", "step 3", "inspect heap 4800000A", "inspect page 0x48000000",
            "zoom 64", "snap here", "diff here", "diff off", "at 12"]
    with Machine(boot_kernel(*PROGRAMS, lecture(tmp_path, "numbers", "\n".join(good + wrong)))) as machine:
        machine.ready()
        told = [int(match[1]) for line in machine.log if (match := re.match(r"lecture: numbers\.txt:(\d+): ", line))]
        assert told == list(range(len(good) + 1, len(good) + len(wrong) + 1))


def test_names_of_files(tmp_path):
    """Two names that are equal in their first fifteen letters are two lectures; a name too long and a title too long are told."""
    text, endless = "# A title\npace\n", "x" * 40
    paths = [lecture(tmp_path, "the-long-way-home-1", text), lecture(tmp_path, "the-long-way-home-2", text),
             lecture(tmp_path, endless, text), lecture(tmp_path, "wordy", f"# {'t' * 90}\npace\n")]
    with Machine(boot_kernel(*PROGRAMS, *paths, line="lecture=the-long-way-home-2")) as machine:
        machine.ready().logged("^lecture: the-long-way-home-2 begins")
        names = {line["lecture"]: line for line in machine.command("lecture")}
        assert {"the-long-way-home-1", "the-long-way-home-2"} < set(names)
        assert "file name of at most 30 letters" in names[endless[:31]]["mistake"]
        assert "of at most 78 letters" in names["wordy"]["mistake"]


def test_more_modules_than_there_is_room_for(tmp_path):
    paths = [lecture(tmp_path, f"one-of-many-{i}", "pace\n") for i in range(64)]
    with Machine(boot_kernel(*PROGRAMS, *paths)) as machine:
        machine.ready()
        assert logged_times(machine, f"{len(PROGRAMS)} programs or lectures too many: only the first 64") == 1
        shown(machine, "lectures too many")


def test_an_old_message_gives_way_to_the_hint(tmp_path):
    path = lecture(tmp_path, "short", "kill churn\nkill churn\nwait key\n")
    with Machine(boot_kernel(*PROGRAMS, path)) as machine:
        machine.ready().command("lecture short")
        wait_until("the mistake", lambda: "short.txt:2" in bottom(machine))
        wait_until("the hint", lambda: KEY_HINT in bottom(machine))


def test_a_question_comes_before_the_lectures_key(tmp_path):
    path = lecture(tmp_path, "asks", "kill all\npause\nquiz on\nrun sizes\nstep\nwait key\nsay over\n")
    with Machine(boot_kernel(*PROGRAMS, path)) as machine:
        machine.ready().command("lecture asks")
        shown(machine, "which hole?")
        machine.keys("ret")
        shown(machine, "1 of 1." if "Right" in captions(machine) else " of 1. First fit")
        assert KEY_HINT in bottom(machine) and machine.command("quiz")[0]["asked"] == "1"
        machine.keys("ret")
        shown(machine, "over")


# ---- Left alone

PHANTOM = "# The show\nregime sutured\npolicy best\npace 3\npause\nlabel again\nsay the show goes on\nwait 0.3\nwait key\nsay once more\nwait 0.2\ngoto again\n"


def test_a_machine_left_alone_starts_the_show_and_a_key_takes_over(tmp_path):
    boot = boot_kernel(*PROGRAMS, lecture(tmp_path, "phantom", PHANTOM), idle="on")
    with Machine(boot) as machine:
        machine.logged("^suture ready")
        machine.logged("^lecture: phantom begins")
        assert Guest(machine.memory).clock() >= 10_000
        shown(machine, "the show goes on")
        assert "Any key takes over" in bottom(machine)
        shown(machine, "once more")  # nobody pressed the key it waits for
        machine.keys("f7")
        wait_until("the key to count", lambda: machine.rows()[1].startswith("PROCESSES"))
        assert "takes over" not in bottom(machine)
        wait_until("what is running", lambda: "The show has ended. churn runs on" in bottom(machine))
        assert "once more" not in captions(machine) and "the show goes on" not in captions(machine)
        assert machine.command("pace") == [{"pace": "max"}]
        current = [line["regime"] for line in machine.command("regime") if line["current"] == "1"]
        assert current == ["healed"] and "best" not in [line["policy"] for line in machine.command("policy")
                                                         if line["current"] == "1"]
        clock = Guest(machine.memory).clock()
        wait_until("time to pass", lambda: Guest(machine.memory).clock() > clock + 11_000)
        assert logged_times(machine, "begins") == 1


@pytest.mark.parametrize("boot, byte", [({"idle": "off"}, b""), ({"idle": "on"}, b"\n")])
def test_no_show(tmp_path, boot, byte):
    with Machine(boot_kernel(*PROGRAMS, lecture(tmp_path, "phantom", PHANTOM), **boot)) as machine:
        machine.logged("^suture ready")
        machine.send(byte)
        wait_until("time to pass", lambda: Guest(machine.memory).clock() > 11_000)
        assert not logged_times(machine, "begins")


def test_the_boot_menu_offers_each_lecture():
    menu = (BUILD / "suture.iso").read_bytes()
    for path in LECTURES:
        assert f"suture lecture={path.stem}".encode() in menu
        assert f"module /{path.name} {path.name}".encode() in menu
