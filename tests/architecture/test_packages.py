"""What we depend on is pinned, documented and not tied to the place it was downloaded from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOMS, ROOT

PINNED = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+")
REGISTRIES = re.compile(
    "|".join(["registry" + r"\.npmjs", "files" + r"\.pythonhosted", "registry" + r"\.yarnpkg", "npm" + "mirror"])
)
TEXT = {".py", ".html", ".md", ".txt", ".toml", ".json", ".yaml", ".yml", ".css", ".js", ".in", ".cfg", ""}


def names(requirements: str) -> set[str]:
    """The packages that a `.in` file asks for, normalised."""
    lines = (ROOT / requirements).read_text().splitlines()
    return {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in lines if line and not line.startswith(("#", "-"))}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_python_package_is_pinned(name: str) -> None:
    lines = [
        line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith((" ", "#", "-", "\t"))
    ]
    assert lines
    assert not [line for line in lines if not PINNED.match(line)]


def test_every_front_end_package_is_pinned_by_the_lock() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    asked = wanted.get("dependencies", {}) | wanted.get("devDependencies", {})
    assert asked
    for name, version in asked.items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_the_lock_file_names_no_place_of_download() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_no_file_names_a_package_registry() -> None:
    folders = [*ROOMS, "templates", "scripts", "docs", "tests", "benchmarks", ".ci"]
    files = [path for path in ROOT.glob("*") if path.is_file()]
    files += [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    texts = [
        path for path in files if path.suffix in TEXT and not {"vendor", "__pycache__", "screenshots"} & set(path.parts)
    ]
    assert not [str(path.relative_to(ROOT)) for path in texts if REGISTRIES.search(path.read_text(errors="replace"))]


@pytest.mark.parametrize("requirements", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_is_explained(requirements: str) -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text().lower()
    assert not {name for name in names(requirements) if f"`{name}`" not in explained}


def test_every_front_end_dependency_is_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text()
    asked = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert not {name for name in asked if f"`{name}`" not in explained}


def test_third_party_front_end_code_is_not_committed() -> None:
    ignored = Path(ROOT / ".gitignore").read_text()
    assert "/portal/static/vendor/" in ignored
    assert "node_modules/" in ignored
