"""Forecast, replay, the table of metrics and the import: the pages and their REST say the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from deployments.judging import measure, traffic
from deployments.judging.importing import imported
from deployments.models import Rollout, RolloutPlan
from deployments.plans import BUILT_IN, STANDARD
from portal.access.models import AuditEvent
from portal.jobs.models import Run
from services import facts

from .conftest import P95, PUSHED, bucket, filled

CONFIG = {
    "name": "shop",
    "applications": ["shop"],
    "judge": {"name": "NetflixACAJudge-v1.0", "judgeConfigurations": {}},
    "templates": {"errors": 'PromQL:sum(rate(bad{v="${scope}",app="${app}"}[${interval}s]))'},
    "metrics": [
        {
            "name": "Error rate", "groups": ["Errors"], "query": {"type": "prometheus", "customFilterTemplate": "errors", "app": "shop"},
            "analysisConfigurations": {"canary": {"direction": "increase", "critical": True, "nanStrategy": "replace"}},
        },
        {"name": "CPU", "groups": ["System"], "query": {"type": "datadog"}, "analysisConfigurations": {"canary": {"direction": "either"}}},
    ],
    "classifier": {"groupWeights": {"Errors": 70, "System": 30}, "scoreThresholds": {"pass": 90, "marginal": 60}},
}  # fmt: skip


def test_a_configuration_becomes_a_plan_with_its_groups_thresholds_and_queries() -> None:
    section = imported(CONFIG, BUILT_IN[STANDARD])["analysis"]
    first, second = section["metrics"]
    assert first["query"]["value"] == 'sum(rate(bad{v="$version",app="shop"}[$periods]))'
    assert (first["critical"], first["kayenta"]["nanStrategy"], second["source"]) == (True, "replace", "pushed")
    assert (second["critical"], second["must_have_data"]) == (False, False)
    assert (section["groups"], section["scores"]) == ({"Errors": 70, "System": 30}, {"pass": 90, "marginal": 60})


def test_an_operator_imports_over_rest_and_a_viewer_does_not(mira: Any, vera: Any, api: Callable[..., Any]) -> None:
    body = {"config": CONFIG, "name": "shop canary"}
    assert api(vera).post("/api/v1/deployments/plans/kayenta/", body).status_code == 403
    reply = api(mira).post("/api/v1/deployments/plans/kayenta/", body)
    assert reply.status_code == 201
    assert RolloutPlan.objects.get(name="shop canary").plan.analysis.judge == "kayenta"
    assert AuditEvent.objects.filter(action="plan.import", actor="mira").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"config": {}}, {"config": []}, {"config": {"metrics": [{"name": "€"}]}}, {"base": "nothing"}, {"name": "<b>"},
        {"queries": {"Other": {}}}, {"queries": {"CPU": {"source": "statsd"}}}, {"queries": {"CPU": 5}},
        {"config": {**CONFIG, "metrics": [{"name": "a b"}, {"name": "a-b"}]}},
    ],
)  # fmt: skip
def test_an_import_that_cannot_be_judged_is_refused_and_stores_nothing(
    changes: dict[str, Any], mira: Any, api: Callable[..., Any]
) -> None:
    body = {"config": CONFIG, "name": "shop", **changes}
    assert api(mira).post("/api/v1/deployments/plans/kayenta/", body).status_code == 400
    assert not RolloutPlan.objects.filter(name="shop").exists()


def test_the_import_page_stores_a_plan_and_keeps_what_was_typed_where_it_is_wrong(
    mira: Any, vera: Any, browse: Callable[..., Any]
) -> None:
    address = "/deployments/plans/kayenta/"
    assert browse(vera).get(address).status_code == 403
    client = browse(mira)
    wrong = client.post(address, {"name": "shop", "base": STANDARD, "config": "{"})
    assert (wrong.status_code, b"This is not JSON" in wrong.content) == (422, True)
    deep = client.post(address, {"name": "shop", "base": STANDARD, "config": '{"metrics": 1}'})
    assert b"1 to 200 metrics" in deep.content
    assert client.post(address, {"name": "shop", "base": STANDARD, "config": json.dumps(CONFIG)}).status_code == 302
    assert "2 metrics, read from prometheus and pushed" in client.get(address).content.decode()


def test_the_forecast_takes_what_is_typed_or_what_was_counted(
    service: Callable[..., Any], vera: Any, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    entity = service("checkout")
    address = f"/deployments/forecast/checkout/?plan={STANDARD}"
    assert "type in its requests" in browse(vera).get(address).content.decode()
    assert api(vera).get(f"/api/v1/deployments/forecast/checkout/?plan={STANDARD}").status_code == 400
    typed = browse(vera).get(address + "&per_minute=7200&error_percent=1").content.decode()
    assert "as typed in" in typed
    value = {"hours": 24, "error_rate": 0.01, "per_minute": 7200}
    facts.publish(entity, traffic.FACT, value, source="deployments")
    counted = browse(vera).get(address).content.decode()
    assert "counted over 24" in counted
    told = api(vera).get(f"/api/v1/deployments/forecast/checkout/?plan={STANDARD}").json()
    assert (told["per_minute"], told["segments"]) == (7200, ["Canary", "Quarter", "Half"])
    assert told["sights"][2]["seconds"] == 360
    assert not RolloutPlan.objects.exists()


@pytest.mark.parametrize("query", ["per_minute=-1", "per_minute=x", "error_percent=100", "per_minute=nan", "plan=none"])
def test_traffic_that_cannot_be_is_told_and_never_a_500(
    query: str, service: Callable[..., Any], vera: Any, browse: Callable[..., Any]
) -> None:
    service("checkout")
    assert browse(vera).get(f"/deployments/forecast/checkout/?plan={STANDARD}&{query}").status_code == 422


def test_a_service_that_is_not_there_has_no_forecast(vera: Any, browse: Callable[..., Any], db: None) -> None:
    assert browse(vera).get("/deployments/forecast/nothing/").status_code == 404


def test_the_traffic_of_the_last_rollout_serves_where_none_was_counted(rolling: Callable[..., Rollout]) -> None:
    rollout = rolling()
    assert traffic.of(rollout.entity) is None
    filled(rollout)
    found = traffic.of(rollout.entity)
    assert found is not None
    assert (found.per_minute, found.rate) == (10_000, 0.01)


def test_a_replay_says_when_another_plan_would_have_rolled_back(
    rolling: Callable[..., Rollout], vera: Any, browse: Callable[..., Any], api: Callable[..., Any],
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    rollout = rolling()
    filled(rollout, rate=0.013)
    strict = {"judge": "thresholds", "metrics": [{"name": "errors", "limits": {"max": 0.011}}]}
    other = rolling_plan("strict", strict)
    client = browse(vera)
    assert "Choose a plan" in client.get(f"/deployments/rollouts/{rollout.pk}/replay/").content.decode()
    with django_assert_max_num_queries(16):
        page = client.get(f"/deployments/rollouts/{rollout.pk}/replay/?plan=strict").content.decode()
    assert "It would have been rolled back after" in page
    told = api(vera).get(f"/api/v1/deployments/rollouts/{rollout.pk}/replay/?plan={other}").json()
    assert (told["rolled_back_after"], told["judge"], told["state"]) == (120, "thresholds", "worse")
    same = api(vera).get(f"/api/v1/deployments/rollouts/{rollout.pk}/replay/?plan={rollout.plan.name}").json()
    assert same["rolled_back_after"] is None


def rolling_plan(name: str, analysis: dict[str, Any]) -> str:
    """A stored plan with this analysis."""
    RolloutPlan.objects.create(name=name, definition={**BUILT_IN[STANDARD], "analysis": analysis})
    return name


def test_a_replay_by_metrics_that_were_never_measured_says_so(
    rolling: Callable[..., Rollout], vera: Any, browse: Callable[..., Any]
) -> None:
    rollout = rolling()
    filled(rollout)
    rolling_plan("pushed", {"metrics": [PUSHED, P95]})
    page = browse(vera).get(f"/deployments/rollouts/{rollout.pk}/replay/?plan=pushed").content.decode()
    assert "Never measured in this rollout: Latency, p95" in page
    assert browse(vera).get(f"/deployments/rollouts/{rollout.pk}/replay/?plan=nothing").status_code == 422


def test_an_empty_rollout_has_nothing_to_replay(
    rolling: Callable[..., Rollout], vera: Any, browse: Callable[..., Any]
) -> None:
    rollout = rolling()
    page = browse(vera).get(f"/deployments/rollouts/{rollout.pk}/replay/?plan={STANDARD}").content.decode()
    assert "Nothing was measured" in page


def test_the_rollout_page_shows_each_metric_with_its_numbers_bound_and_assumption(
    rolling: Callable[..., Rollout], vera: Any, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    rollout = rolling({"metrics": [PUSHED, {**P95, "critical": False, "must_have_data": False, "group": "Speed"}]})
    address = f"/deployments/rollouts/{rollout.pk}/"
    assert browse(vera).get(address).status_code == 200
    assert api(vera).get(f"/api/v1{address}metrics/").json() == []
    filled(rollout)
    measure.assess(rollout, rollout.segments.first())  # type: ignore[arg-type]
    page = browse(vera).get(address).content.decode()
    for words in (
        "sequential test",
        "asks a person",
        "Speed",
        "1.00\u202f%",
        "over any number of looks",
        "hosts are alike",
    ):
        assert words in page
    names = [metric["name"] for metric in api(vera).get(f"/api/v1{address}metrics/").json()]
    assert names == ["orders", "p95"]


class Context:
    """A job's context without a run."""

    run = Run()

    def check(self) -> None: ...
    def progress(self, *_: Any) -> None: ...
    def log(self, *_: Any) -> None: ...


def test_a_place_that_does_not_answer_leaves_no_half_count(aws: Any, service: Callable[..., Any]) -> None:
    entity = service("checkout")
    items = [
        {"name": "checkout", "account": account, "region": "eu-west-1"} for account in ("111111111111", "999999999999")
    ]
    facts.publish(entity, "aws.lambda", {"items": items, "count": 2}, source="test")
    publish_hour()
    assert traffic.run(Context()) == {"services": 0, "silent": 1}  # type: ignore[arg-type]
    assert traffic.of(entity) is None


def publish_hour() -> None:
    """6,000 requests, 60 of them failed, an hour and a half ago."""
    from portal.aws import session

    client = session.client("111111111111", "eu-west-1", "cloudwatch", role="read")
    for name, value in (("Invocations", 6000), ("Errors", 60)):
        datum = {"MetricName": name, "Dimensions": [{"Name": "FunctionName", "Value": "checkout"}], "Value": value}
        client.put_metric_data(Namespace="AWS/Lambda", MetricData=[{**datum, "Timestamp": bucket(90)}])


def test_the_last_day_of_every_function_is_counted_and_left_as_a_fact(aws: Any, service: Callable[..., Any]) -> None:
    entity = service("checkout")
    item = {"name": "checkout", "account": "111111111111", "region": "eu-west-1"}
    facts.publish(entity, "aws.lambda", {"items": [item], "count": 1}, source="test")
    publish_hour()
    assert traffic.run(Context())["services"] == 1  # type: ignore[arg-type]
    found = traffic.of(entity)
    assert found is not None
    assert (found.per_minute, found.rate) == (100, 0.01)
    assert timezone.now().strftime("%b") in found.source
