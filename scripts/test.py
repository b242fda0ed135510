"""Runs the tests: first those that may share the machine, in parallel; then those that start real processes, one by one.

Further arguments go to pytest (`make test ARGS="tests/chaos -x"`). Ends with the list of what this machine could not run.
"""

from __future__ import annotations

import subprocess
import sys
import time

from scripts.machine import missing, required

NOTHING_COLLECTED = 5


def main(arguments: list[str]) -> int:
    """Run both parts; the first failing exit status wins."""
    absent = missing()
    refused = sorted(required() & absent.keys())
    if refused:
        for name in refused:
            print(f"REQUIRE names {name}, but this machine cannot run {absent[name]}", file=sys.stderr)
        return 1
    started = time.monotonic()
    status = pytest("Tests that share the machine", ["-n", "2", "-m", "not service", *arguments])
    status = pytest("Tests that start real processes", ["-m", "service", *arguments]) or status
    print(f"\n{'Passed' if status == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s.")
    for sentence in absent.values():
        print(f"Not run: {sentence}.")
    return status


def pytest(title: str, arguments: list[str]) -> int:
    """Run pytest once; a part without any test is no failure."""
    print(f"\n== {title}", flush=True)
    status = subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], check=False).returncode
    return 0 if status == NOTHING_COLLECTED else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
