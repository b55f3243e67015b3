"""The fuzzers, each for a fixed number of inputs from a fixed seed: the same inputs on every machine."""

import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("B", "build")
RUNS = {"fuzz_memman": 2_000, "fuzz_heap": 60_000, "fuzz_space": 6_000}


@pytest.mark.parametrize("name", sorted(path.stem for path in (TOP / "tests/fuzz").glob("fuzz_*.c")))
def test_finds_nothing(name, tmp_path):
    done = subprocess.run(
        [BUILD / "fuzz" / name, "-seed=1", f"-runs={RUNS[name]}", "-len_control=0", "-max_len=2000",
         f"-artifact_prefix={tmp_path}/"],
        cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-4000:]
