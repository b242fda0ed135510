"""A plugin from somebody else's package reaches every extension point without one edited line of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.plugins.conftest import BUNDLED, command, install, probe, troubles

ALL = ",".join([*BUNDLED, "acme_flags"])


@pytest.fixture(scope="module")
def portal(acme: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The portal with the plugin switched on."""
    return probe(ALL, tmp_path_factory.mktemp("data"), acme)


@pytest.mark.parametrize(
    "registry",
    ["nav", "panels", "jobs", "search", "demo", "activities", "columns", "fact sources", "guards", "kinds of change"],
)
def test_it_adds_to_the_registry(portal: dict[str, Any], registry: str) -> None:
    assert portal["added"][registry]


def test_its_job_has_a_schedule(portal: dict[str, Any]) -> None:
    assert "acme_flags.collect" in portal["schedules"]


def test_its_page_is_served_and_stands_in_the_navigation(portal: dict[str, Any]) -> None:
    assert portal["pages"]["/flags/"] == 200
    assert "acme_flags" in portal["nav"]
    assert 'href="/flags/"' in portal["bodies"]["/flags/"]


def test_its_api_answers(portal: dict[str, Any]) -> None:
    assert portal["pages"]["/api/v1/flags/"] == 200
    assert "new-basket" in portal["bodies"]["/api/v1/flags/"]


def test_its_panel_stands_on_the_service_page(portal: dict[str, Any]) -> None:
    assert "new-basket" in portal["bodies"][portal["service"]]


def test_every_other_page_still_answers(portal: dict[str, Any]) -> None:
    assert not troubles(portal)


def test_the_command_line_lists_what_it_adds(acme: Path, tmp_path: Path) -> None:
    done = command(["manage.py", "plugins"], ALL, tmp_path, acme)
    assert "acme_flags" in done.stdout
    assert "acme_flags.collect" in done.stdout


def test_an_installed_plugin_stays_off_until_it_is_named(acme: Path, tmp_path: Path) -> None:
    done = command(["manage.py", "plugins"], ",".join(BUNDLED), tmp_path, acme)
    assert done.returncode == 0
    assert "acme_flags" not in done.stdout


def test_its_migrations_are_complete(acme: Path, tmp_path: Path) -> None:
    done = command(["manage.py", "makemigrations", "--check", "--dry-run", "acme_flags"], ALL, tmp_path, acme)
    assert done.returncode == 0, done.stdout


def test_a_name_that_is_not_installed_gives_one_sentence_and_the_portal_starts(tmp_path: Path) -> None:
    done = command(["manage.py", "check"], f"{','.join(BUNDLED)},nobody", tmp_path)
    assert done.returncode == 0
    assert "nobody" in done.stderr
    assert "not installed" in done.stderr


@pytest.mark.parametrize("broken", ["plugin.py", "apps.py", "urls.py"])
def test_a_broken_plugin_is_reported_and_the_portal_goes_on(acme: Path, tmp_path: Path, broken: str) -> None:
    site = install(Path(__file__).parent / "acme_flags", tmp_path / "site")
    module = site / "acme_flags" / broken
    module.write_text(f"{module.read_text()}\nraise RuntimeError('planted')\n")
    done = command(["manage.py", "plugins"], ALL, tmp_path / "data", site)
    assert done.returncode == 0, done.stderr
    assert "planted" in done.stdout + done.stderr
    assert "scorecards" in done.stdout
