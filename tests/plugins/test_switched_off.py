"""Four of the bundled plugins can each be switched off; the rest of the portal stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.plugins.conftest import BUNDLED, command, probe, troubles

OPTIONAL = ("scorecards", "deployments", "chaos", "costs")


def without(*names: str) -> str:
    """PORTAL_PLUGINS with all bundled plugins but these."""
    return ",".join(name for name in BUNDLED if name not in names)


@pytest.fixture(scope="module", params=[*((name,) for name in OPTIONAL), OPTIONAL], ids="+".join)
def portal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The portal without one plugin, and without all that can be missing."""
    off: tuple[str, ...] = request.param
    return off, probe(without(*off), tmp_path_factory.mktemp("data"), owner=off[0])


def test_it_migrates_passes_its_checks_and_serves_every_page(portal: tuple[tuple[str, ...], dict[str, Any]]) -> None:
    _, found = portal
    assert {"/", "/search/", "/jobs/", "/api/schema/"} <= found["pages"].keys()
    assert not troubles(found)


def test_nothing_of_it_is_left(portal: tuple[tuple[str, ...], dict[str, Any]]) -> None:
    off, found = portal
    assert not set(off) & set(found["nav"])
    assert not [path for path in found["pages"] for name in off if path.strip("/").split("/")[0] == name]
    assert not [key for key in found["schedules"] if key.partition(".")[0] in off]


def test_the_catalog_cannot_be_switched_off(tmp_path: Path) -> None:
    done = command(["manage.py", "plugins"], "scorecards", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "services" in done.stdout
