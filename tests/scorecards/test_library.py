"""Every check that comes with the portal can pass and can fail: on real AWS state, through the product's own code."""

from __future__ import annotations

import fcntl
import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from portal.aws import session
from portal.sandbox.server import Sandbox
from scorecards import definitions
from tests.scorecards.library import world
from tests.scorecards.library.fixture import FIXTURES, Fixture, having

# The tests themselves ask no database; the mark has it set up for the one pass that all of them read.
pytestmark = pytest.mark.django_db
world.load()
CHECKS = sorted(name for loaded in definitions.load_all() for name in loaded.definitions)


@pytest.fixture(scope="session")
def states(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sandbox_server: Sandbox,
    django_db_setup: None, django_db_blocker: DjangoDbBlocker,
) -> world.States:  # fmt: skip
    """What the product says of all fixtures. One process of the test run does the work, the others read its result."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    result = shared / "library.json"
    with (shared / "library.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            with django_db_blocker.unblock():
                result.write_text(json.dumps(looked_at(sandbox_server)))
        found: world.States = json.loads(result.read_text())
        return found


def looked_at(sandbox: Sandbox) -> world.States:
    """The pass itself, in a transaction that leaves nothing behind."""
    sandbox.reset()
    session.forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "AWS_ENDPOINT_URL", sandbox.url)
        with time_machine.travel(datetime.now(UTC)) as clock, transaction.atomic():
            found = world.judged(sandbox, clock)
            transaction.set_rollback(True)
    session.forget()
    sandbox.reset()
    return found


def said(check: str, services: list[str], states: world.States) -> set[str]:
    """All that the product says of this check on these services."""
    return {states[name].get(check, f"{name} was not judged") for name in services}


@pytest.mark.parametrize("check", CHECKS)
def test_the_check_passes_on(check: str, states: world.States) -> None:
    assert said(check, having("passes", check), states) == {"pass"}


@pytest.mark.parametrize("check", CHECKS)
def test_the_check_fails_on(check: str, states: world.States) -> None:
    assert said(check, having("fails", check), states) == {"fail"}


@pytest.mark.parametrize("direction", ["passes", "fails"])
def test_no_check_lacks_a_fixture(direction: str) -> None:
    assert [check for check in CHECKS if not having(direction, check)] == []


def test_fixtures_name_only_checks_that_exist() -> None:
    assert {check for one in FIXTURES.values() for check in one.passes | one.fails} - set(CHECKS) == set()


@pytest.mark.parametrize("fixture", [one for one in FIXTURES.values() if one.fails], ids=lambda one: one.service)
def test_one_setting_fails_one_check(fixture: Fixture, states: world.States) -> None:
    """What is wrong with a fixture is what its checks ask for: of its subject nothing else fails."""
    subject = {check for one in FIXTURES.values() if one.subject == fixture.subject for check in one.passes}
    assert {check for check in subject if states[fixture.service].get(check) == "fail"} == fixture.fails & subject
