"""The documents are true: what they name exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.house import MAY_KNOW, ROOMS, ROOT, SIBLINGS

DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
ROW = re.compile(r"^\| `([a-z/<>]+)/` \|.*\| (.+?) \|$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|#|mailto:)([^)#\s]+)")
PATH = re.compile(
    r"`((?:portal|services|scorecards|deployments|chaos|costs|scripts|templates|tests|docs|benchmarks)/[\w./-]*)`"
)


def test_the_table_of_rooms_names_every_app_and_its_rule() -> None:
    rows = dict(ROW.findall((ROOT / "docs" / "architecture.md").read_text()))
    assert set(ROOMS) <= rows.keys()
    for room in ROOMS:
        stated = set(re.findall(r"`([a-z]+)`", rows[room]))
        assert stated == MAY_KNOW[room] - {room}, room


def test_the_import_contracts_name_the_same_rooms() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(rules["root_packages"]) == set(ROOMS)
    assert rules["contracts"][0]["layers"] == [" | ".join(SIBLINGS), "services", "portal"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_in_a_document_exists(document: Path) -> None:
    text = document.read_text()
    lost = [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    lost += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert not lost, lost
