"""Faults are applied by a process of its own: it gets little, does the work, and is killed when it must not go on."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chaos.engine.hypothesis import Outcome, Reading
from chaos.faults import zone_down
from portal.aws import session
from portal.changes import apart
from portal.changes.kinds import kinds
from portal.environment import BASE

HOLDS = Reading("hosts", "Healthy hosts", "hosts", 6.0, Outcome.HOLDS, "6 hosts.")
ZONE = {"account": "111111111111", "region": "us-east-1", "zone": "us-east-1a"}


@pytest.fixture
def target(aws: Any, service: Callable[..., Any]) -> dict[str, Any]:
    """Where search-api would be cut off, on the embedded AWS."""
    from portal.sandbox.seed import seed_service

    seed_service(aws.url, "search-api")
    return zone_down.preview(service("search-api", team="search", system="discovery"), ZONE).target


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every child that is started."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def keep(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(apart.subprocess, "Popen", keep)
    return started


@pytest.fixture
def hole(settings: Any) -> Iterator[None]:
    """An AWS that takes every connection and never answers; the keys are held already."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        session.lend("111111111111", apart.ROLES)
        settings.AWS_ENDPOINT_URL = f"http://127.0.0.1:{server.getsockname()[1]}"
        yield


def quiet() -> None:
    """Nobody asks to stop."""


def test_the_child_really_changes_aws(target: dict[str, Any]) -> None:
    before = zone_down.observe(target)
    apart.apply_apart(zone_down.KIND, target, 120, quiet)
    assert zone_down.verify_applied(target)
    zone_down.undo(target, before)
    assert zone_down.verify_undone(target, before)


def test_what_the_child_says_is_told(target: dict[str, Any]) -> None:
    lost = {**target, "subnets": ["subnet-00000000"], "vpc": "vpc-00000000"}
    with pytest.raises(apart.NotDone, match="00000000"):
        apart.apply_apart(zone_down.KIND, lost, 120, quiet)


def test_a_call_that_hangs_is_killed_at_its_deadline(
    target: dict[str, Any], hole: None, children: list[subprocess.Popen[bytes]]
) -> None:
    with pytest.raises(apart.NotDone, match="killed after 2 s"):
        apart.apply_apart(zone_down.KIND, target, 2, quiet)
    assert children[0].returncode == -9


def test_an_abort_kills_the_call_and_goes_on_up(
    target: dict[str, Any], hole: None, children: list[subprocess.Popen[bytes]]
) -> None:
    class Aborted(Exception):
        pass

    def beat() -> None:
        raise Aborted

    with pytest.raises(Aborted):
        apart.apply_apart(zone_down.KIND, target, 60, beat)
    assert children[0].returncode == -9


def test_a_child_whose_parent_falls_silent_ends_by_itself(target: dict[str, Any], hole: None, tmp_path: Any) -> None:
    """A stopped worker keeps the pipe open but renews nothing: its child must not go on trying."""
    order = {
        "kind": zone_down.KEY,
        "target": target,
        "lent": session.lend(ZONE["account"], apart.ROLES),
        "seconds": 100,
    }
    command, seen = [sys.executable, "-m", "portal.changes.child"], apart.environment(zone_down.KIND, str(tmp_path))
    with subprocess.Popen(command, cwd=BASE, env=seen, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        assert child.wait() == 3


def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "AWS_SECRET_ACCESS_KEY", "EMAIL_HOST_PASSWORD"):
        monkeypatch.setenv(name, "secret")
    seen = apart.environment(zone_down.KIND, str(tmp_path))
    assert "secret" not in seen.values()
    assert set(seen) <= {
        *apart.PASSED, "AWS_ENDPOINT_URL", "DJANGO_SETTINGS_MODULE", "COLONNADE_DATA", "PORTAL_PLUGINS",
    }  # fmt: skip
    assert seen["PATH"] == os.environ["PATH"]
    assert seen["PORTAL_PLUGINS"] == f"services,{kinds.owner(zone_down.KEY)}"


def test_keys_are_lent_for_one_account_and_only_roles_that_were_given(db: None, aws: Any) -> None:
    from portal.aws.models import Account

    Account.objects.filter(account_id="111111111111").update(chaos_role_arn="")
    session.forget()
    lent = session.lend("111111111111", ("read", "chaos"))
    assert set(lent["roles"]) == {"read"}
    Account.objects.all().delete()
    session.forget()
    session.borrow(lent)
    assert session.client("111111111111", "us-east-1", "ec2").describe_vpcs()


def test_a_run_applies_its_fault_in_a_child_and_an_abort_there_is_undone(
    target: dict[str, Any], service: Callable[..., Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: the run's own beat sees the abort, the child is killed, and the armed change is undone."""
    from datetime import UTC, datetime

    from chaos import advance, experiments, start
    from chaos.models import ExperimentRun
    from portal.changes.models import Change
    from services.models import Entity

    from .conftest import HYPOTHESIS

    settings.CHAOS_CHILD_PROCESS = True
    entity = Entity.objects.get(name="search-api")
    monkeypatch.setattr("chaos.stages.before.measure.measure", lambda *args, **kwargs: [HOLDS])
    fields = {
        "title": "Zone down", "fault": zone_down.KEY, "arguments": ZONE, "hypothesis": HYPOTHESIS,
        "observe_seconds": 5, "max_seconds": 60,
    }  # fmt: skip
    run = start.create(experiments.create(entity, fields, "jon"), datetime.now(UTC), by="jon")
    assert run is not None
    wait = apart._wait

    def slow(child: Any, seconds: float, beat: Callable[[], None]) -> None:
        """The child takes long enough for a person to press the button."""
        ExperimentRun.objects.filter(pk=run.pk).update(abort_by="jon")
        beat()
        wait(child, seconds, beat)

    monkeypatch.setattr(apart, "_wait", slow)
    assert advance.advance(run.pk) in ("rolling_back", "verifying", "ended")
    change = Change.objects.get(owner=run.owner)
    assert change.state == "undone"
    assert not zone_down.verify_applied(target)
    run.refresh_from_db()
    assert run.stop_reason == "Aborted by jon."
