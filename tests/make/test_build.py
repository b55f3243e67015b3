"""The build itself: every compiler that is here, the same ISO twice, and words for a tool that is not here."""

import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
ISO_LIMIT = 2_000_000  # bytes
COMPILERS = ["i686-elf-gcc", "build/toolchain/bin/i686-elf-gcc", "i686-linux-gnu-gcc", "clang"]


def make(*arguments, **variables):
    """Runs make at the top of the project; the result has returncode and all it said as stdout."""
    return subprocess.run(["make", *arguments], cwd=TOP, env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_builds_twice_the_same_without_a_warning(compiler, tmp_path):
    if not (shutil.which(compiler) or (TOP / compiler).exists()):
        pytest.skip("not installed")
    images = []
    for where in (tmp_path / "one", tmp_path / "other"):
        built = make("-j2", f"B={where}", f"CC_KERNEL={compiler}")
        assert built.returncode == 0, built.stdout
        assert "warning" not in built.stdout
        images.append((where / "suture.iso").read_bytes())
    assert images[0] == images[1]
    assert len(images[0]) <= ISO_LIMIT


def test_does_nothing_the_second_time(tmp_path):
    assert make("-j2", f"B={tmp_path}").returncode == 0
    assert make(f"B={tmp_path}").stdout == ""


def test_names_a_missing_tool_and_its_package(tmp_path):
    for tool in ("make", "sh", "dirname", "tr", "paste", "sed", "ld", "i686-elf-gcc", "i686-linux-gnu-gcc"):
        if found := shutil.which(tool):
            (tmp_path / tool).symlink_to(found)
    said = make(f"B={tmp_path}/build", PATH=str(tmp_path))
    assert said.returncode != 0
    assert "Not installed" in said.stdout and "nasm" in said.stdout and "xorriso" in said.stdout
    assert "CC " not in said.stdout


@pytest.mark.parametrize("names, says", [
    (["sixteen-letters-x.elf"], "user/sixteen-letters-x.c: its name has 17 letters"),
    (["x" * 31 + ".txt"], "its name has 31 letters. Rename it: at most 30."),
    (["caf\u00e9.txt"], "iso/lectures/caf\u00e9.txt: its name has a sign"),
    ([f"p{i}.elf" for i in range(65)], "There are 65 programs and lectures"),
])
def test_names_that_the_kernel_has_no_room_for(names, says, tmp_path):
    for name in names:
        (tmp_path / name).touch()
    said = subprocess.run(["tools/iso.sh", tmp_path / "x.iso", "/bin/true", *(tmp_path / name for name in names)], cwd=TOP,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "0"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    assert said.returncode == 1 and says in said.stdout


def test_a_blank_in_a_name(tmp_path):
    """Of a copy, for make stops at once and would stop every other test with it."""
    for folder in ("iso/lectures", "user"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(TOP / "Makefile", tmp_path)
    (tmp_path / "iso/lectures/my lecture.txt").touch()
    said = subprocess.run(["make", "iso"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert said.returncode != 0 and 'blank in the file name "iso/lectures/my lecture.txt". Rename it' in said.stdout


def test_help_names_every_target():
    said = make("help").stdout
    for target in ("all", "deps", "run", "test", "clean", "toolchain"):
        assert f"\n  {target} " in "\n" + said
