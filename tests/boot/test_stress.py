"""Stress in the kernel: every policy, two threads each, all calls and mistakes, a full audit at least every thousand events."""

import re

import pytest
from guest import Guest
from machine import TEST_PROGRAMS, Machine, boot_kernel, wait_until

POLICIES = ["first", "next", "best", "worst", "buddy"]
STEPS = 150  # between two audits: a step is a handful of events at most
WINDOW = 0xC0000000


@pytest.fixture(scope="module", params=[64, 10], ids=lambda megabytes: f"{megabytes}MB")
def machine(request):
    with Machine(boot_kernel(*TEST_PROGRAMS, line="run=none idle=off"), memory=request.param,
                 options=("-icount", "shift=0,sleep=off")) as machine:
        machine.ready().command("viz off")
        yield machine


def steps(machine):
    return {line["pid"]: int(line["steps"]) for line in machine.command("dump procs")}


def let_pass(machine, count):
    """So many steps of those who live, or fewer when one of them ends meanwhile."""
    before = steps(machine)
    machine.command(f"step {count}")

    def over():
        now = steps(machine)
        return now.keys() != before.keys() or sum(now.values()) - sum(before.values()) >= count
    wait_until(f"{count} steps", over)


def test_the_audit_after_every_thousandth_event_finds_nothing(machine):
    machine.command("pause")
    pids = {}
    for seed, policy in enumerate(POLICIES):
        machine.command(f"policy {policy}")
        pids[int(machine.command(f"run stress {seed + 1} 600")[0]["pid"])] = policy
    began = marked = Guest(machine.memory).events()
    audits = longest = 0
    while living := machine.processes():
        let_pass(machine, STEPS)
        assert machine.differences() == [], f"after {audits} audits"
        audits += 1
        now = Guest(machine.memory).events()
        if machine.processes() == living:  # an exit gives back region by region, in one go
            longest = max(longest, now - marked)
        marked = now
    for pid in pids:
        machine.logged(rf"^stress\[{pid}\]: stress: 0 wrong")
    assert longest <= 1000 and audits >= 20 and marked - began > 10000
    assert set(machine.used().values()) == {0}


def test_what_is_broken_meanwhile_is_found(machine):
    machine.command("pause")
    pid = int(machine.command("run stress 9 100")[0]["pid"])
    let_pass(machine, STEPS)
    guest = Guest(machine.memory)
    at = guest.spaces()[pid] + guest.layout["space.heap"] + guest.layout["heap.last"] - WINDOW
    truth = machine.memory(at, 4)
    machine.poke(at, bytes(4))
    assert any(re.search("heap|list|range|tile", difference) for difference in machine.differences())
    machine.poke(at, truth)
    assert machine.differences() == []
    machine.command(f"kill {pid}")
    machine.command("go")
    machine.ended(pid)
