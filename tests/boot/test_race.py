"""Races: one program in several lanes, step for step, on the same stream of requests."""

import pytest
from guest import Guest
from machine import PROGRAMS, TEST_PROGRAMS, Machine, Refused, boot_kernel, wait_until

POLICIES = ["first", "best", "worst", "buddy"]


@pytest.fixture(scope="module")
def booted():
    with Machine(boot_kernel(*PROGRAMS, *TEST_PROGRAMS), memory=32, options=("-icount", "shift=0,sleep=off")) as machine:
        machine.ready()
        yield machine


@pytest.fixture
def machine(booted):
    booted.command("go")
    booted.command("pace max")
    booted.command("race stop")
    for pid in booted.processes():
        booted.command(f"kill {pid}")
    return booted


def race(machine, line):
    return [int(lane["pid"]) for lane in machine.command(line)]


def steps(machine, lanes):
    made = {int(line["pid"]): int(line["steps"]) for line in machine.command("dump procs")}
    return [made[pid] for pid in lanes if pid in made]



@pytest.mark.parametrize("policies", [POLICIES[:2], POLICIES[1:], POLICIES])
def test_lanes_go_step_for_step(machine, policies):
    lanes = race(machine, f"race churn {' '.join(policies)}")
    assert len(lanes) == len(policies)
    procs = {int(line["pid"]): line for line in machine.command("dump procs")}
    assert [procs[pid]["policy"] for pid in lanes] == policies
    for mark in (40, 150, 400):
        wait_until(f"step {mark}", lambda: min(steps(machine, lanes)) >= mark)
        machine.command("hold")
        made = steps(machine, lanes)
        assert max(made) - min(made) <= 1
        assert "the same requests" in machine.rows()[1]
        machine.command("go")


def test_one_step_is_one_of_each_lane(machine):
    machine.command("pause")
    lanes = race(machine, "race churn first best worst")
    for wanted in range(1, 12):
        machine.command("step")
        wait_until("the step", lambda: steps(machine, lanes) == [wanted] * 3)
    machine.command("step 20")
    wait_until("twenty more", lambda: steps(machine, lanes) == [31] * 3)


def test_a_lane_that_ends_leaves_the_others_going(machine):
    lanes = race(machine, "race churn first best worst")
    for gone in (0, 1):
        wait_until("some steps", lambda: min(steps(machine, lanes[gone:])) >= 20 * (gone + 1))
        machine.command(f"kill {lanes[gone]}")
        before = steps(machine, lanes[gone + 1:])
        wait_until("the others to go on", lambda: min(steps(machine, lanes[gone + 1:])) > max(before) + 20)
        assert "ended" in machine.rows()[2]


def test_a_race_comes_to_its_end_and_gives_everything_back(machine):
    before = machine.used()
    lanes = race(machine, "race sizes first next")
    for pid in lanes:
        machine.ended(pid)
    assert machine.used() == before and machine.differences() == []
    wait_until("the last picture", lambda: machine.rows()[2].count("ended") == 2)
    assert "used max" in "".join(machine.rows())


def test_threads_race_too(machine):
    lanes = race(machine, "race threads first best")
    for pid in lanes:
        machine.ended(pid)


def test_lanes_that_ask_for_different_things_are_told(machine):
    race(machine, "race ownway first worst")
    wait_until("the difference", lambda: "! the lanes ask for different things" in machine.rows()[1])


@pytest.mark.parametrize("line, says", [
    ("race churn first", "expected a policy: best"), ("race churn first fast", "expected a policy: best"),
    ("race nothing first best", "expected a program"), ("race churn first best worst next buddy", "no more words"),
    ("compare nothing", "expected a program"),
])
def test_wrong_races(machine, line, says):
    with pytest.raises(Refused, match=says):
        machine.command(line)
    assert machine.processes() == {}


def test_both_regimes_side_by_side(machine):
    """Left the table silts up and nothing comes back, right everything does; the figures stay when both have ended."""
    sutured, healed = race(machine, "compare suture")
    procs = {int(line["pid"]): line for line in machine.command("dump procs")}
    assert [procs[sutured]["regime"], procs[healed]["regime"]] == ["sutured", "healed"]
    for pid in (sutured, healed):
        machine.ended(pid)
    wait_until("the last picture", lambda: machine.rows()[2].count("ended") == 2)
    left, right = ({row[:9].strip(): row[at:end].strip() for row in machine.rows()} for at, end in ((9, 44), (44, 80)))
    number = lambda text: int(text.split()[0].replace(",", ""))
    assert "the same requests" in machine.rows()[1]
    assert left["frames"].endswith("never returned") and number(left["frames"]) > 30 and right["frames"] == "0"
    assert number(left["foreign"]) > 0 and number(left["phantoms"]) > 0
    assert right["foreign"] == right["phantoms"] == "0"
    assert number(left["mappings"]) > 500 * number(right["mappings"]) > 0
    assert number(left["time"]) > 4 * number(right["time"])
    assert right["ranges"] == "as before"
    assert left["ranges"].endswith("more than before")
    assert machine.differences() == []


def figures(machine, lanes):
    """What stands below each lane, by label."""
    pitch = 71 // lanes
    return [{row[:9].strip(): row[9 + i * pitch:9 + (i + 1) * pitch - 1].strip() for row in machine.rows()[3:19]}
            for i in range(lanes)]


def test_policies_race_on_the_healed_side_whatever_the_regime(machine):
    machine.command("regime sutured")
    lanes = race(machine, "race sizes first best")
    machine.command("regime healed")
    assert {line["regime"] for line in machine.command("dump procs") if int(line["pid"]) in lanes} == {"healed"}
    wait_until("the title", lambda: f"pid {lanes[0]} sizes" in machine.rows()[0])


def test_the_last_figures_stay(machine):
    lanes = race(machine, "race sizes first best")
    for pid in lanes:
        machine.ended(pid)
    wait_until("the last picture", lambda: machine.rows()[2].count("ended") == 2)
    for lane in figures(machine, 2):
        assert all(lane[label] not in ("", "-") for label in ("used", "free", "holes", "largest", "frag", "searches"))
    assert figures(machine, 2)[0]["frag"] != figures(machine, 2)[1]["frag"]
    assert "after 28 steps" in machine.rows()[4]


def test_threads_of_each_lane_step_in_the_leaders_order(machine):
    for _ in range(3):
        lanes = race(machine, "race threads first best worst")
        for pid in lanes:
            machine.ended(pid)
        wait_until("the last picture", lambda: machine.rows()[2].count("ended") == 3)
        assert "the same requests" in machine.rows()[1]


def test_children_are_named_and_counted(machine):
    lanes = race(machine, "compare crowd")
    wait_until("the word", lambda: "children run beside it" in machine.rows()[1])
    for pid in lanes:
        machine.ended(pid)
    wait_until("the last picture", lambda: machine.rows()[2].count("ended") == 2)
    left, right = figures(machine, 2)
    assert int(left["mappings"].replace(",", "")) > int(right["mappings"].replace(",", "")) > 0


def test_the_past_of_a_race(machine):
    """One step of a race is one of each lane, forwards and backwards, and the heading counts with it."""
    machine.command("pause")
    lanes = race(machine, "race churn first best worst")
    machine.command("step 20")
    wait_until("twenty steps", lambda: steps(machine, lanes) == [20] * 3)
    wait_until("the heading", lambda: "step 20 " in machine.rows()[1])
    for back in range(1, 6):
        machine.command("key ,")
        assert machine.command("at")[0]["back"] == str(back)
        wait_until("the heading", lambda: f"step {20 - back} " in machine.rows()[1])
        assert all(lane["searches"] not in ("", "-") for lane in figures(machine, 3))
    machine.command("forward 2")
    wait_until("the heading", lambda: "step 17 " in machine.rows()[1])


def test_no_program_speaks_in_a_race(machine):
    lanes = race(machine, "compare sizes")
    machine.command("say Mine")
    for pid in lanes:
        machine.ended(pid)
    assert any("Mine" in row for row in machine.rows())
    machine.command("say")


def test_the_table_silts_up_before_the_class(machine):
    race(machine, "compare suture")
    wait_until("an entry by no right", lambda: any(row[9:10] == "!" and row[11:19] == "48000000"
                                                   for row in machine.rows()))
    assert any("memman's table" in row[44:] for row in machine.rows())
