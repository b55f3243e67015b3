"""A PC for tests: QEMU without a window, its serial line for commands, its keyboard, its memory and its screen.

RAM is a file that both QEMU and the test map, so guest memory is read (and spoiled) without asking the guest. Nothing
here depends on how fast the machine is: one waits for states, and the limits only end what hangs.
"""

import json
import mmap
import os
import pathlib
import queue
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from debugger import Debugger

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("B", "build")
ISO, KERNEL = BUILD / "suture.iso", BUILD / "suture.elf"
LECTURES = sorted((TOP / "iso/lectures").glob("*.txt"))
PROGRAMS = sorted((BUILD / "user").glob("*.elf"))
TEST_PROGRAMS = sorted((BUILD / "tests").glob("*.elf"))

PATIENCE = 120  # seconds until something that never comes counts as failed
SCREEN, SCREEN_BYTES = 0xB8000, 80 * 25 * 2


class Refused(Exception):
    """A command's answer was closed by `error: reason`; the text is the reason."""


def pairs(line):
    """The key=value pairs of a line; a value reaches to the next key."""
    return dict(re.findall(r"([a-z_]+)=(.*?)(?= [a-z_]+=|$)", line))


def wait_until(what, true, patience=PATIENCE):
    """Returns the first true value of true()."""
    end = time.monotonic() + patience
    while not (value := true()):
        assert time.monotonic() < end, f"still waiting for {what} after {patience} s"
        time.sleep(0.01)
    return value


def boot_kernel(*modules, line="", idle="off"):
    """QEMU's own multiboot loader: the kernel and modules, without GRUB. For Machine(boot=...)."""
    return ["-kernel", KERNEL, "-append", f"{line} idle={idle}".lstrip(), "-initrd", ",".join(map(str, modules))]


class Line:
    """A guest's serial line, once it is connected."""

    def __init__(self):
        self.log, self.lines, self.serial = [], queue.Queue(), None
        self.reading = threading.Event()  # cleared: nobody reads what comes
        self.reading.set()

    def connected(self, serial):
        self.serial = serial
        threading.Thread(target=self._read, args=(serial.makefile("rb"),), daemon=True).start()

    def _read(self, file):
        """Sorts what comes over the serial line: the log, and answers."""
        try:
            for line in file:
                self.reading.wait()
                line = line.decode("latin-1").rstrip("\n")
                if line.startswith("# "):
                    self.log.append(line[2:])
                else:
                    self.lines.put(line)
        except OSError:
            pass

    def send(self, data):
        self.serial.sendall(data)

    def answer(self):
        """All lines of one answer, the closing one last."""
        lines = []
        while not lines or not (lines[-1] == "ok" or lines[-1].startswith("error: ")):
            try:
                lines.append(self.lines.get(timeout=PATIENCE))
            except queue.Empty:
                raise AssertionError(f"no answer; so far {lines}, log ends {self.log[-30:]}") from None
        return lines

    def command(self, line):
        """The answer's lines as dictionaries."""
        self.send(line.encode() + b"\n")
        *lines, end = self.answer()
        if end != "ok":
            raise Refused(end.removeprefix("error: "))
        return [pairs(text) for text in lines]

    def logged(self, pattern, patience=PATIENCE):
        """Waits for a line of the log that matches; returns the match."""
        def look():
            return next(filter(None, (re.search(pattern, line) for line in list(self.log))), None)
        try:
            return wait_until(f"a log line like {pattern!r}", look, patience)
        except AssertionError as late:
            raise AssertionError(f"{late}; the log ends {self.log[-30:]}") from None

    def ready(self):
        self.logged("^suture ready")
        self.send(b"\n")  # somebody is there: no show begins by itself
        return self

    def differences(self):
        """What the kernel's audit finds."""
        *lines, total = self.command("audit")
        assert int(total["differences"]) == len(lines)
        return [line["difference"] for line in lines]

    def used(self):
        """Bytes lent in each zone."""
        return {line["zone"]: int(line["used"]) for line in self.command("dump memman") if "zone" in line}

    def processes(self):
        return {int(line["pid"]): line["name"] for line in self.command("dump procs")}

    def ended(self, pid):
        wait_until(f"process {pid} to end", lambda: pid not in self.processes())


class Machine(Line):
    """Use as a context manager: the machine is gone at the end, whatever happens."""

    def __init__(self, boot=("-cdrom", ISO, "-boot", "d"), memory=64, serial=True, debugged=False, options=()):
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="suture-test-")
        self.size = memory << 20
        if debugged:  # it waits for run_to
            options = (*options, "-S", "-gdb", f"unix:{self.folder}/debugger")
        listening = {name: self._listen(name) for name in ("qmp", "serial", "debugger")}
        with open(f"{self.folder}/errors", "w") as errors:
            self.process = subprocess.Popen(
                ["qemu-system-i386", "-accel", "tcg", "-display", "none", "-nic", "none", "-no-reboot",
                 "-monitor", "none", "-parallel", "none", "-m", str(memory), "-machine", "pc,memory-backend=ram",
                 "-object", f"memory-backend-file,id=ram,size={memory}M,share=on,mem-path={self.folder}/ram",
                 "-qmp", f"unix:{self.folder}/qmp",
                 "-serial", f"unix:{self.folder}/serial" if serial else "none", *map(str, boot), *options],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        try:
            self.qmp_socket = self._accept(listening["qmp"])
            self.qmp_file = self.qmp_socket.makefile("r")
            self._qmp_answer()  # its greeting
            self.qmp("qmp_capabilities")
            if serial:
                self.connected(self._accept(listening["serial"]))
            if debugged:
                self.debugger = Debugger(self._accept(listening["debugger"]))
            with open(f"{self.folder}/ram", "r+b") as ram:
                self.ram = mmap.mmap(ram.fileno(), self.size)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listen(self, name):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{self.folder}/{name}")
        listener.listen()
        return listener

    def _accept(self, listener):
        listener.settimeout(0.1)
        with listener:
            while True:
                try:
                    connection = listener.accept()[0]
                    connection.settimeout(PATIENCE)
                    return connection
                except TimeoutError:
                    assert self.process.poll() is None, "QEMU is gone: " + self._errors()

    # ---- The machine itself

    def qmp(self, what, **arguments):
        self.qmp_socket.sendall(json.dumps({"execute": what, "arguments": arguments}).encode())
        while "event" in (answer := self._qmp_answer()):
            pass
        assert "return" in answer, answer
        return answer["return"]

    def _qmp_answer(self):
        line = self.qmp_file.readline()
        assert line, "QEMU is gone: " + self._errors()
        return json.loads(line)

    def _errors(self):
        return pathlib.Path(f"{self.folder}/errors").read_text()

    def keys(self, *names):
        """Presses keys one after the other: "tab", "spc", "f2", "shift-tab"."""
        for name in names:
            self.qmp("send-key", keys=[{"type": "qcode", "data": part} for part in name.split("-")])

    def memory(self, physical, size):
        """RAM as it is now."""
        return self.ram[physical:physical + size]

    def poke(self, physical, data):
        self.ram[physical:physical + len(data)] = data

    def saved(self, physical, size):
        """Physical memory as a device shows it, through QMP."""
        path = f"{self.folder}/saved"
        self.qmp("pmemsave", val=physical, size=size, filename=path)
        return pathlib.Path(path).read_bytes()

    def screen(self, rows=25):
        """The VGA's memory: a word a cell, character and attribute."""
        return self.saved(SCREEN, 80 * rows * 2)

    def rows(self, rows=25):
        """The screen as text."""
        return text_rows(self.screen(rows))

    def picture(self):
        """The screen as the monitor gets it: a PIL image."""
        from PIL import Image
        path = f"{self.folder}/picture.png"
        self.qmp("screendump", filename=path, format="png")
        return Image.open(path).convert("RGB")

    def powered_off(self):
        """Waits until the machine has switched itself off."""
        return self.process.wait(PATIENCE) == 0


def text_rows(screen):
    text = screen[::2].decode("cp437")
    return [text[at:at + 80] for at in range(0, len(text), 80)]
