"""Pages say what is stored, in a constant number of queries, and never call AWS."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments import ingest
from deployments.engine.sequential import Interval, Rule
from deployments.engine.verdict import judge
from deployments.models import Deployment, Judgement, MetricSample, Rollout
from services.models import Entity


def many(services: int, each: int) -> None:
    """Deployments of several services."""
    now = timezone.now()
    entities = Entity.objects.bulk_create(
        [Entity(kind="component", name=f"service-{n}", owner_ref="group:default/payments") for n in range(services)]
    )
    Deployment.objects.bulk_create(
        Deployment(
            service=entity, version=f"1.{n}", source="ci", external_id=f"{entity.name}-{n}", state="succeeded",
            occurred_at=now - timedelta(hours=n), actor="=HYPERLINK()",
        )
        for entity in entities
        for n in range(each)
    )  # fmt: skip


@pytest.mark.parametrize("services", [10, 100])
def test_the_list_takes_the_same_queries_for_ten_and_a_thousand_rows(
    services: int, vera: Any, browse: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    many(services, 10)
    client = browse(vera)
    with django_assert_max_num_queries(14):
        reply = client.get("/deployments/")
    assert reply.status_code == 200


def test_the_list_filters_by_the_address_and_csv_gives_the_same_rows(vera: Any, browse: Callable[..., Any]) -> None:
    many(3, 4)
    client = browse(vera)
    page = client.get("/deployments/?service=service-1").context["page"]
    lines = list(csv.reader(io.StringIO(b"".join(client.get("/deployments/?service=service-1&format=csv")).decode())))
    assert page.paginator.count == len(lines) - 1 == 4
    assert {line[0] for line in lines[1:]} == {"component:default/service-1"}


def test_a_cell_of_the_csv_is_never_a_formula(vera: Any, browse: Callable[..., Any]) -> None:
    many(1, 1)
    body = b"".join(browse(vera).get("/deployments/?format=csv")).decode()
    assert "'=HYPERLINK()" in body


def test_an_empty_list_says_why_and_what_to_do(vera: Any, browse: Callable[..., Any]) -> None:
    body = browse(vera).get("/deployments/").content.decode()
    assert "No deployment has been reported yet" in body
    assert "No deployment fits" in browse(vera).get("/deployments/?service=nothing").content.decode()


def baking(rollout: Rollout, samples: int) -> None:
    """Five percent, judged."""
    now = timezone.now()
    segment = rollout.segments.all()[0]
    rollout.segments.filter(pk=segment.pk).update(state="baking", started_at=now - timedelta(seconds=20))
    Rollout.objects.update(state="running", target={**rollout.target, "restore": {"version": "41", "weights": {}}})
    MetricSample.objects.bulk_create(
        MetricSample(
            rollout=rollout, at=now - timedelta(seconds=10 * n), canary_requests=60, canary_errors=1, baseline_requests=1140,
            baseline_errors=11,
        )
        for n in range(samples)
    )  # fmt: skip
    verdict = judge([Interval(600, 6, 11_400, 110)], Rule(), minimum=100, counted=600, seconds=100)
    for _ in range(samples):
        Judgement.objects.create(
            rollout=rollout, segment=segment, state=verdict.state, evidence=0.5, verdict=verdict.as_dict()
        )


@pytest.mark.parametrize("samples", [10, 1000])
def test_the_rollout_page_shows_verdict_segments_and_steps_in_constant_queries(
    samples: int, rollout: Rollout, mira: Any, browse: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    baking(rollout, samples)
    client = browse(mira)
    with django_assert_max_num_queries(16):
        body = client.get(f"/deployments/rollouts/{rollout.pk}/").content.decode()
    for words in (
        "No worse than the baseline so far.",
        "Canary",
        "of cases",
        "roll back at 100 : 1",
        "started by mira",
        "Roll back",
    ):
        assert words in body, words
    assert "style=" not in body


def test_the_live_part_polls_only_while_the_rollout_is_active(
    rollout: Rollout, vera: Any, browse: Callable[..., Any]
) -> None:
    baking(rollout, 3)
    client, url = browse(vera), f"/deployments/rollouts/{rollout.pk}/"
    live = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "every 5s" in live
    assert "<html" not in live
    Rollout.objects.update(state="succeeded")
    assert "every 5s" not in client.get(url, headers={"HX-Request": "true"}).content.decode()


def test_a_viewer_sees_no_button_that_she_cannot_press(rollout: Rollout, vera: Any, browse: Callable[..., Any]) -> None:
    assert "/rollback/" not in browse(vera).get(f"/deployments/rollouts/{rollout.pk}/").content.decode()


def test_a_paused_rollout_says_why(rollout: Rollout, vera: Any, browse: Callable[..., Any]) -> None:
    Rollout.objects.update(state="paused", paused_reason="Guard: Frozen until Monday.")
    assert "Frozen until Monday." in browse(vera).get(f"/deployments/rollouts/{rollout.pk}/").content.decode()


def test_the_service_page_shows_the_rollout_and_the_history(
    rollout: Rollout, vera: Any, browse: Callable[..., Any]
) -> None:
    baking(rollout, 3)
    client, url = browse(vera), rollout.entity.get_absolute_url()
    assert "Rollout 2026.11.3" in client.get(url).content.decode()
    assert "three steps v1" in client.get(f"{url}deployments/").content.decode()


def test_a_rollout_is_found_again_from_the_list_after_it_has_ended(
    rollout: Rollout, vera: Any, browse: Callable[..., Any]
) -> None:
    ingest.from_rollout(rollout, "succeeded", timezone.now())
    Rollout.objects.update(state="succeeded")
    html = browse(vera).get("/deployments/").content.decode()
    assert f'href="{rollout.get_absolute_url()}"' in html


def test_unknown_rollouts_are_404(vera: Any, browse: Callable[..., Any], api: Callable[..., Any]) -> None:
    assert browse(vera).get("/deployments/rollouts/999/").status_code == 404
    assert api(vera).get("/api/v1/deployments/rollouts/999/").status_code == 404


def test_rest_tells_segments_and_judgements(rollout: Rollout, vera: Any, api: Callable[..., Any]) -> None:
    baking(rollout, 3)
    reply = api(vera).get(f"/api/v1/deployments/rollouts/{rollout.pk}/").json()
    assert [segment["weight"] for segment in reply["segments"]] == [5, 25, 100]
    assert reply["judgements"][0]["verdict"]["error_bound"] == 0.01


@pytest.mark.parametrize("rows", [3, 30])
def test_rest_lists_rollouts_in_constant_queries(
    rows: int,
    plan: Any,
    service: Callable[..., Any],
    vera: Any,
    api: Callable[..., Any],
    django_assert_max_num_queries: Any,
) -> None:
    from deployments.rollouts.start import plan_rollout

    for number in range(rows):
        plan_rollout(service(f"s-{number}"), plan, {}, version="1", by="mira")
    with django_assert_max_num_queries(6):
        assert len(api(vera).get("/api/v1/deployments/rollouts/").json()["results"]) == rows
