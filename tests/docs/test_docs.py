"""What README.md and docs/ say is so: names and links exist, examples work as printed, tables match the code.

What stands in backticks is a name. By its form it is one of these, and each has to exist:
  make WORD NAME=...     targets and variables of the Makefile
  -option                an option that tools/ use
  a/path, file.c         a file (NAME stands for any, [ch] for both endings); below build/, one that the Makefile or
                         tools/ make
  word=...               a word of the kernel's command line
  VERB words             a command; words in lower case are its usage's, or else programs or texts in the code
  struct word            a type; likewise enum
  anything else          C: each identifier and each hex number occurs in the code, comments aside; a word alone may
                         also be a program, a lecture, or a word of the Makefile or tools/
"""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/boot"))
from machine import BUILD, Machine, boot_kernel, wait_until  # noqa: E402

PAGES = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
ROOMS = ["boot", "iso", "kernel", "mm", "tools", "user", "viz"]
NO_NAMES = {"key=value", "error: reason"}  # forms, not names
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SAVE_AS = re.compile(r"Save this as `([^`]+)`[^\n]*:\n\n```(?:c|txt)\n(.*?)^```$", re.M | re.S)


def files(*patterns):
    return sorted(path for pattern in patterns for path in TOP.glob(pattern))


def text_of(paths):
    return "\n".join(path.read_text() for path in paths)


def code():
    """The sources, comments aside."""
    c = text_of(files(*[f"{room}/**/*.[ch]" for room in ROOMS], "kernel/*.asm", "boot/*.asm", "**/*.ld"))
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*|^\s*;[^\n]*", " ", c, flags=re.S | re.M)


CODE = code()
WORDS = set(re.findall(r"[A-Za-z_]\w*", CODE))
NUMBERS = {int(n, 16) for n in re.findall(r"\b0x([0-9A-Fa-f]+)u?\b", CODE)}
MAKEFILE = (TOP / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
TOOLS = MAKEFILE + text_of(path for path in files("tools/*") if path.is_file())
VERBS = {name: (usage, words) for name, usage, words in re.findall(
    r'struct verb \w+ = \{\s*"(\w+)",\s*"([^"]+)",\s*"([^"]+)"', CODE)}
PROGRAMS = {path.stem for path in files("user/*.c")}
LECTURES = {path.stem for path in files("iso/lectures/*.txt")}


def whole(word, text):
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)


def saved():
    """The files that the pages tell their reader to save, by path."""
    return {path: block for page in PAGES for path, block in SAVE_AS.findall(page.read_text())}


EXAMPLES = saved()


def path_exists(path):
    if path in EXAMPLES:
        return True
    if path.startswith("build/"):
        return pathlib.Path(path).name in TOOLS or pathlib.Path(path).stem in PROGRAMS
    return all(list(TOP.glob(each.replace("NAME", "*"))) for each in endings(path))


def endings(path):
    """a/path.[ch] is two files."""
    return [path.replace("[ch]", ending) for ending in ("c", "h")] if path.endswith(".[ch]") else [path]


def missing(span):
    """The names in a span of code that do not exist."""
    words = span.replace("\\|", " ").split()
    examples = {pathlib.Path(path).stem for path in EXAMPLES}
    if len(span) == 1 or span in NO_NAMES:
        return []
    if words[0] == "make" and len(words) > 1:
        return [w for w in words[1:] if not (w in TARGETS or "=" in w and whole(w.split("=")[0], MAKEFILE))]
    if span[0] == "-":
        return [] if whole(words[0], TOOLS) else words[:1]
    if re.fullmatch(r"[\w./-]+(\.\[ch\])?", span) and (
            "/" in span or re.search(r"\.(c|h|py|sh|asm|md|txt|ld|iso|elf)$", span)):
        return [] if path_exists(span) else [span]
    if re.match(r"[a-z]+=", span):
        return [] if f'"{span.split("=")[0]}="' in CODE else [span]
    if words[0] in VERBS and len(words) > 1:
        usage = VERBS[words[0]][0]
        known = set(re.findall("[a-z]+", usage)[1:])
        named = not known or re.search("PROGRAM|POLICY|REGIME|VIEW|KIND|LECTURE", usage)  # words from elsewhere
        return [w for w in words[1:] if re.fullmatch("[a-z]+", w)
                and not (w in known or named and (w in PROGRAMS | LECTURES | examples or f'"{w}"' in CODE))]
    if re.fullmatch(r"[\w-]+", span) and (span in PROGRAMS | LECTURES or whole(span, TOOLS)):
        return []
    if re.fullmatch(r"(struct|enum) \w+", span):
        return [] if re.search(rf"\b{span}\b", CODE) else [span]
    bare = re.sub(r"\b0x[0-9A-Fa-f]+", " ", span)
    return ([w for w in re.findall(r"\b[A-Za-z_]\w*", bare) if w not in WORDS]
            + [n for n in re.findall(r"\b0x([0-9A-Fa-f]+)\b", span) if int(n, 16) not in NUMBERS])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_exist(page):
    text = page.read_text()
    wrong = {span: names for span in re.findall(r"`([^`\n]+)`", FENCE.sub("", text)) if (names := missing(span))}
    for language, block in FENCE.findall(text):
        if language == "sh":
            for line in block.splitlines():
                line = line.split("#")[0].strip()
                spans = [line] if line.startswith("make") else re.findall(r"\bbuild/[\w./-]+", line)
                wrong.update({span: names for span in spans if (names := missing(span))})
        elif not language:
            for name in re.findall(r"\b[A-Za-z]+_\w+", block):
                if name not in WORDS:
                    wrong[name] = [name]
    assert not wrong


def test_invented_names_are_found():
    for span in ("heap_lowest_fat", "struct hole", "mm/holes.h", "viz/vga_ports.[ch]", "viz/layout.[ch]", "make fly",
                 "dump nothing", "run nonesuch", "-nosuch", "walk=NAME", "int 0x81234", "space->no_such_field",
                 "build/no.iso"):
        assert missing(span), span
    for span in ("heap_lowest_fit", "struct tile", "mm/heap.h", "mm/heap.[ch]", "make deps run", "dump heap PID",
                 "run=NAME"):
        assert not missing(span), span


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_addresses_in_maps_are_those_of_the_code(page):
    maps = "".join(block for language, block in FENCE.findall(page.read_text()) if not language)
    for address, name in re.findall(r"^([0-9A-F]{8}) +([A-Z]+_[A-Z_]+)", maps, re.M):
        value = re.search(rf"#define {name} +0x([0-9A-F]+)u", CODE)
        assert value and int(value[1], 16) == int(address, 16), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_fit_into_120_columns(page):
    assert not [line for line in page.read_text().splitlines() if len(line) > 120 and not line.startswith("|")]


def anchors(page):
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
            for title in re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text())):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_linked_from_the_readme():
    assert {f"docs/{page.name}" for page in PAGES[1:]} <= set(re.findall(r"\]\(([^)#\s]+)", PAGES[0].read_text()))


def test_each_file_of_the_rooms_has_a_place():
    page = (TOP / "docs/rooms.md").read_text()
    named = {path for span in re.findall(r"`([^`\n]+)`", page) for each in endings(span)
             for path in TOP.glob(each.replace("NAME", "*"))}
    assert set(files("boot/*", "kernel/*", "mm/*", "viz/*", "tools/*")) - named == set()


def test_the_readme_lists_every_command_and_key():
    readme = PAGES[0].read_text()
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", readme, re.M))
    for usage, words in VERBS.values():
        assert rows.get(usage.replace("|", "\\|")) == words
    for path in (path for path in files("viz/view_*.c") if str(path.relative_to(TOP)) not in EXAMPLES):
        name, key = re.search(r'\.name = "(\w+)".*\.key = KEY_(F\d+)', path.read_text(), re.S).groups()
        assert f"\n| {key} | view `{name}`" in readme
    for key in re.findall(r'^    \{\S+, "([^"]+)", ', (TOP / "viz/keys.c").read_text(), re.M):
        assert f"\n| {key} |" in readme


@pytest.mark.parametrize("picture", files("docs/**/*.png"), ids=lambda picture: picture.stem)
def test_pictures_are_small_text_screens_and_shown(picture):
    data = picture.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (640, 400)
    assert len(data) < 16384
    assert any(f"]({picture.relative_to(page.parent)})" in page.read_text() for page in PAGES
               if page.parent in picture.parents)


# ---- Examples, as printed


def make(copy, *goals):
    environment = {name: value for name, value in os.environ.items() if name not in ("B", "MAKEFLAGS", "MAKELEVEL")}
    built = subprocess.run(["make", "-j2", *goals], cwd=copy, env=environment, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
    assert built.returncode == 0, built.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the sources, with every file that the pages tell their reader to save."""
    copy = tmp_path_factory.mktemp("suture")
    for room in [*ROOMS, "tests/host"]:
        shutil.copytree(TOP / room, copy / room)
    shutil.copy(TOP / "Makefile", copy)
    if (TOP / "build/toolchain").exists():
        (copy / "build").mkdir()
        (copy / "build/toolchain").symlink_to(TOP / "build/toolchain")
    for path, block in EXAMPLES.items():
        assert not (copy / path).exists() or (copy / path).read_text() == block  # its reader may have saved it
        (copy / path).write_text(block)
    return copy


@pytest.fixture(scope="module")
def extended(copy):
    """Its ISO, booted."""
    make(copy)
    with Machine(boot=("-cdrom", copy / "build/suture.iso", "-boot", "d")) as machine:
        yield machine.ready()


def test_the_example_program_runs_as_printed(extended):
    session = re.search(r"Start it over the serial line.*?^```\n(.*?)^```$", PAGES[0].read_text(), re.M | re.S)[1]
    line, *answer = session.splitlines()
    extended.send(line.encode() + b"\n")
    assert extended.answer() == [text for text in answer if not text.startswith("# ")]
    for text in answer:
        if text.startswith("# "):
            extended.logged(f"^{re.escape(text[2:])}$")
    extended.ended(2)
    assert not extended.differences()


def test_the_example_lecture_is_one_file(extended):
    extended.command("lecture two-fits")
    wait_until("its caption", lambda: any("First fit begins" in row for row in extended.rows()))
    extended.command("lecture stop")


def test_the_example_policy_is_one_file(extended):
    extended.command("policy last")
    pid = int(extended.command("run sizes")[0]["pid"])
    heap = extended.command(f"dump heap {pid}")[0]
    assert heap["policy"] == "last"
    extended.ended(pid)
    assert not extended.differences()


def test_the_example_policy_keeps_the_rules_of_all(copy):
    make(copy, "build/host/test_search")
    subprocess.run([copy / "build/host/test_search"], check=True, stdout=subprocess.DEVNULL, timeout=300)


def test_the_example_view_is_one_file(extended):
    extended.keys("f10")
    wait_until("the view", lambda: any("a process's heap" in row for row in extended.rows()))
    extended.command("view overview")
    extended.command("view owners")


def test_the_example_view_leaves_golden_screens_as_they_are(copy):
    make(copy, "build/host/test_viz_views")
    subprocess.run([copy / "build/host/test_viz_views"], cwd=copy, check=True, stdout=subprocess.DEVNULL, timeout=300)


@pytest.mark.parametrize("line", re.findall(r"^(qemu-system-i386 [^#\n]*[^#\s])", PAGES[0].read_text(), re.M))
def test_qemu_by_hand(line, tmp_path):
    log = tmp_path / "log"
    command = line.replace("build/", f"{BUILD}/").split() + ["-display", "none", "-serial", f"file:{log}"]
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until("the log", lambda: log.exists() and "suture ready" in log.read_text())
        finally:
            process.kill()


def test_the_life_of_a_malloc_is_what_happens():
    blocks = [block for language, block in FENCE.findall((TOP / "docs/life-of-a-malloc.md").read_text())
              if language == "events"]
    told = [dict(pair.split("=") for pair in line.split()) for line in "".join(blocks).splitlines()]
    with Machine(boot=boot_kernel(BUILD / "user/hello.elf", line="run=hello")) as machine:
        machine.ready().ended(1)
        happened = [event for event in machine.command("dump events 1000") if event["step"] != "0"]
    physical = ("lend", "return")
    for events in (told, happened):
        for event in events:
            for field in ("start", "end", "was") if event["kind"] in physical else ():
                event.pop(field)
    assert [{field: event[field] for field in known} for known, event in zip(told, happened)] == told
    assert len(told) == len(happened)
