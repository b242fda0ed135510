"""Claims about the pages: what they say, who may press what, and that lists ask a constant number of questions."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.access.models import AuditEvent
from portal.plugins import panels
from scorecards import columns, home
from scorecards.evaluate import evaluate_due
from scorecards.models import SERVICE, EntityEvaluation, ScorePoint
from services.models import Entity
from tests.scorecards.conftest import START, databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Browse = Callable[..., Client]
Make = Callable[..., Entity]


@pytest.fixture
def checkout(clock: Clock, checks: None, component: Make) -> Entity:
    """A service that failed its proof, then passed it, and has one weak database."""
    entity = component("checkout")
    databases(entity, 7, 1)
    prove(entity, passed=False)
    evaluate_due(settle=timedelta(0))
    later(clock, minutes=30)
    prove(entity, days=5)
    evaluate_due(settle=timedelta(0))
    return entity


def text_of(client: Client, url: str, **data: str) -> str:
    answer = client.get(url, data)
    assert answer.status_code == 200, (url, answer.status_code)
    return " ".join(answer.content.decode().split())


def tab(entity: Entity) -> str:
    return f"{entity.get_absolute_url()}scorecard/"


def test_the_service_page_says_level_distance_movement_and_next_fixes(
    browse: Browse, vera: Any, checkout: Entity
) -> None:
    page = text_of(browse(vera), checkout.get_absolute_url())
    assert "Below Bronze" in page
    assert "1 check to Bronze" in page
    assert "Reliability rose 60 points on 20 Nov: Experiment — zone us-east-1a experiment passed" in page
    assert "(fact)" in page
    assert "db-1 (1): backup days should be at least 7." in page
    assert "+40" in page
    assert "of the weight rests on fresh evidence" in page


def test_a_service_that_was_never_evaluated_says_so(browse: Browse, vera: Any, checks: None, component: Make) -> None:
    assert "Not evaluated yet" in text_of(browse(vera), component("new").get_absolute_url())


def test_the_scorecard_shows_found_against_wanted_with_the_age_of_the_evidence(
    browse: Browse, vera: Any, checkout: Entity
) -> None:
    page = text_of(browse(vera), tab(checkout))
    assert "is at least 7" in page
    assert "db-1: 1" in page
    assert 'href="/chaos/runs/7/"' in page
    assert "just now" in page
    assert "Raise the retention." in page


def test_the_scorecard_is_filtered_by_the_address(browse: Browse, vera: Any, checkout: Entity) -> None:
    client = browse(vera)
    failing = text_of(client, tab(checkout), state="fail")
    assert "Every database keeps backups for a week" in failing
    assert "/scorecards/checks/demo.proof/" not in failing
    assert "No check answers to this filter" in text_of(client, tab(checkout), pillar="security")


def test_the_scorecard_of_a_past_day_shows_the_states_of_then(
    browse: Browse, vera: Any, checkout: Entity, clock: Clock
) -> None:
    later(clock, days=7)
    evaluate_due(settle=timedelta(0))
    client = browse(vera)
    assert "Evidence expired 2 days ago (Experiment)." in text_of(client, tab(checkout))
    past = text_of(client, tab(checkout), as_of="2026-11-20")
    assert "Scorecard as of 20 Nov 2026" in past
    assert "Evidence expired" not in past.split("What changed, and why")[0]


def test_a_viewer_cannot_evaluate(browse: Browse, vera: Any, ana: Any, checkout: Entity) -> None:
    url = "/scorecards/evaluate/component/default/checkout/"
    assert browse(vera).post(url).status_code == 403
    assert browse(ana).post(url).status_code == 403, "ana edits another team's services"
    assert "Evaluate now" not in text_of(browse(vera), checkout.get_absolute_url())
    assert not AuditEvent.objects.filter(action="scorecards.evaluate").exists()


def test_an_editor_of_the_team_evaluates_now_and_it_is_audited(
    browse: Browse, mira: Any, checkout: Entity, clock: Clock
) -> None:
    client = browse(mira)
    assert "Evaluate now" in text_of(client, checkout.get_absolute_url())
    databases(checkout, 7, 7)
    answer = client.post("/scorecards/evaluate/component/default/checkout/", {"next": "https://evil.example/"})
    assert (answer.status_code, answer["Location"]) == (302, checkout.get_absolute_url())
    assert ScorePoint.objects.standing().get(entity=checkout, pillar="reliability").score == 100.0
    assert AuditEvent.objects.get(action="scorecards.evaluate").target == checkout.ref


def test_maturity_shows_levels_movements_and_teams(
    browse: Browse, vera: Any, checkout: Entity, component: Make
) -> None:
    page = text_of(browse(vera), "/scorecards/")
    assert "Services by level" in page
    assert "What moved, and why" in page
    assert "zone us-east-1a experiment passed" in page
    assert "payments" in page
    assert page.count("<summary>Table</summary>") == 1


def test_maturity_is_filtered_by_the_address_and_so_is_its_csv(
    browse: Browse, vera: Any, checkout: Entity, component: Make
) -> None:
    component("indexer", team="search", tier=3)
    evaluate_due(settle=timedelta(0))
    client = browse(vera)
    page = text_of(client, "/scorecards/", team="search")
    assert "1 service, 1 team" in page
    answer = client.get("/scorecards/export.csv", {"team": "payments"})
    lines = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))  # type: ignore[attr-defined]
    assert lines[0][:3] == ["service", "title", "team"]
    assert [line[0] for line in lines[1:]] == ["component:default/checkout"]
    assert text_of(client, "/scorecards/", tier="x").count("No service answers to this filter") == 1


def test_an_empty_portal_is_not_blamed_on_a_filter(browse: Browse, vera: Any) -> None:
    assert "No team owns a service yet" in text_of(browse(vera), "/scorecards/")
    assert "No check is in force yet" in text_of(browse(vera), "/scorecards/checks/")


def test_the_list_of_checks_shows_pass_rates(browse: Browse, vera: Any, checkout: Entity) -> None:
    page = text_of(browse(vera), "/scorecards/checks/")
    assert "3 of 3 checks" in page
    assert "100 % of 1" in page
    assert "1 of 3 checks" in text_of(browse(vera), "/scorecards/checks/", pillar="operationalExcellence")


def test_a_check_names_the_services_that_fail_it_and_its_rule(browse: Browse, vera: Any, checkout: Entity) -> None:
    client = browse(vera)
    page = text_of(client, "/scorecards/checks/demo.backups/")
    assert "db-1 (1)" in page
    assert "every aws.rds.items[*].backup_days is at least 7" in page
    assert "aws.rds.items is there" in page
    assert client.get("/scorecards/checks/demo.nothing/").status_code == 404


def test_the_movements_page_lists_every_step_with_its_cause(browse: Browse, vera: Any, checkout: Entity) -> None:
    page = text_of(browse(vera), "/scorecards/movements/")
    assert "1 movement of at least half a point" in page
    assert "now passes (fact)" in page


def test_the_team_page_shows_its_pillars(browse: Browse, vera: Any, checkout: Entity, clock: Clock) -> None:
    Entity.objects.create(kind="group", name="payments", title="payments")
    page = text_of(browse(vera), "/services/group/default/payments/")
    assert "fewer than half of its 1 service has reached one" in page
    later(clock, minutes=1)
    databases(checkout, 7, 7)
    evaluate_due(settle=timedelta(0))
    page = text_of(browse(vera), "/services/group/default/payments/")
    assert "reached by at least half of its 1 service" in page
    assert "Reliability rose 40 points" in page


def test_home_offers_the_best_fixes_of_my_services(
    browse: Browse, mira: Any, checkout: Entity, component: Make
) -> None:
    other = component("indexer", team="search")
    databases(other, 1)
    evaluate_due(settle=timedelta(0))
    page = text_of(browse(mira), "/")
    assert "My next five fixes" in page
    assert "checkout, reliability. db-1 (1)" in page
    assert "indexer, reliability" not in page
    assert "0 of 1 at Silver or above" in page


def test_checks_are_found_by_their_title(vera: Any, checkout: Entity) -> None:
    assert [hit.url for hit in home.find_checks(vera, "backups", 5)] == ["/scorecards/checks/demo.backups/"]


def test_the_columns_show_glyph_level_and_step(rf: Any, vera: Any, checkout: Entity) -> None:
    request = rf.get("/")
    request.user = vera
    assert "Reliability 60" in columns.glyphs([checkout], request)[checkout.pk]
    assert "Below" in columns.levels([checkout], request)[checkout.pk]
    assert "60" in columns.steps([checkout], request)[checkout.pk]


def many(number: int, component: Make) -> None:
    made = Entity.objects.bulk_create(
        Entity(
            kind="component", name=f"svc-{index}", title=f"svc-{index}", tier=index % 4, lifecycle="production",
            owner_ref=f"group:default/team-{index % 8}", system_ref="system:default/all", type="service",
        )
        for index in range(number)
    )  # fmt: skip
    ScorePoint.objects.bulk_create(
        ScorePoint(
            scope_type=SERVICE, scope_ref=entity.ref, entity=entity, pillar=pillar, score=50.0 + delta,
            level="bronze", confidence=0.9, delta=delta or None, cause="fact", cause_text="a fact",
            valid_from=START - timedelta(days=2 - step), valid_to=START - timedelta(days=1) if not step else None,
        )
        for entity in made
        for pillar in ("overall", "security", "reliability")
        for step, delta in ((0, 0.0), (1, 5.0))
    )  # fmt: skip
    EntityEvaluation.objects.bulk_create(
        EntityEvaluation(entity=entity, evaluated_at=datetime.now(UTC), definitions="x") for entity in made
    )


@pytest.mark.parametrize("number", [10, 1000])
@pytest.mark.parametrize(
    ("url", "queries"),
    [("/scorecards/", 24), ("/scorecards/movements/", 14), ("/scorecards/checks/", 12), ("/services/", 24)],
)
def test_list_pages_ask_a_constant_number_of_questions(
    number: int, url: str, queries: int, clock: Clock, checks: None, component: Make, browse: Browse, vera: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    many(number, component)
    client = browse(vera)
    client.get(url)
    with django_assert_max_num_queries(queries):
        assert client.get(url).status_code == 200


def test_evaluating_a_batch_asks_a_constant_number_of_questions(
    clock: Clock, checks: None, component: Make, django_assert_max_num_queries: Any
) -> None:
    for index in range(60):
        databases(component(f"svc-{index}"), 7)
    with django_assert_max_num_queries(40):
        assert evaluate_due(settle=timedelta(0)).services == 60


def test_a_panel_is_registered_for_every_place() -> None:
    slots = {panel.slot for panel in panels.items() if panel.key.startswith("scorecard")}
    assert slots >= {"service.full", "service.tab", "service.actions", "team.main", "home.main", "home.lead"}
