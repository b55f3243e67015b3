"""The machine comes up: from every medium, with little and much memory, without a serial port, and soon."""

import pytest
from debugger import ESP, RDTSC
from guest import Guest
from machine import ISO, PROGRAMS, Machine, boot_kernel, wait_until
from picture import Picture

MEDIA = {
    "cd": ["-cdrom", ISO, "-boot", "d"],
    "disk": ["-snapshot", "-hda", ISO],
    "stick": ["-snapshot", "-drive", f"if=none,id=stick,format=raw,file={ISO}", "-device", "qemu-xhci,id=usb",
              "-device", "usb-storage,bus=usb.0,drive=stick,bootindex=0"],
    "kernel": boot_kernel(*PROGRAMS),
}


def works(machine):
    machine.ready()
    assert {line["program"] for line in machine.command("programs")} == {path.stem for path in PROGRAMS}
    assert "churn" in machine.processes().values()
    machine.command("glow off")
    machine.command("hold")
    assert machine.differences() == []
    picture = Picture(Guest(machine.memory))
    assert picture.compare(machine.screen()) == []
    assert {picture.kind(place) for place in picture.places} == {"frames", "pages", "heap"}


@pytest.mark.parametrize("medium", MEDIA)
def test_boots_from(medium):
    with Machine(MEDIA[medium]) as machine:
        works(machine)


def test_iso_is_small():
    assert ISO.stat().st_size <= 1_500_000


@pytest.mark.parametrize("megabytes", [8, 16, 1024, 3072, 4096])
def test_boots_with_memory(megabytes):
    with Machine(MEDIA["kernel"], memory=megabytes) as machine:
        works(machine)
        guest = Guest(machine.memory)
        usable = sum(end - start for start, end in guest.usable()) >> 8
        zones = [guest.region(zone, "zone_info.span") for zone in guest.zones()]
        assert min(megabytes, 3072) - 1 <= usable + 1 <= megabytes
        assert all(end <= 768 << 20 for _, end in zones[:-1])
        assert all(start < end for start, end in zones)


def test_too_little_memory_is_said():
    with Machine(MEDIA["kernel"], memory=4) as machine:
        machine.logged("PANIC: too little memory")
        wait_until("the panic on the screen", lambda: "too little memory" in machine.rows()[0])


def test_command_line_chooses_the_first_program():
    with Machine(boot_kernel(*PROGRAMS, line="run=holes nonsense")) as machine:
        machine.ready()
        assert list(machine.processes().values()) == ["holes"]
        assert any("nonsense" in line for line in machine.log)


def test_works_without_a_serial_port():
    with Machine(MEDIA["kernel"], serial=False) as machine:
        wait_until("the picture", lambda: machine.rows()[0].startswith("SUTURE"))
        guest = Guest(machine.memory)
        mark = guest.events() + 50
        wait_until("life", lambda: guest.events() > mark)
        machine.keys("spc")
        wait_until("the pause", lambda: "paused" in machine.rows()[0])
        pause = guest.clock()
        wait_until("the last glow to end", lambda: guest.clock() > pause + 2000)  # churn sleeps 1 s at most
        assert Picture(Guest(machine.memory)).compare(machine.screen()) == []


def test_first_picture_within_50_million_instructions():
    """With -icount shift=0 the time stamp counter counts instructions; nothing is left to luck."""
    with Machine(MEDIA["kernel"], debugged=True, options=("-icount", "shift=0,sleep=off")) as machine:
        symbols = Guest(machine.memory).symbols
        machine.debugger.run_to(symbols["entry"])
        text = machine.memory(symbols["text_start"] - 0xC0000000, symbols["text_end"] - symbols["text_start"])
        rdtsc = symbols["text_start"] + text.index(RDTSC)
        begin = machine.debugger.time_stamp(rdtsc - 0xC0000000)  # paging is still off
        machine.debugger.run_to(symbols["screen_present"])
        machine.debugger.run_to(machine.debugger.word(machine.debugger.register(ESP)))
        instructions = machine.debugger.time_stamp(rdtsc) - begin
        print(f"\nfirst_picture={instructions}")
        assert 100_000 < instructions < 50_000_000
        assert machine.rows()[0].startswith("SUTURE") and "pid 1 churn" in machine.rows()[0]
        guest = Guest(machine.memory)
        assert guest.word(guest.symbols["program_count"]) == len(PROGRAMS)
        assert Picture(guest).compare(machine.screen()) == []
