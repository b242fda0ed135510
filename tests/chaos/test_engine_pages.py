"""The page of FIS templates, the job behind it, and the page that takes Gremlin's key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from chaos import fis_discovery
from chaos.engine_models import FisTemplate, GremlinAccount
from tests.chaos.fis_world import ACCOUNT, PLACE, REGION

KEY = "0123456789abcdef0123456789abcdef"
PLACES = {"account": ACCOUNT, "region": REGION}


def template(**fields: Any) -> FisTemplate:
    """A stored template that is careful."""
    careful = {
        "stopConditions": [{"source": "aws:cloudwatch:alarm", "value": "arn:a"}],
        "targets": {"hosts": {"selectionMode": "COUNT(1)"}},
        "actions": {"wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT5M"}}},
    }
    wanted = {"template_id": "EXTone", "description": "Hosts stop", "service": "web", "released": True, "data": careful}
    return FisTemplate.objects.create(**PLACES, **(wanted | fields))


@pytest.fixture
def seeded(aws: Any, db: None) -> Any:
    from portal.sandbox.seed import seed_service

    seed_service(aws.url, "search-api")
    seed_service(aws.url, "ledger")
    return aws


def test_the_job_stores_the_templates_of_every_account_and_region(seeded: Any) -> None:
    told = fis_discovery.run(None)  # type: ignore[arg-type]
    assert told == {"templates": 2, "failed": []}
    good = FisTemplate.objects.get(service="search-api")
    assert (good.released, good.warnings, good.actions, good.minutes) == (True, (), ["aws:ec2:stop-instances"], 2)
    bad = FisTemplate.objects.get(service="ledger")
    assert not bad.released
    assert {warning.key for warning in bad.warnings} == {"no-stop-condition", "selects-all", "not-taken-back"}


def test_templates_that_are_gone_are_forgotten(seeded: Any) -> None:
    template(template_id="EXTgone", seen_at=timezone.now() - timedelta(days=1))
    fis_discovery.run(None)  # type: ignore[arg-type]
    assert not FisTemplate.objects.filter(template_id="EXTgone").exists()


def test_an_account_that_cannot_be_read_keeps_its_templates_and_their_age(seeded: Any) -> None:
    fis_discovery.run(None)  # type: ignore[arg-type]
    before: datetime = FisTemplate.objects.get(service="search-api").seen_at
    seeded.state.refusals["fis", "ListExperimentTemplates", ACCOUNT, REGION] = ("AccessDeniedException", 403)
    told = fis_discovery.run(None)  # type: ignore[arg-type]
    assert FisTemplate.objects.get(service="search-api").seen_at == before
    assert len(told["failed"]) == 1
    assert "fis:ListExperimentTemplates" in told["failed"][0]


def test_the_seeded_template_fits_its_service_and_the_other_is_not_released(
    seeded: Any, service: Callable[..., Any]
) -> None:
    from chaos.faults import fis_template

    fis_discovery.run(None)  # type: ignore[arg-type]
    good, bad = FisTemplate.objects.get(service="search-api"), FisTemplate.objects.get(service="ledger")
    found = fis_template.preview(service("search-api"), {**PLACE, "template": good.template_id})
    assert found.refusal == ""
    assert found.rows[0] == ("hosts", "2 of 6 (COUNT(2)), narrowed by filters when it starts")
    where = {"account": bad.account, "region": bad.region, "template": bad.template_id}
    assert "not released" in fis_template.preview(service("ledger"), where).refusal


def test_the_page_shows_templates_with_what_to_take_care_of(
    vera: Any, browse: Callable[..., Any], service: Callable[..., Any]
) -> None:
    service("web", team="search", system="discovery")
    template()
    template(template_id="EXTtwo", released=False, service="nobody", data={}, description="<b>Wild</b>")
    page = browse(vera).get("/chaos/templates/").content.decode()
    assert "/catalog/" in page or "web</a>" in page
    assert "It has no stop condition" in page
    assert "not released" in page
    assert "&lt;b&gt;Wild" in page
    assert "Gremlin</a>" not in page


def test_the_page_filters_and_keeps_the_filter_in_the_address(vera: Any, browse: Callable[..., Any]) -> None:
    template()
    template(template_id="EXTtwo", released=False, description="Cluster")
    page = browse(vera).get("/chaos/templates/?released=true&q=EXT").content.decode()
    assert "EXTone" in page
    assert "EXTtwo" not in page
    assert "No template fits" in browse(vera).get("/chaos/templates/?q=none").content.decode()


def test_without_templates_the_page_says_how_to_get_one(vera: Any, browse: Callable[..., Any]) -> None:
    assert "colonnade=allowed" in browse(vera).get("/chaos/templates/").content.decode()


def test_the_page_asks_the_database_a_fixed_number_of_times(
    vera: Any, browse: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        template(template_id=f"EXT{number}")
    client = browse(vera)
    client.get("/chaos/templates/")
    with django_assert_max_num_queries(20):
        client.get("/chaos/templates/")


def test_rest_lists_the_same_templates(vera: Any, api: Callable[..., Any]) -> None:
    template()
    template(template_id="EXTtwo", released=False)
    found = api(vera).get("/api/v1/chaos/fis-templates/?released=true").json()["results"]
    assert [row["template_id"] for row in found] == ["EXTone"]
    assert found[0]["warnings"] == []
    assert api().get("/api/v1/chaos/fis-templates/").status_code in (401, 403)


@pytest.mark.parametrize("path", ["/chaos/gremlin/", "/chaos/gremlin/remove/"])
def test_only_an_admin_comes_near_the_key(vera: Any, mira: Any, browse: Callable[..., Any], path: str) -> None:
    for user in (vera, mira):
        assert browse(user).post(path, {"key": KEY}).status_code == 403
    assert browse(mira).get("/chaos/gremlin/").status_code == 403
    assert GremlinAccount.objects.count() == 0


def test_an_admin_seals_a_key_which_is_never_shown_again(admin: Any, browse: Callable[..., Any]) -> None:
    client = browse(admin)
    assert "Not connected" in client.get("/chaos/gremlin/").content.decode()
    answer = client.post("/chaos/gremlin/", {"key": KEY, "team_id": "team-1"}, follow=True)
    page = answer.content.decode()
    assert "ends in cdef" in page
    assert KEY not in page
    assert GremlinAccount.objects.get().key == KEY
    client.post("/chaos/gremlin/remove/")
    assert GremlinAccount.objects.get().sealed == ""


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"key": "short"}, "16 to 200"),
        ({"key": f"{KEY}\r\nX-Evil: 1"}, "16 to 200"),
        ({}, "Paste the key"),
        ({"key": KEY, "team_id": "a/b"}, "letters, digits and dashes"),
    ],
)
def test_a_bad_key_is_told_and_not_kept(
    admin: Any, browse: Callable[..., Any], form: dict[str, str], said: str
) -> None:
    answer = browse(admin).post("/chaos/gremlin/", form)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert GremlinAccount.objects.count() == 0


def test_a_key_of_the_environment_is_told(admin: Any, browse: Callable[..., Any], settings: Any) -> None:
    settings.GREMLIN_API_KEY = KEY
    page = browse(admin).get("/chaos/gremlin/").content.decode()
    assert "Connected by the environment" in page
    assert KEY not in page
