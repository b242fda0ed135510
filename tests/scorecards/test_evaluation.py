"""Claims about evaluating: what is written, when, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from portal.jobs.models import Run
from scorecards import evaluate
from scorecards.evaluate import due, evaluate_due, evaluate_service
from scorecards.models import CheckResult, CheckVersion, EntityEvaluation, ScorePoint
from services import facts
from services.models import Entity
from tests.scorecards.conftest import CHECKS, START, databases, later, prove

pytestmark = pytest.mark.django_db
Make = Callable[..., Entity]
Clock = time_machine.Traveller
NOW = timedelta(0)


def point(entity: Entity, pillar: str = "reliability") -> ScorePoint:
    return ScorePoint.objects.standing().get(entity=entity, pillar=pillar)


def state(entity: Entity, check: str) -> str:
    return str(CheckResult.objects.standing().get(entity=entity, check_key=check).state)


def run() -> dict[str, int]:
    return evaluate_due(settle=NOW).as_json()


def test_unknown_is_not_pass_and_not_fail(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    run()
    assert state(checkout, "demo.proof") == "unknown"
    assert (point(checkout).score, point(checkout).confidence, point(checkout).level) == (100.0, 0.4, "bronze")


def test_a_fact_that_comes_while_an_evaluation_runs_is_not_lost(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    prove(checkout, passed=False)
    run()
    began = later(clock, minutes=1)
    databases(checkout, 8)
    later(clock, seconds=1)
    prove(checkout, passed=True)
    # The evaluation took its clock before the proof came, and reads the service after it.
    evaluate_due(settle=NOW, now=began)
    assert state(checkout, "demo.proof") == "fail"
    later(clock, seconds=1)
    run()
    assert state(checkout, "demo.proof") == "pass"
    assert point(checkout).cause_detail[0]["fact"] == "chaos.proof"


def test_a_service_out_of_scope_of_a_check_has_no_score_in_its_pillar(
    clock: Clock, checks: None, component: Make
) -> None:
    checkout = component()
    run()
    assert state(checkout, "demo.tracing") == "not_applicable"
    assert not ScorePoint.objects.filter(entity=checkout, pillar="operationalExcellence").exists()


def test_a_fact_moves_the_score_and_is_named_as_the_cause(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    prove(checkout, passed=False)
    run()
    assert point(checkout).score == 40.0
    at = later(clock, minutes=5)
    prove(checkout)
    later(clock, seconds=4)
    run()
    moved = point(checkout)
    assert (moved.score, moved.delta, moved.cause, moved.valid_from) == (100.0, 60.0, "fact", at)
    assert moved.cause_text == (
        "Experiment — zone us-east-1a experiment passed: “Proven to survive the loss of a zone” now passes"
    )
    detail = moved.cause_detail[0]
    assert (detail["before"], detail["after"], detail["url"]) == ("fail", "pass", "/chaos/runs/7/")


def test_the_cause_of_a_rise_is_a_check_that_pulled_upwards(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 1)
    prove(checkout, passed=True)
    run()
    assert point(checkout).score == 60.0
    later(clock, minutes=5)
    with transaction.atomic():
        databases(checkout, 7)
        prove(checkout, passed=False)
    run()
    fell = point(checkout)
    assert (fell.score, fell.delta) == (40.0, -20.0)
    assert "“Proven to survive the loss of a zone” now fails" in fell.cause_text
    later(clock, minutes=5)
    databases(checkout, 1)
    prove(checkout, passed=True)
    run()
    rose = point(checkout)
    assert rose.delta == 20.0
    assert "“Proven to survive the loss of a zone” now passes" in rose.cause_text


def test_expired_evidence_makes_unknown_and_lowers_the_confidence(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    prove(checkout, days=1)
    run()
    assert point(checkout).confidence == 1.0
    later(clock, days=1, seconds=3)
    assert run()["services"] == 1
    moved = point(checkout)
    assert state(checkout, "demo.proof") == "unknown"
    assert (moved.score, moved.confidence, moved.level) == (100.0, 0.4, "bronze")
    assert moved.cause == "evidence expired"
    assert (moved.level_before, moved.confidence_before) == ("gold", 1.0)
    assert moved.valid_from == START + timedelta(days=1)


def test_the_same_evidence_seen_again_revives_the_check(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    prove(checkout, days=1)
    run()
    later(clock, days=2)
    run()
    later(clock, hours=1)
    prove(checkout, days=1)
    run()
    assert state(checkout, "demo.proof") == "pass"
    assert CheckResult.objects.filter(entity=checkout, check_key="demo.proof").count() == 3


def test_evaluating_twice_writes_nothing(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 7, 1)
    prove(checkout)
    run()
    rows = (CheckResult.objects.count(), ScorePoint.objects.count())
    later(clock, minutes=1)
    assert run()["services"] == 0
    evaluate_service(checkout)
    assert (CheckResult.objects.count(), ScorePoint.objects.count()) == rows


def test_a_new_reason_for_the_same_state_is_recorded_without_a_score_change(
    clock: Clock, checks: None, component: Make
) -> None:
    checkout = component()
    databases(checkout, 1)
    run()
    points = ScorePoint.objects.count()
    later(clock, minutes=1)
    databases(checkout, 1, 2)
    run()
    reason = CheckResult.objects.standing().get(check_key="demo.backups").reason
    assert [item["name"] for item in reason["leaves"][0]["failing"]] == ["db-0", "db-1"]
    assert ScorePoint.objects.count() == points


def test_a_changed_definition_opens_a_new_version_with_the_cause_rule(
    clock: Clock, checks: Callable[[str], None], component: Make
) -> None:
    checkout = component()
    databases(checkout, 7)
    run()
    later(clock, days=1)
    checks(CHECKS.replace("op: gte, value: 7", "op: gte, value: 14"))
    run()
    versions = CheckVersion.objects.filter(check_id="demo.backups")
    assert [(row.version, row.active) for row in versions] == [(1, False), (2, True)]
    moved = point(checkout)
    assert (moved.score, moved.cause) == (0.0, "rule")
    assert moved.cause_text == "the rule changed to version 2: “Every database keeps backups for a week” now fails"


def test_a_withdrawn_check_closes_its_results(clock: Clock, checks: Callable[[str], None], component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    run()
    later(clock, days=1)
    checks("checks: []")
    run()
    assert not CheckResult.objects.standing().exists()
    assert not ScorePoint.objects.standing().filter(entity=checkout).exists()
    assert not CheckVersion.objects.standing().exists()


def test_a_new_check_says_so(clock: Clock, checks: Callable[[str], None], component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    run()
    later(clock, days=1)
    checks(CHECKS + CHECKS.replace("demo.backups", "demo.old-backups").split("\n  - ")[2].join(["  - ", ""]))
    run()
    row = CheckResult.objects.standing().get(check_key="demo.old-backups")
    assert (row.cause, row.cause_detail["text"]) == ("rule", "a new check")


def test_a_new_service_is_judged_once_its_facts_are_quiet(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    assert evaluate_due().services == 0
    later(clock, seconds=11)
    assert evaluate_due().services == 1


def test_a_new_service_waits_for_a_running_discovery_but_not_for_ever(
    clock: Clock, checks: None, component: Make
) -> None:
    Run.objects.create(job="services.discover", state="running")
    component()
    later(clock, minutes=1)
    assert evaluate_due().services == 0
    later(clock, minutes=10)
    assert evaluate_due().services == 1


def test_nothing_is_due_after_an_evaluation(
    clock: Clock, checks: None, component: Make, django_assert_max_num_queries: Callable[..., object]
) -> None:
    databases(component(), 7)
    run()
    digest = EntityEvaluation.objects.get().definitions
    assert not due(digest, datetime.now(UTC)).exists()
    with django_assert_max_num_queries(7):  # type: ignore[attr-defined]
        run()


def test_a_fact_committed_late_with_an_earlier_mark_is_still_seen(clock: Clock, checks: None, component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    run()
    Entity.objects.filter(pk=checkout.pk).update(facts_changed_at=START - timedelta(seconds=1))
    assert run()["services"] == 1


def test_teams_systems_and_the_organisation_follow_their_services(clock: Clock, checks: None, component: Make) -> None:
    checkout, ledger = component("checkout"), component("ledger")
    for entity in (checkout, ledger):
        databases(entity, 7)
        prove(entity, passed=False)
    run()
    later(clock, minutes=1)
    prove(checkout)
    run()
    for scope, ref in (("team", "group:default/payments"), ("system", "system:default/shop"), ("organisation", "")):
        row = ScorePoint.objects.standing().get(scope_type=scope, scope_ref=ref, pillar="reliability")
        assert (row.score, row.delta, row.services, row.cause) == (70.0, 30.0, 2, "fact"), scope
        assert row.cause_text.startswith("checkout: Experiment — zone us-east-1a experiment passed")


def test_a_service_without_applicable_checks_leaves_the_pillar_of_its_team_by_name(
    clock: Clock, checks: None, component: Make
) -> None:
    for name, tracing in (("checkout", "Active"), ("ledger", "Off")):
        functions = {"items": [{"name": name, "tracing": tracing}]}
        facts.publish(component(name), "aws.lambda", functions, source="aws")
    run()
    later(clock, minutes=1)
    facts.retire(Entity.objects.get(name="ledger"), "aws.lambda")
    run()
    row = ScorePoint.objects.standing().get(scope_type="team", pillar="operationalExcellence")
    assert (row.score, row.delta, row.cause) == (100.0, 50.0, "scope")
    assert row.cause_text == "ledger: no check applies any more"


def test_a_removed_service_leaves_the_roll_up_with_the_cause_scope(clock: Clock, checks: None, component: Make) -> None:
    checkout, ledger = component("checkout"), component("ledger")
    databases(checkout, 7)
    databases(ledger, 1)
    run()
    later(clock, minutes=1)
    Entity.objects.filter(pk=ledger.pk).update(removed_at=datetime.now(UTC))
    run()
    row = ScorePoint.objects.standing().get(scope_type="team", pillar="reliability")
    assert (row.score, row.cause, row.services) == (100.0, "scope", 1)
    assert not CheckResult.objects.standing().filter(entity=ledger).exists()


def test_a_service_that_changes_hands_moves_between_the_teams(clock: Clock, checks: None, component: Make) -> None:
    checkout = component("checkout")
    databases(checkout, 7)
    run()
    later(clock, minutes=1)
    Entity.objects.filter(pk=checkout.pk).update(owner_ref="group:default/search")
    run()
    teams = ScorePoint.objects.standing().filter(scope_type="team", pillar="overall")
    assert [row.scope_ref for row in teams] == ["group:default/search"]


def test_every_change_names_its_cause(clock: Clock, checks: Callable[[str], None], component: Make) -> None:
    checkout = component()
    databases(checkout, 7)
    prove(checkout, days=1)
    run()
    later(clock, days=2)
    run()
    facts.retire(checkout, "aws.rds")
    run()
    checks(CHECKS.replace("weight: 6", "weight: 8"))
    later(clock, days=1)
    run()
    for row in ScorePoint.objects.all():
        assert row.cause in ("fact", "rule", "evidence expired", "scope")
        assert row.cause_text
    for result in CheckResult.objects.all():
        assert result.cause in ("fact", "rule", "evidence expired", "scope")
        assert result.cause_detail.get("text") or result.valid_from == START


def test_a_worker_that_was_overtaken_gives_its_batch_up_and_nothing_is_lost(
    clock: Clock, checks: None, component: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = component()
    databases(checkout, 7)
    run()
    later(clock, minutes=1)
    databases(checkout, 1)
    write = evaluate.record

    def late(*args: Any) -> None:
        monkeypatch.setattr(evaluate, "record", write)
        assert run()["given_up"] == 0
        write(*args)

    monkeypatch.setattr(evaluate, "record", late)
    assert run()["given_up"] == 1
    assert state(checkout, "demo.backups") == "fail"
    assert CheckResult.objects.filter(check_key="demo.backups").count() == 2
    assert run()["services"] == 0
