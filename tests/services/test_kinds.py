"""Answers and verdicts: who may answer, what is kept, what is published, and the list of all services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.access.models import AuditEvent
from services import facts
from services.advice import advise
from services.engine.advisor.questionnaire import Invalid
from services.kinds import publish as judge_kinds
from services.kinds.judgement import ADVICE, MESH, SERVERLESS
from services.models import DatabaseAnswers, Entity

from .test_mesh import item as mesh_item

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
API = "/api/v1/services/entities/component/default/checkout/database-advice/"
PAGE = "/services/component/default/checkout/database-advice/"
TAB = "/services/component/default/checkout/architecture/"


def publish(entity: Entity, key: str, *items: dict[str, Any]) -> None:
    rows = [{"account": "1", "region": "r", "arn": f"arn:{key}:{row['name']}", **row} for row in items]
    facts.publish(
        entity, key, {"items": rows, "count": len(rows)}, source="aws", expires_at=timezone.now() + timedelta(days=1)
    )


@pytest.fixture
def checkout(service: Make) -> Entity:
    """A function with a table."""
    entity: Entity = service("checkout", team="payments")
    publish(entity, "aws.lambda", {"name": "checkout", "runtime": "python3.13"})
    publish(entity, "aws.dynamodb", {"name": "orders", "billing_mode": "PAY_PER_REQUEST"})
    return entity


def value(entity: Entity, key: str) -> dict[str, Any]:
    return facts.current(entity)[key].value


def test_an_operator_of_the_team_answers_over_rest(checkout: Entity, mira: Any, api: Make) -> None:
    answer = api(mira).put(API, {"p99_ms": 10, "data_size_gb": 20_000, "durable": None}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["advice"]["match"], answer.json()["answered_by"]) == ("match", "mira")
    assert answer.json()["answers"] == {"p99_ms": 10.0, "data_size_gb": 20_000.0}
    event = AuditEvent.objects.get(action="database.answer")
    assert (event.target, event.detail) == (checkout.ref, {"changed": ["data_size_gb", "p99_ms"]})
    assert value(checkout, ADVICE)["match"] == "match"
    assert api(mira).get(API).json()["advice"]["pie"]["pair"] == "IE"


def test_answers_are_kept_for_ever_and_the_same_ones_are_not_kept_twice(checkout: Entity, mira: Any) -> None:
    for given in ({"p99_ms": 10}, {"p99_ms": 10.0}, {"p99_ms": 20}, {"p99_ms": 10}):
        advise.record(mira, checkout, given)
    assert [row.answers["p99_ms"] for row in DatabaseAnswers.objects.filter(entity=checkout)] == [10, 20, 10]
    assert AuditEvent.objects.filter(action="database.answer").count() == 3


@pytest.mark.parametrize("who", ["jon", "ana", "vera"])
def test_nobody_else_may_answer(checkout: Entity, who: str, request: Any, api: Make, browse: Make) -> None:
    user = request.getfixturevalue(who)
    assert api(user).put(API, {"nonsense": 1}, format="json").status_code == 403
    assert browse(user).post(PAGE, {"p99_ms": "10"}).status_code == 403
    assert api(user).get(API).status_code == 200
    assert not DatabaseAnswers.objects.exists()


def test_what_is_asked_of_nothing_is_not_found_before_it_is_refused(jon: Any, vera: Any, api: Make) -> None:
    address = API.replace("checkout", "nothing")
    assert api(jon).put(address, {"nonsense": 1}, format="json").status_code == 404
    assert api(vera).put(address, {}, format="json").status_code == 403
    assert api().put(address, {}, format="json").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"p99_ms": "fast"}, "p99_ms"),
        ({"colour": "red"}, "colour"),
        ({"durable": 1}, "durable"),
        ({"item_kb": 10**400}, "item_kb"),
        ([], "non_field_errors"),
    ],
)
def test_a_bad_answer_is_refused_by_name(checkout: Entity, mira: Any, api: Make, body: Any, field: str) -> None:
    answer = api(mira).put(API, body, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_the_form_takes_answers_and_shows_them_again(checkout: Entity, mira: Any, browse: Make) -> None:
    client = browse(mira)
    answer = client.post(PAGE, {"p99_ms": "10", "durable": "true", "access_patterns": "known", "full_text": ""})
    assert answer.status_code == 302
    row = DatabaseAnswers.objects.get()
    assert row.answers == {"p99_ms": 10.0, "durable": True, "access_patterns": "known"}
    page = client.get(PAGE).content.decode()
    assert 'value="10"' in page
    assert '<option value="true" selected>' in page


@pytest.mark.parametrize("field", [("p99_ms", "-1"), ("p99_ms", "nan"), ("analytics_share", "2"), ("durable", "maybe")])
def test_the_form_says_at_its_field_what_to_change(
    checkout: Entity, mira: Any, browse: Make, field: tuple[str, str]
) -> None:
    answer = browse(mira).post(PAGE, dict([field]))
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.content.decode()
    assert not DatabaseAnswers.objects.exists()


def test_a_wrong_answer_changes_nothing(checkout: Entity, mira: Any) -> None:
    with pytest.raises(Invalid):
        advise.record(mira, checkout, {"p99_ms": 10, "durable": "perhaps"})
    assert not DatabaseAnswers.objects.exists()
    assert not AuditEvent.objects.filter(action="database.answer").exists()


def test_the_tab_shows_the_three_verdicts_with_every_point(checkout: Entity, mira: Any, browse: Make) -> None:
    publish(checkout, "aws.mesh", mesh_item(name="checkout", misfits=[]))
    advise.record(
        mira, checkout, {"p99_ms": 10, "data_size_gb": 20_000, "peak_reads_s": 50, "peak_writes_s": 1, "stale_s": 9}
    )
    page = browse(mira).get(TAB).content.decode()
    for words in (
        "Fully serverless.", "AWS ended the support of App Mesh", "Not measured.", "none on plan", "The database fits.",
        "99 of 100 answers within 10 ms", "the pair IE", "Put a cache before it.", "by mira",
    ):  # fmt: skip
        assert words in page, words
    assert "could not be shown" not in page


def test_the_tab_of_an_empty_service_says_what_is_missing(service: Make, vera: Any, browse: Make) -> None:
    service("checkout")
    page = browse(vera).get(TAB).content.decode()
    for words in ("No code was seen.", "It is in no mesh.", "Editors of its team can answer."):
        assert words in page


def test_the_overview_leads_to_the_tab(checkout: Entity, vera: Any, browse: Make) -> None:
    judge_kinds.judge([checkout])
    page = browse(vera).get(checkout.get_absolute_url()).content.decode()
    assert f'href="{TAB}#serverless">Fully serverless' in page
    assert "Not answered yet" in page


def test_only_what_changed_is_judged_again_and_old_verdicts_are_renewed(checkout: Entity, service: Make) -> None:
    service("silent")
    judge_kinds.judge_due(lambda done, total: None)
    judge_kinds.judge_due(lambda done, total: None)
    assert list(judge_kinds.due(timezone.now(), {})) == []
    publish(checkout, "aws.elasticache", {"name": "c", "node_type": "cache.t4g.small"})
    assert [entity.name for entity in judge_kinds.due(timezone.now(), {})] == ["checkout"]
    assert judge_kinds.judge_due(lambda done, total: None) == 1
    assert value(checkout, SERVERLESS)["verdict"] == "partly"
    with time_machine.travel(timezone.now() + judge_kinds.RENEW + timedelta(minutes=1)):
        assert [entity.name for entity in judge_kinds.due(timezone.now(), {})] == ["checkout"]


def test_a_verdict_expires_with_the_facts_that_it_stands_on(checkout: Entity) -> None:
    judge_kinds.judge([checkout])
    views = facts.current(checkout)
    assert views[SERVERLESS].expires_at == min(views[key].expires_at for key in ("aws.lambda", "aws.dynamodb"))  # type: ignore[type-var]


def test_a_mesh_that_is_gone_takes_its_verdict_along(checkout: Entity) -> None:
    publish(checkout, "aws.mesh", mesh_item(name="checkout"))
    judge_kinds.judge([checkout])
    assert value(checkout, MESH)["misfits"] == ["checkout"]
    facts.retire(checkout, "aws.mesh")
    judge_kinds.judge([checkout])
    assert MESH not in facts.current(checkout)


def test_a_member_of_the_mesh_of_another_service_learns_of_it(checkout: Entity, service: Make) -> None:
    shop = service("shop")
    publish(checkout, "aws.mesh", mesh_item(name="checkout"))
    judge_kinds.judge_due(lambda done, total: None)
    named = value(shop, MESH)["member_of"]
    assert named == [{"owner": "checkout", "mesh": "checkout", "technology": "App Mesh", "kind": "caller"}]


def test_the_list_filters_by_each_verdict_and_the_csv_says_the_same(
    checkout: Entity, service: Make, mira: Any, browse: Make
) -> None:
    other = service("ledger")
    publish(other, "aws.asg", {"name": "ledger"})
    publish(other, "aws.mesh", mesh_item(name="ledger"))
    publish(other, "aws.timestream", {"name": "ticks"})
    advise.record(mira, checkout, {"p99_ms": 10, "data_size_gb": 20_000})
    judge_kinds.judge([other])
    client = browse(mira)
    for query, name in (
        ("serverless=full", "checkout"), ("serverless=servers", "ledger"), ("mesh=App+Mesh", "ledger"), ("mesh=no", "checkout"),
        ("database=match", "checkout"), ("database=unanswered", "ledger"), ("database=retired", "ledger"),
    ):  # fmt: skip
        page = client.get(f"/services/kinds/?{query}")
        assert [row["entity"].name for row in page.context["rows"]] == [name], query
        lines = b"".join(client.get(f"/services/kinds/export.csv?{query}").streaming_content).decode().splitlines()
        assert [line.split(",")[0] for line in lines[1:]] == [f"component:default/{name}"]
    assert client.get("/services/kinds/?serverless=nonsense&page=nine").status_code == 200
    assert "No service fits these filters" in client.get("/services/kinds/?mesh=VPC+Lattice").content.decode()


def test_the_list_takes_as_many_queries_for_many_services_as_for_few(service: Make, vera: Any, browse: Make) -> None:
    client = browse(vera)

    def queries(count: int) -> int:
        made = [service(f"s{number}-{count}") for number in range(count)]
        for entity in made:
            publish(entity, "aws.lambda", {"name": entity.name})
        judge_kinds.judge(made)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/services/kinds/").status_code == 200
        return len(seen)

    assert queries(3) == queries(40)
