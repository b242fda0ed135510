"""Claims about the plugins' check files: versions, faults with their place, and that one fault leaves the rest alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from scorecards import definitions, system_checks
from scorecards.definitions import load_text, sync
from scorecards.fact_schema import announced
from scorecards.models import CheckResult, CheckVersion
from services.models import Entity
from tests.scorecards.conftest import CHECKS, START, databases

Clock = time_machine.Traveller
BROKEN = "checks:\n  - id: other.one\n   pillar: [\n"


def test_a_fault_is_told_with_its_line_and_column() -> None:
    faults = load_text("demo", CHECKS.replace("level: bronze", "level: tin", 1)).faults
    line = next(number for number, text in enumerate(CHECKS.splitlines(), 1) if "level: bronze" in text)
    assert [(fault.line, fault.column) for fault in faults] == [(line, 12)]
    assert "demo.backups: level: must be one of bronze, silver, gold" in str(faults[0])


def test_a_missing_key_is_told_at_the_check_that_lacks_it() -> None:
    faults = load_text("demo", CHECKS.replace("    weight: 6\n", "")).faults
    assert [(fault.line, "weight" in fault.message) for fault in faults] == [(3, True)]


def test_text_that_is_no_yaml_is_one_clear_report() -> None:
    loaded = load_text("other", BROKEN)
    assert not loaded.readable
    assert [(fault.line, fault.app) for fault in loaded.faults] == [(3, "other")]


@pytest.mark.parametrize("text", ["", "checks: 3", "- a", "a: &x 1\nb: *x", "checks: [", "x" * 600_000])
def test_odd_files_never_raise(text: str) -> None:
    assert load_text("demo", text).definitions == {}


def test_a_key_or_an_id_that_stands_twice_is_reported() -> None:
    assert load_text("demo", CHECKS.replace("weight: 6", "weight: 6\n    weight: 7")).faults
    twice = load_text("demo", CHECKS.replace("demo.tracing", "demo.proof"))
    assert twice.definitions["demo.proof"]["pillar"] == "reliability"
    assert "twice" in str(twice.faults[0])


@pytest.mark.django_db
def test_a_broken_file_of_one_plugin_leaves_the_others(
    clock: Clock, checks: Callable[..., None], component: Callable[..., Entity]
) -> None:
    checks(BROKEN, app="other")
    databases(component(), 7)
    call_command("evaluate", stdout=StringIO(), stderr=(complaints := StringIO()))
    assert set(CheckVersion.objects.values_list("check_id", flat=True)) == {
        "demo.proof",
        "demo.backups",
        "demo.tracing",
    }
    assert CheckResult.objects.filter(state="pass", check_key="demo.backups").exists()
    assert "other/checks.yaml, line 3" in complaints.getvalue()


@pytest.mark.django_db
def test_a_check_whose_file_breaks_keeps_its_last_good_version() -> None:
    sync(START, [load_text("demo", CHECKS)])
    sync(START + timedelta(hours=1), [load_text("demo", BROKEN)])
    assert CheckVersion.objects.standing().count() == 3
    sync(START + timedelta(hours=2), [load_text("demo", CHECKS.replace("level: bronze", "level: tin", 1))])
    assert CheckVersion.objects.standing().count() == 3
    sync(START + timedelta(hours=3), [])
    assert CheckVersion.objects.standing().count() == 0


@pytest.mark.django_db
def test_a_circle_between_files_is_reported_and_the_last_good_versions_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    other = CHECKS.replace("demo.", "other.")
    sync(START, [load_text("demo", CHECKS), load_text("other", other)])
    wrong = [
        load_text("demo", CHECKS.replace("weight: 6", "weight: 6\n    requires: [other.proof]")),
        load_text("other", other.replace("weight: 6", "weight: 6\n    requires: [demo.proof]")),
    ]
    sync(START + timedelta(hours=1), wrong)
    assert not CheckVersion.objects.filter(version=2).exists()
    assert CheckVersion.objects.standing().count() == 6
    monkeypatch.setattr(system_checks, "load_all", lambda: wrong)
    said = [str(message.msg) for message in system_checks.check_definitions(None)]
    assert sum("circle: demo.proof → other.proof → demo.proof" in text for text in said) == 2


@pytest.mark.django_db
def test_the_same_file_writes_no_new_version_and_keeps_the_digest() -> None:
    first = sync(START, [load_text("demo", CHECKS)])
    assert sync(START + timedelta(hours=1), [load_text("demo", CHECKS)]) == first
    assert CheckVersion.objects.count() == 3
    assert sync(START + timedelta(hours=2), [load_text("demo", CHECKS.replace("weight: 6", "weight: 7"))]) != first


def test_faults_and_unannounced_facts_are_warnings_of_the_system_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_checks, "load_all", lambda: [load_text("other", BROKEN)])
    assert [message.id for message in system_checks.check_definitions(None)] == ["scorecards.W001"]


SCHEMA = {
    "aws.lambda": "object", "aws.lambda.items": "array", "aws.lambda.items[*].tracing": "string",
    "aws.lambda.items[*].tags": "object", "chaos.proof.passed": "boolean", "deployments.pipeline.groups[*].gated": "boolean",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("aws.lambda.items[*].tracing", True),
        ("aws.lambda.items[*].tracin", False),
        ("aws.lambda.items[*].tags.owner", True),
        ("aws.lambda.items", True),
        ("deployments.pipeline.groups", True),
        ("deployments.pipeline.stages", False),
        ("costs.review.held_at", True),
        ("aws.lamda.items", False),
    ],
)
def test_a_path_that_nobody_announces_is_found(path: str, known: bool) -> None:
    keys = {"aws.lambda", "chaos.proof", "deployments.pipeline", "costs.review"}
    assert announced(path, SCHEMA, keys) is known


def test_the_bundled_checks_have_no_fault_and_read_only_what_is_announced() -> None:
    assert [str(message) for message in system_checks.check_definitions(None)] == []
    assert sum(len(loaded.definitions) for loaded in definitions.load_all()) > 40


@pytest.mark.django_db
def test_the_command_refuses_a_service_that_is_not_there(checks: None) -> None:
    with pytest.raises(CommandError, match="There is no service"):
        call_command("evaluate", service="component:default/nobody")
