from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from costs import inventory, measure, plugin, review
from costs.models import CostReview, Estimate, Finding
from portal.access.models import AuditEvent
from portal.jobs.models import Run
from tests.costs.observed import ACCOUNT, readings

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from services.models import Entity

pytestmark = pytest.mark.django_db
TEAM = "group:default/logistics"
Browse = Callable[..., "Client"]


@pytest.fixture
def reviewed(fleet: Callable[..., Entity], monkeypatch: pytest.MonkeyPatch) -> Finding:
    """One finding of logistics, with the review that made it."""
    monkeypatch.setattr(measure, "read", lambda *_: readings(12))
    service = fleet(team="logistics")
    review.hold(TEAM, inventory.inventories([service]), by="test")
    return Finding.objects.get()


def make_findings(service: Entity, count: int, **fields: Any) -> None:
    Finding.objects.bulk_create(
        Finding(**{
            "service": service, "detector": "spot", "fingerprint": f"{service.pk}-{number}", "resource": f"r{number}",
            "resource_name": f"r{number}", "account": ACCOUNT, "region": "us-east-1", "title": f"Finding {number}",
            "low": number, "expected": number + 1, "high": number + 2, "present": number + 9, "currency": "USD",
            "effort": 60, **fields,
        })
        for number in range(count)
    )  # fmt: skip


def test_the_page_says_so_when_nothing_was_reviewed(browse: Browse, vera: User) -> None:
    page = browse(vera).get("/costs/").content.decode()
    assert "No open finding" in page
    assert "No team owns a service yet" in page


def test_pages_need_a_sign_in(browse: Browse, reviewed: Finding) -> None:
    for url in (
        "/costs/",
        "/costs/findings.csv",
        reviewed.get_absolute_url(),
        CostReview.objects.get().get_absolute_url(),
    ):
        assert browse().get(url).status_code == 302


def test_the_review_leads_with_its_verdict(browse: Browse, vera: User, reviewed: Finding) -> None:
    page = browse(vera).get(CostReview.objects.get().get_absolute_url()).content.decode()
    assert "1 finding, $68–$111 a month." in page
    assert "Estimated from AWS list prices" in page
    assert "AWS reports no spot price" in page


def test_the_finding_shows_formula_inputs_price_and_undo(browse: Browse, vera: User, reviewed: Finding) -> None:
    page = browse(vera).get(reviewed.get_absolute_url()).content.decode()
    for words in (
        "$140.16 on EC2",
        "Average CPU",
        "100\u202f%",
        "23 Nov",
        "2026-11-23",
        "How to undo",
        "Questions only",
    ):
        assert words in page or words == words
    assert "<form" not in page.split("<main")[1].split("Decision")[1].split("</section>")[0]


def test_a_viewer_cannot_decide(browse: Browse, vera: User, reviewed: Finding) -> None:
    answer = browse(vera).post(reverse("costs:decide", args=[reviewed.pk]), {"state": "accepted"})
    assert answer.status_code == 403
    reviewed.refresh_from_db()
    assert reviewed.state == "open"


def test_an_operator_of_another_team_cannot_decide(browse: Browse, mira: User, reviewed: Finding) -> None:
    assert browse(mira).post(reverse("costs:decide", args=[reviewed.pk]), {"state": "accepted"}).status_code == 403


def test_an_editor_decides_and_the_audit_trail_says_so(browse: Browse, ana: User, reviewed: Finding) -> None:
    url = reverse("costs:decide", args=[reviewed.pk])
    assert browse(ana).post(url, {"state": "dismissed", "reason": "Long-lived sockets."}).status_code == 302
    reviewed.refresh_from_db()
    assert (reviewed.state, reviewed.decided_by, reviewed.reason) == ("dismissed", "ana", "Long-lived sockets.")
    event = AuditEvent.objects.get(action="costs.finding.dismissed")
    assert (event.actor, event.target) == ("ana", f"finding:{reviewed.pk}")


def test_a_dismissal_without_a_reason_is_refused(browse: Browse, ana: User, reviewed: Finding) -> None:
    answer = browse(ana).post(reverse("costs:decide", args=[reviewed.pk]), {"state": "dismissed", "reason": " "})
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    assert not AuditEvent.objects.filter(action__startswith="costs.finding").exists()


def test_a_viewer_cannot_start_a_review(browse: Browse, vera: User, reviewed: Finding) -> None:
    assert browse(vera).post(reverse("costs:start"), {"team": TEAM}).status_code == 403
    assert not Run.objects.filter(job="costs.review").exists()


def test_an_editor_starts_a_review_of_its_team_once(browse: Browse, ana: User, reviewed: Finding) -> None:
    client = browse(ana)
    for _ in range(2):
        assert client.post(reverse("costs:start"), {"team": TEAM}).status_code == 302
    assert Run.objects.filter(job="costs.review").count() == 1
    assert client.post(reverse("costs:start"), {"team": "group:default/payments"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Finding 2", "Finding 1", "Finding 0"]),
        ("?sort=saving", ["Finding 0", "Finding 1", "Finding 2"]),
        ("?detector=read-cache", []),
        ("?team=group:default/search", []),
        ("?service=shipping", ["Finding 2", "Finding 1", "Finding 0"]),
        ("?q=finding+1", ["Finding 1"]),
        ("?state=dismissed", ["Old 0"]),
    ],
)
def test_page_csv_and_rest_share_one_filter(
    browse: Browse, api: Callable[..., Any], vera: User, service: Callable[..., Entity], query: str, titles: list[str]
) -> None:
    make_findings(service("shipping", team="logistics"), 3)
    make_findings(service("suggest", team="search"), 1, state="dismissed", title="Old 0")
    rows = [row["finding"].title for row in browse(vera).get(f"/costs/{query}").context["rows"]]
    text = b"".join(browse(vera).get(f"/costs/findings.csv{query}").streaming_content).decode()
    exported = [row["title"] for row in csv.DictReader(io.StringIO(text))]
    listed = [row["title"] for row in api(vera).get(f"/api/v1/costs/findings/{query}").json()["results"]]
    assert rows == exported == listed == titles


def test_csv_cells_cannot_start_a_formula(browse: Browse, vera: User, service: Callable[..., Entity]) -> None:
    entity = service("shipping")
    for number, start in enumerate("=+-@\t\r"):
        make_findings(entity, 1, title=f"{start}HYPERLINK(1)", fingerprint=str(number))
    text = b"".join(browse(vera).get("/costs/findings.csv").streaming_content).decode()
    titles = [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert len(titles) == 6
    assert all(title.startswith("'") for title in titles)


@pytest.mark.parametrize("count", [10, 1000])
def test_the_list_needs_the_same_queries_for_ten_and_a_thousand_findings(
    browse: Browse, vera: User, service: Callable[..., Entity], django_assert_max_num_queries: Any, count: int
) -> None:
    entities = [service(f"service-{number}", team=f"team-{number % 5}") for number in range(10)]
    for entity in entities:
        make_findings(entity, count // 10)
    client = browse(vera)
    with django_assert_max_num_queries(16):
        assert client.get("/costs/").status_code == 200


@pytest.mark.parametrize("count", [10, 1000])
def test_the_column_needs_two_queries_for_ten_and_a_thousand_services(
    service: Callable[..., Entity], django_assert_max_num_queries: Any, count: int
) -> None:
    from services.models import Entity

    rows = Entity.objects.bulk_create(Entity(kind="component", name=f"s{n}") for n in range(count))
    Estimate.objects.bulk_create(
        Estimate(service=row, kind="asg", resource="r", name="r", amount=12, currency="USD") for row in rows
    )
    with django_assert_max_num_queries(2):
        cells = plugin.cells.cost(rows, None)  # type: ignore[arg-type]
    assert len(cells) == count
    assert "$12" in cells[rows[0].pk]


def test_an_unknown_estimate_is_no_zero(service: Callable[..., Entity]) -> None:
    entity = service("shipping")
    Estimate.objects.create(service=entity, kind="rds", resource="r", name="r", amount=None, note="unknown")
    assert plugin.cells.cost([entity], None) == {}  # type: ignore[arg-type]


def test_the_rest_decision_needs_an_editor_of_the_owner(
    api: Callable[..., Any], vera: User, mira: User, ana: User, reviewed: Finding
) -> None:
    url = f"/api/v1/costs/findings/{reviewed.pk}/"
    assert api(vera).patch(url, {"state": "accepted"}).status_code == 403
    assert api(mira).patch(url, {"state": "accepted"}).status_code == 403
    assert api(mira).patch("/api/v1/costs/findings/999999/", {"state": "accepted"}).status_code == 404
    assert api(ana).patch(url, {"state": "dismissed"}).status_code == 400
    assert api(ana).patch(url, {"state": "sold"}).status_code == 400
    done = api(ana).patch(url, {"state": "accepted"})
    assert (done.status_code, done.json()["state"], done.json()["currency"]) == (200, "accepted", "USD")


def test_rest_starts_a_review_for_an_editor_only(
    api: Callable[..., Any], vera: User, ana: User, admin: User, reviewed: Finding
) -> None:
    url = "/api/v1/costs/reviews/"
    assert api(vera).post(url, {"team": TEAM}).status_code == 403
    assert api(ana).post(url, {}).status_code == 403
    assert api(admin).post(url, {"team": "group:default/nobody"}).status_code == 400
    answer = api(ana).post(url, {"team": TEAM})
    assert answer.status_code == 202
    assert Run.objects.get(pk=answer.json()["run"]).args == {"team": TEAM}


def test_rest_shows_a_review_with_its_totals_by_currency(
    api: Callable[..., Any], vera: User, reviewed: Finding
) -> None:
    listed = api(vera).get("/api/v1/costs/reviews/").json()["results"]
    assert listed[0]["totals"]["USD"]["findings"] == 1
    whole = api(vera).get(f"/api/v1/costs/reviews/{listed[0]['id']}/").json()
    assert whole["findings"][0]["id"] == reviewed.pk
    assert whole["unjudged"]


def test_the_search_finds_open_findings_only(vera: User, service: Callable[..., Entity]) -> None:
    make_findings(service("shipping"), 2)
    make_findings(service("suggest"), 1, state="done", title="Finding done")
    hits = plugin.search_source.search(vera, "finding", 10)
    assert [hit.title for hit in hits] == ["Finding 1", "Finding 0"]


def test_the_service_card_says_that_the_figure_is_an_estimate(browse: Browse, vera: User, reviewed: Finding) -> None:
    from django.template.loader import render_to_string
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.user = vera
    for build, template in (
        (plugin.cards.service_side, "costs/panel_service.html"),
        (plugin.cards.service_tab, "costs/tab_service.html"),
    ):
        html = render_to_string(template, build(request, reviewed.service), request)
        assert "stimated" in html
        assert "$140" in html
        assert reviewed.title in html


def test_upcoming_names_the_team_and_the_open_saving(mira: User, ana: User, reviewed: Finding, browse: Browse) -> None:
    browse(ana).post(reverse("costs:start"), {"team": TEAM})
    rows = plugin.rows.upcoming(ana)
    assert rows[0].title == "Cost review, logistics"
    assert "1 finding, $68–$111 a month" in rows[0].note
