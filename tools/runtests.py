#!/usr/bin/python3
"""Runs test suites and sums them up: runtests.py SUITE...

A directory or a .py file is one pytest suite, everything else is a cmocka program. Each suite gets a line, a failing
one shows all it said, and the last line of the run is "N passed, N failed". Exits 1 when anything failed.
"""

import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree

TIME_LIMIT = int(os.environ.get("TIME_LIMIT", "900"))  # seconds for one suite
JOBS = min(2, os.cpu_count() or 1)  # cmocka programs, or files of a pytest suite, at a time


def ending(status):
    """What an exit status says about how a program ended."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def run_cmocka(program):
    """(passed, failed, output) of one cmocka program. A test that never reported counts as failed."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    try:
        done = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment, timeout=TIME_LIMIT)
        output, end = done.stdout, ending(done.returncode) if done.returncode else ""
    except subprocess.TimeoutExpired as late:
        output, end = late.stdout or b"", f"not done after {TIME_LIMIT} s"
    output = output.decode(errors="replace")
    planned = sum(int(n) for n in re.findall(r"^1\.\.(\d+)$", output, re.M))
    passed = len(re.findall(r"^ok \d+", output, re.M))
    failed = max(len(re.findall(r"^not ok \d+", output, re.M)), planned - passed)
    if passed + failed == 0 or (end and not failed):
        failed += 1
        output += f"\n{program}: {end or 'reported no test'}\n"
    elif end:
        output += f"\n{program}: {end}\n"
    return passed, failed, output


def run_pytest(path):
    """(passed, failed, "") of one pytest suite, whose own progress goes straight to the screen."""
    with tempfile.TemporaryDirectory() as scratch:
        report = os.path.join(scratch, "report.xml")
        command = [sys.executable, "-m", "pytest", "-v", "--tb=short", "-p", "no:cacheprovider", "-n", str(JOBS),
                   "--dist", "loadscope", f"--junitxml={report}", path]
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        status = subprocess.call(command, stdin=subprocess.DEVNULL, env=environment)
        try:
            suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
        except (OSError, ElementTree.ParseError):
            return 0, 1, f"{path}: pytest wrote no report ({ending(status)})\n"

    def total(what):
        return sum(int(suite.get(what)) for suite in suites)

    failed = total("failures") + total("errors")
    if status == 5:  # nothing collected
        return 0, 1, f"{path}: no test in there\n"
    if status and not failed:
        return 0, 1, f"{path}: pytest failed ({ending(status)})\n"
    return max(0, total("tests") - total("skipped") - failed), failed, ""


def main(suites):
    start = time.monotonic()
    passed = failed = 0
    screen = threading.Lock()

    def run(runner, suite):
        nonlocal passed, failed
        began = time.monotonic()
        good, bad, output = runner(suite)
        with screen:
            passed += good
            failed += bad
            if output and bad:
                print(f"---- {suite} failed ----\n{output}----", flush=True)
            print(f"  TEST  {suite}: {good} passed, {bad} failed ({time.monotonic() - began:.1f} s)", flush=True)

    def is_pytest(suite):
        return os.path.isdir(suite) or suite.endswith(".py")

    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for done in [pool.submit(run, run_cmocka, suite) for suite in suites if not is_pytest(suite)]:
            done.result()
    for suite in filter(is_pytest, suites):
        run(run_pytest, suite)

    print(f"  Took {time.monotonic() - start:.0f} s.")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):  # tests that call make start from scratch
        os.environ.pop(name, None)
    sys.exit(main(sys.argv[1:]))
