"""QEMU's own debugger stub, as much of its protocol as tests need: breakpoints, registers, single steps."""

EIP, ESP, EAX, EDX = 8, 4, 0, 2
RDTSC = b"\x0f\x31"


class Debugger:
    """Speaks through a connected socket; the machine stands still but in run()."""

    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")

    def ask(self, packet):
        data = packet.encode()
        self.connection.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xFF))
        while (byte := self.file.read(1)) != b"$":
            assert byte, "the debugger is gone"
        answer = b""
        while (byte := self.file.read(1)) != b"#":
            answer += byte
        self.file.read(2)
        self.connection.sendall(b"+")
        return answer.decode()

    def registers(self):
        """All of them, as bytes; what they are by number stands above, four bytes each."""
        return bytes.fromhex(self.ask("g"))

    def set_registers(self, registers):
        assert self.ask("G" + registers.hex()) == "OK"

    def register(self, number):
        return int.from_bytes(self.registers()[4 * number:4 * number + 4], "little")

    def word(self, address):
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},4")), "little")

    def run_to(self, address):
        assert self.ask(f"Z0,{address:x},1") == "OK"
        self.ask("c")
        assert self.register(EIP) == address
        assert self.ask(f"z0,{address:x},1") == "OK"

    def time_stamp(self, instruction):
        """The time stamp counter, by letting the processor carry out the RDTSC at this address."""
        kept = self.registers()
        self.set_registers(kept[:4 * EIP] + instruction.to_bytes(4, "little") + kept[4 * EIP + 4:])
        assert self.ask("s").startswith("T05") and self.register(EIP) == instruction + len(RDTSC)
        value = self.register(EDX) << 32 | self.register(EAX)
        self.set_registers(kept)
        return value
