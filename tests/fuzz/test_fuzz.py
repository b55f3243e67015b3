"""The fuzzers, each for a fixed number of inputs from a fixed seed: the same inputs every time."""

import ctypes
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("B", "build")
RUNS = {"fuzz_memman": 2_000, "fuzz_heap": 60_000, "fuzz_space": 6_000, "fuzz_script": 20_000}
ADDR_NO_RANDOMIZE = 0x0040000  # <sys/personality.h>


def fixed_addresses():
    """libFuzzer also learns from numbers that the program compares, and pointers are such numbers."""
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)


@pytest.mark.parametrize("name", sorted(path.stem for path in (TOP / "tests/fuzz").glob("fuzz_*.c")))
def test_finds_nothing(name, tmp_path):
    fuzzer = [BUILD / "fuzz" / name, "-seed=1", f"-runs={RUNS[name]}", "-len_control=0", "-max_len=2000",
              f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(fuzzer, cwd=TOP, preexec_fn=fixed_addresses, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-4000:]
