"""The report page, its CSV and REST say the same; people mark what failed; nothing grows with the number of rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.models import Deployment
from portal.access.models import AuditEvent
from services.models import Entity

from .conftest import TEN_DAYS, History

PAGE, REST = "/deployments/dora/", "/api/v1/deployments/dora/"


def table(reply: Any) -> list[dict[str, str]]:
    """A CSV as rows."""
    return list(csv.DictReader(io.StringIO(b"".join(reply).decode())))


def test_the_page_shows_five_metrics_with_coverage_and_trend(
    worked: History, vera: Any, browse: Callable[..., Any]
) -> None:
    body = browse(vera).get(f"{PAGE}{TEN_DAYS}").content.decode()
    for words in (
        "Change lead time", "Deployment frequency", "Failed deployment recovery time", "Change fail rate",
        "Deployment rework rate", "12\u202fh", "0.7 a day", "37.5\u202f%", "25\u202f%", "3 of 8 deployments",
        "commits known of 85.7\u202f%", "end known of 66.7\u202f%", "Contained by canary", "7 deployments succeeded, 0.7 a day",
    ):  # fmt: skip
        assert words in body, words
    assert body.count('class="line-chart"') == 6
    assert "style=" not in body


def test_csv_and_rest_give_the_figures_of_the_page(
    worked: History, vera: Any, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    rows = table(browse(vera).get(f"{PAGE}{TEN_DAYS}&format=csv"))
    assert rows[0]["row"] == "window"
    told = api(vera).get(f"{REST}{TEN_DAYS}").json()
    for name in ("frequency_per_day", "fail_rate", "rework_rate", "lead_seconds", "recovery_seconds"):
        assert float(rows[0][name]) == pytest.approx(told["now"][name]), name
    assert [one["key"] for one in told["groups"]] == ["group:default/payments"]
    assert [one["deployments"] for one in told["trend"]] == [6, 2]


def test_the_failed_deployments_are_listed_with_the_reason(
    worked: History, vera: Any, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    body = browse(vera).get(f"{PAGE}deployments/failed/{TEN_DAYS}").content.decode()
    for words in (
        "d2",
        "d5",
        "d8",
        "incident Errors at the till",
        "taken back by d6",
        "rolled back",
        "1.7\u202fh",
        "not known",
    ):
        assert words in body, words
    told = api(vera).get(f"{REST}deployments/failed/{TEN_DAYS}").json()
    assert {row["version"] for row in told} == {"d2", "d5", "d8"}
    assert table(browse(vera).get(f"{PAGE}deployments/rework/{TEN_DAYS}&format=csv"))[0]["version"] == "d6"


def test_an_empty_report_says_what_to_send(vera: Any, browse: Callable[..., Any]) -> None:
    assert "Send each deployment with its commits" in browse(vera).get(PAGE).content.decode()
    assert (
        "Nothing was deployed to production in this window"
        in browse(vera).get(f"{PAGE}?team=payments").content.decode()
    )


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("?days=12", "days"),
        ("?since=2026-13-40", "since"),
        ("?since=2026-11-10&until=2026-11-02", "until"),
        ("?since=2020-01-01&until=2026-11-02", "until"),
        ("?since=2999-01-01", "since"),
        ("?until=2026-11-02", "since"),
        ("?every=hour", "every"),
        ("?by=colour", "by"),
        (f"?service={'x' * 70}", "service"),
        ("?since=0001-01-01", "since"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_by_rest_and_forgiven_by_the_page(
    address: str, field: str, worked: History, vera: Any, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    reply = api(vera).get(f"{REST}{address}")
    assert reply.status_code == 400
    assert field in reply.json()["error"]["fields"]
    page = browse(vera).get(f"{PAGE}{address}")
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()


def test_an_unknown_class_is_not_there(vera: Any, browse: Callable[..., Any], api: Callable[..., Any]) -> None:
    assert browse(vera).get(f"{PAGE}deployments/lucky/").status_code == 404
    assert api(vera).get(f"{REST}deployments/lucky/").status_code == 400


def test_an_editor_of_the_team_marks_and_unmarks_with_a_reason(
    worked: History, mira: Any, browse: Callable[..., Any]
) -> None:
    row = Deployment.objects.get(version="d1")
    client, url = browse(mira), f"{PAGE}deployments/{row.pk}/"
    assert client.post(f"{url}mark/", {"reason": "", "next": PAGE}).status_code == 302
    row.refresh_from_db()
    assert row.marked_failed == ""
    reply = client.post(f"{url}mark/", {"reason": "prices were wrong", "next": f"{PAGE}{TEN_DAYS}"}, follow=True)
    assert "counts as failed from now on" in reply.content.decode()
    row.refresh_from_db()
    assert row.marked_failed == "prices were wrong"
    assert "marked: prices were wrong" in client.get(f"{PAGE}deployments/failed/{TEN_DAYS}").content.decode()
    client.post(f"{url}unmark/", {"reason": "another service", "next": "https://evil.example/"})
    row.refresh_from_db()
    assert row.marked_failed == ""
    actions = list(AuditEvent.objects.order_by("id").values_list("action", "detail__reason"))
    assert ("deployment.mark-failed", "prices were wrong") in actions
    assert ("deployment.unmark-failed", "another service") in actions


def test_marks_lead_back_only_to_pages_of_ours(worked: History, mira: Any, browse: Callable[..., Any]) -> None:
    url = f"{PAGE}deployments/{Deployment.objects.get(version='d1').pk}/mark/"
    assert browse(mira).post(url, {"reason": "x", "next": "//evil.example/"})["Location"] == PAGE


def test_nobody_else_may_mark(
    worked: History, vera: Any, jon: Any, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    row = Deployment.objects.get(version="d1")
    assert "Mark as failed" not in browse(vera).get(f"{PAGE}deployments/all/{TEN_DAYS}").content.decode()
    for person in (vera, jon):
        assert browse(person).post(f"{PAGE}deployments/{row.pk}/mark/", {"reason": "x"}).status_code == 403
        assert api(person).post(f"{REST}deployments/{row.pk}/mark/", {"reason": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.marked_failed == ""


def test_rest_marks_unmarks_and_says_how_it_counts(worked: History, mira: Any, api: Callable[..., Any]) -> None:
    row = Deployment.objects.get(version="d1")
    client, url = api(mira), f"{REST}deployments/{row.pk}/"
    assert client.post(f"{url}mark/", {}).status_code == 400
    told = client.post(f"{url}mark/", {"reason": "prices were wrong"}).json()
    assert (told["classes"], told["why"]) == (["failed"], ["marked: prices were wrong"])
    assert client.post(f"{url}unmark/", {"reason": "no"}).json()["classes"] == []
    assert client.post(f"{url}unmark/", {"reason": "no"}).status_code == 409
    assert client.post(f"{REST}deployments/999999/mark/", {"reason": "x"}).status_code == 404


def test_the_tab_of_a_service_shows_its_own_figures(worked: History, vera: Any, browse: Callable[..., Any]) -> None:
    Deployment.objects.update(finished_at=timezone.now() - timedelta(days=1), occurred_at=timezone.now())
    body = browse(vera).get(f"{worked.service.get_absolute_url()}delivery/").content.decode()
    assert "37.5\u202f%" in body


def fill(services: int, each: int) -> None:
    now = timezone.now()
    entities = Entity.objects.bulk_create(
        [
            Entity(
                kind="component",
                name=f"service-{n}",
                owner_ref=f"group:default/team-{n % 7}",
                system_ref="system:default/x",
            )
            for n in range(services)
        ]
    )
    Deployment.objects.bulk_create(
        Deployment(
            service=entity, version=f"1.{n}", source="ci", external_id=f"{entity.name}-{n}", state="succeeded",
            occurred_at=now - timedelta(hours=n), finished_at=now - timedelta(hours=n),
        )
        for entity in entities for n in range(each)
    )  # fmt: skip


@pytest.mark.parametrize("services", [10, 200])
@pytest.mark.parametrize("address", ["", "?by=service", "?by=system&days=365", "?team=team-1"])
def test_the_report_takes_the_same_queries_for_few_and_many(
    services: int, address: str, vera: Any, browse: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    fill(services, 5)
    client = browse(vera)
    with django_assert_max_num_queries(16):
        assert client.get(f"{PAGE}{address}").status_code == 200


@pytest.mark.parametrize("services", [3, 100])
def test_the_list_behind_a_figure_takes_the_same_queries_for_few_and_many(
    services: int, vera: Any, browse: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    fill(services, 5)
    client = browse(vera)
    with django_assert_max_num_queries(14):
        assert client.get(f"{PAGE}deployments/all/").status_code == 200


def test_a_team_page_shows_the_delivery_of_its_services(worked: History, vera: Any, browse: Callable[..., Any]) -> None:
    Entity.objects.create(kind="group", name="payments", type="team", source="test")
    Entity.objects.create(kind="group", name="idle", type="team", source="test")
    body = browse(vera).get("/services/group/default/payments/").content.decode()
    assert "Change fail rate" in body
    assert f"{PAGE}?team=payments" in body
    assert "Change fail rate" not in browse(vera).get("/services/group/default/idle/").content.decode()
