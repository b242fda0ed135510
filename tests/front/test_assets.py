"""The front-end files: small enough, pinned, and fetched with clear words when something is missing."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import django_htmx
import pytest

from scripts import frontend

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "portal" / "static"
BUDGET = 150_000


def first_load() -> list[Path]:
    """Every file that base.html names, and the icon sprite."""
    base = (ROOT / "templates" / "base.html").read_text()
    names = re.findall(r"\{% static '([^']+)' %\}", base)
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    return [*(STATIC / name for name in names), STATIC / "vendor" / "icons.svg", htmx]


def test_the_first_load_is_within_its_budget() -> None:
    missing = [path for path in first_load() if not path.is_file()]
    assert not missing, f"run make setup: {missing}"
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in first_load())
    assert total <= BUDGET, f"{total} bytes"


def test_our_own_files_are_short() -> None:
    own = [path for path in (STATIC / "portal").iterdir() if path.suffix in {".css", ".js"}]
    assert own
    assert all(len(path.read_text().splitlines()) <= 400 for path in own)


def test_packages_are_pinned_and_the_lock_names_no_host() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    named = json.loads(lock)["packages"]
    assert all("integrity" in entry for path, entry in named.items() if path)


def run(path: str) -> subprocess.CompletedProcess[str]:
    """Run the script with another PATH and a vendor folder that is always out of date."""
    code = "import sys; from scripts import frontend as f; from pathlib import Path; f.VENDOR = f.MODULES = Path(sys.argv[1]); f.main()"
    return subprocess.run(
        [sys.executable, "-c", code, path], cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, check=False
    )


def test_a_missing_node_is_told_in_one_sentence(tmp_path: Path) -> None:
    done = run(str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "Node.js 18 or newer with npm is needed for the front-end packages; install it and run make again."
    )


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for node is a shell script")
def test_an_old_node_is_told_in_one_sentence(tmp_path: Path) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v16.20.1\n")
        (tmp_path / name).chmod(0o755)
    done = run(str(tmp_path))
    assert done.returncode == 1
    assert "Node.js 18 or newer is needed" in done.stderr
    assert "v16.20.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_done_when_the_files_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise AssertionError("node was asked for")

    monkeypatch.setattr(frontend, "require_node", refuse)
    monkeypatch.setattr(frontend, "up_to_date", lambda wanted: True)
    assert frontend.main() == 0


def test_vendored_files_name_no_source_map() -> None:
    files = [STATIC / "vendor" / name for name in frontend.FILES]
    assert not any("sourceMappingURL" in path.read_text() for path in files)
