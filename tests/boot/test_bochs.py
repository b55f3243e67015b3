"""The same ISO in another PC: Bochs shows the same screen, true to its memory, and the backgrounds do not blink."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time

import pytest
from guest import Guest, symbols
from machine import ISO, KERNEL, PATIENCE, SCREEN, SCREEN_BYTES, Line, Machine, text_rows, wait_until
from picture import Picture

MEGABYTES = 16
WINDOW = 0xC0000000
STATUS, ATTRIBUTE, ATTRIBUTE_READ, MODE = 0x3DA, 0x3C0, 0x3C1, 0x30  # mode: register 10h, the palette stays on
BLINK = 0x08
IN, OUT = b"\xec", b"\xee"  # in al, dx; out dx, al

SETUP = """
megs: {megabytes}
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path={iso}, status=inserted
boot: cdrom
display_library: rfb, options="timeout=0"
cpu: model=p4_prescott_celeron_336, ips=50000000, reset_on_triple_fault=0
clock: sync=none, time0=946684800
com1: enabled=1, mode=socket-client, dev=127.0.0.1:{port}
log: bochs.log
panic: action=fatal
"""


class Bochs(Line):
    """Runs until stopped; then its debugger, on its standard input, reads memory and registers."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listener:
            setup = SETUP.format(megabytes=MEGABYTES, iso=ISO, port=listener.getsockname()[1])
            (folder / "setup").write_text(setup)
            self.process = subprocess.Popen(["bochs", "-q", "-f", "setup"], cwd=folder, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                            env={**os.environ, "LC_ALL": "C"})
            try:
                listener.settimeout(PATIENCE)
                self.connected(listener.accept()[0])
                self.prompt()
            except BaseException:
                self.close()
                raise

    def close(self):
        self.process.kill()
        self.process.wait()

    def prompt(self):
        """What the debugger says, up to its next prompt."""
        said, end = b"", time.monotonic() + PATIENCE
        while not re.search(rb"<bochs:\d+> $", said):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            part = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert part, said
            said += part
        return said.decode(errors="replace")

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def debug(self, line):
        self.type(line)
        return self.prompt()

    def run(self):
        self.type("c")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.prompt()

    def memory(self, physical, size):
        """Of RAM in the kernel's window, while stopped in the kernel."""
        self.debug(f'writemem "memory" {WINDOW + physical:#x} {size}')
        return (self.folder / "memory").read_bytes()

    def port(self, instruction, port, value=0):
        """Lets the processor carry out the IN or OUT at `instruction`; AL afterwards."""
        while True:
            for register, content in ("edx", port), ("eax", value), ("eip", instruction):
                self.debug(f"set {register} = {content:#x}")
            self.debug("s")
            registers = self.debug("r")
            if re.search(rf"ip: .*{instruction + 1:x}\b", registers):  # else an interrupt came first; in it, none does
                return int(re.search(r"ax: .*(\w\w)\b", registers)[1], 16)


@pytest.fixture(scope="module")
def bochs(tmp_path_factory):
    if not shutil.which("bochs"):
        pytest.skip("bochs is not installed")
    bochs = Bochs(tmp_path_factory.mktemp("bochs"))
    yield bochs
    bochs.close()


def grown_and_held(machine):
    wait_until("a heap with some blocks", lambda: len(machine.command("dump heap 1")) > 12)
    machine.command("hold")


def look(bochs):
    """Stops it; memory and screen are in files' bytes."""
    bochs.stop()
    guard = symbols("nm", KERNEL)["boot_stack_guard"] - WINDOW  # this page the window does not show
    ram = bochs.memory(0, guard) + bytes(4096) + bochs.memory(guard + 4096, (MEGABYTES << 20) - guard - 4096)
    bochs.ram = lambda physical, size: ram[physical:physical + size]
    bochs.screen = bochs.memory(SCREEN, 2 * SCREEN_BYTES)


@pytest.fixture(scope="module")
def held(bochs):
    """Held after a while of life."""
    bochs.run()
    bochs.ready()
    bochs.command("glow off")
    grown_and_held(bochs)
    bochs.audit = bochs.differences()
    look(bochs)
    bochs.screen = bochs.screen[:SCREEN_BYTES]
    return bochs


def test_picture_is_true(held):
    picture = Picture(Guest(held.ram))
    assert len(picture.places) >= 7
    assert picture.compare(held.screen) == []
    assert held.audit == []


def label(row):
    """What stands at the left, but for addresses, which depend on the moment."""
    return re.sub(r"^([0-9A-F]{8}| {8}) ", "", row)[:9].strip("\xDF▀ 0123456789")


def test_screen_is_composed_as_in_qemu(held):
    with Machine(memory=MEGABYTES) as machine:
        grown_and_held(machine.ready())
        rows = machine.rows()
    assert text_rows(held.screen)[0][:43] == rows[0][:43]  # up to the number of the event
    assert [label(row) for row in text_rows(held.screen)[1:20]] == [label(row) for row in rows[1:20]]
    assert text_rows(held.screen)[-2:] == rows[-2:]


@pytest.mark.parametrize("lines", [
    ["rows 50"], ["rows 25", "letters on"], ["zoom 16"], ["zoom 4096", "letters off"], ["rows 50", "zoom 1"],
    ["rows 25", "zoom fit", "view memman"], ["view heap"]], ids=", ".join)
def test_picture_is_true_in_every_look(held, lines):
    held.run()
    held.command("go")
    for line in lines:
        held.command(line)
    held.command("hold")
    look(held)
    picture = Picture(Guest(held.ram))
    assert picture.places
    assert picture.compare(held.screen) == []
    size = next((int(line.split()[1]) for line in lines if re.match(r"zoom \d", line)), None)
    assert not size or size in [1 << place["shift"] for place in picture.places]


@pytest.mark.parametrize("row, column", [(0, 1), (3, 20), (12, 40)])  # outside of maps, and in them
def test_a_cell_that_lies_is_named(held, row, column):
    held.run()
    held.command("view overview")
    held.command("hold")
    assert held.differences() == []
    look(held)
    at = 2 * (80 * row + column)
    held.debug(f"setpmem {SCREEN + at:#x} 1 {held.screen[at] ^ 1:#x}")
    held.run()
    told = held.differences()
    assert len(told) == 1 and told[0].startswith(f"row {row} column {column} of the screen: "), told
    held.command("hold")  # paints it anew
    assert held.differences() == []
    held.stop()


def test_backgrounds_do_not_blink(held):
    """The last: it leaves the processor where nothing goes on."""
    guest = Guest(held.ram)
    start, end = guest.symbols["text_start"], guest.symbols["text_end"]
    text = held.ram(start - WINDOW, end - start)
    instruction = {byte: start + text.index(byte) for byte in (IN, OUT)}
    held.port(instruction[IN], STATUS)
    held.port(instruction[OUT], ATTRIBUTE, MODE)
    mode = held.port(instruction[IN], ATTRIBUTE_READ)
    assert mode & 1 == 0 and mode & BLINK == 0, hex(mode)
