"""REST of lenses and reviews: order of the checks, exact errors, round trip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scorecards.lenses import answering
from scorecards.models import Review
from services.models import Entity
from tests.scorecards.lenses.conftest import prove

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
BASE = "/api/v1/scorecards/"
LENSES, REVIEWS = f"{BASE}lenses/", f"{BASE}reviews/"


def test_import_export_and_publish_over_rest(api: Api, admin: Any, vera: Any, document: dict[str, Any]) -> None:
    document["x_extra"] = [1, 2.5, None, {"deep": True}]
    made = api(admin).post(LENSES, {"document": document})
    assert (made.status_code, made.json()["number"]) == (201, 1)
    assert made.json()["warnings"][0]["path"] == "x_extra"
    assert api(vera).get(f"{LENSES}small-lens/1/export/").json() == document
    again = api(admin).post(LENSES, {"key": "small-lens", "document": document})
    assert again.status_code == 200
    published = api(admin).post(f"{LENSES}small-lens/1/publish/")
    assert published.json()["published_by"] == "admin"
    assert api(vera).get(LENSES).json()["results"][0]["versions"][0]["number"] == 1
    assert api(vera).get(f"{LENSES}small-lens/").json()["name"] == "Small lens"


def test_errors_name_the_path(api: Api, admin: Any, document: dict[str, Any]) -> None:
    document["pillars"][0]["questions"][0]["title"] = 7
    refused = api(admin).post(LENSES, {"document": document})
    assert refused.status_code == 400
    assert refused.json()["error"]["fields"]["document"][0].startswith("pillars[0].questions[0].title: 7 is not a text")


@pytest.mark.parametrize(
    "body", [[], {}, {"document": 3}, {"document": []}, {"document": {}, "key": "a b"}, "text", None]
)
def test_no_body_breaks_the_import(api: Api, admin: Any, body: Any) -> None:
    assert api(admin).post(LENSES, body).status_code == 400


def test_the_right_comes_before_the_body(api: Api, mira: Any, vera: Any, jon: Any, review: Review) -> None:
    assert api().post(LENSES, {}).status_code == 401
    assert api(mira).post(LENSES, {}).status_code == 403
    assert api(mira).post(f"{LENSES}small-lens/1/publish/").status_code == 403
    one = f"{REVIEWS}{review.pk}/"
    for who in (jon, vera):
        assert api(who).put(f"{one}answers/rel_backup/", {"selected": 3}).status_code == 403
        assert api(who).post(f"{one}milestones/", {"name": 3}).status_code == 403
        assert api(who).post(f"{one}sync/", {"account": 3}).status_code == 403
    assert api(jon).post(REVIEWS, {"entity": review.entity.ref, "lens": 3}).status_code == 403
    assert api(mira).put(f"{REVIEWS}999/answers/rel_backup/", {}).status_code == 404
    assert api(mira).put(f"{one}answers/rel_backup/", {"selected": 3}).status_code == 400


def test_a_review_over_rest(
    linked: None, api: Api, mira: Any, vera: Any, small: Any, service: Callable[..., Entity]
) -> None:
    prove(service("checkout"), "x.taken")
    made = api(mira).post(REVIEWS, {"entity": "component:default/checkout", "lens": "small-lens"})
    assert (made.status_code, made.json()["risks"]["MEDIUM"]) == (201, 1)
    one = f"{REVIEWS}{made.json()['id']}/"
    (before,) = api(vera).get(f"{one}answers/").json()
    assert (before["answered_by"], before["selected"], before["evidence"]) == (
        "evidence", ["backup_taken"], {"backup_taken": "proven", "backup_restored": "open"},
    )  # fmt: skip
    assert before["remedy"] == {"add": ["backup_restored"], "drop": [], "minutes": 120, "risk": "NONE"}
    given = {"selected": ["backup_taken", "backup_restored"], "notes": "tried in May", "revision": before["revision"]}
    answer = api(mira).put(f"{one}answers/rel_backup/", given).json()
    assert (answer["risk"], answer["revision"], answer["notes"]) == ("NONE", 1, "tried in May")
    assert api(mira).put(f"{one}answers/rel_backup/", given).status_code == 409
    assert api(mira).put(f"{one}answers/rel_backup/", {"selected": ["nonsense"]}).status_code == 400
    assert api(mira).put(f"{one}answers/nonsense/", {"selected": []}).status_code == 400
    assert api(vera).get(f"{one}plan/").json() == []
    taken = api(mira).post(f"{one}milestones/", {"name": "First"}).json()
    assert (taken["number"], taken["state"]["rel_backup"]["risk"]) == (1, "NONE")
    assert api(mira).post(f"{one}milestones/", {"name": "First"}).status_code == 400
    assert api(vera).get(f"{one}milestones/").json()["results"][0]["sha"] == taken["sha"]
    assert api(vera).get(one).json()["risks"]["NONE"] == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [("?team=payments", 1), ("?team=search", 0), ("?lens=small-lens", 1), ("?entity=checkout", 1), ("?entity=%00", 0)],
)
def test_the_list_is_filtered(api: Api, vera: Any, review: Review, asked: str, found: int) -> None:
    answer = api(vera).get(f"{REVIEWS}{asked}")
    assert answer.status_code in (200, 400)
    assert len(answer.json().get("results", [])) == found


@pytest.mark.parametrize(
    "body", [{}, [], {"entity": 3}, {"entity": "component:default/none", "lens": "small-lens"}, {"entity": "component:default/checkout", "lens": "none"}]
)  # fmt: skip
def test_a_review_needs_a_service_and_a_lens(api: Api, admin: Any, small: Any, service: Any, body: Any) -> None:
    service("checkout")
    assert api(admin).post(REVIEWS, body).status_code in (400, 404)


def test_a_list_of_reviews_costs_the_same_for_many(
    api: Api, vera: Any, mira: Any, small: Any, service: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        answering.start(service(f"service-{number}"), small.lens, mira)
    client = api(vera)
    with django_assert_max_num_queries(7):
        assert len(client.get(REVIEWS).json()["results"]) == 12
