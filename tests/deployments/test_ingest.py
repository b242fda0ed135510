"""Deployments are reported from anywhere, twice and out of order, and stand once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from deployments import ingest
from deployments.models import Deployment
from services.models import Entity

BODY = {
    "service": "checkout", "version": "2026.11.3", "source": "github", "external_id": "42", "state": "running",
    "occurred_at": "2026-11-20T10:00:00Z",
}  # fmt: skip


def test_the_same_deployment_sent_twice_changes_nothing(
    service: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    first = api(mira).post("/api/v1/deployments/", BODY)
    second = api(mira).post("/api/v1/deployments/", BODY)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Deployment.objects.count() == 1


def test_a_deployment_that_ended_does_not_run_again(
    service: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    done = {**BODY, "state": "succeeded", "occurred_at": "2026-11-20T10:05:00Z"}
    api(mira).post("/api/v1/deployments/", done)
    api(mira).post("/api/v1/deployments/", BODY)
    api(mira).post("/api/v1/deployments/", {**BODY, "occurred_at": "2026-11-20T10:09:00Z"})
    assert Deployment.objects.get().state == "succeeded"


def test_another_service_cannot_take_over_a_deployment(
    service: Callable[..., Any], mira: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    service("ledger")
    api(mira).post("/api/v1/deployments/", BODY)
    assert api(mira).post("/api/v1/deployments/", {**BODY, "service": "ledger"}).status_code == 400
    assert Deployment.objects.get().service.name == "checkout"


def test_only_an_editor_of_the_team_reports_for_it(
    service: Callable[..., Any], vera: Any, ana: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    assert api(vera).post("/api/v1/deployments/", BODY).status_code == 403
    assert api(ana).post("/api/v1/deployments/", BODY).status_code == 403
    assert not Deployment.objects.exists()


def test_the_portals_own_sources_are_taken(service: Callable[..., Any], mira: Any, api: Callable[..., Any]) -> None:
    service("checkout")
    for source in ("colonnade", "codedeploy", "=cmd"):
        assert api(mira).post("/api/v1/deployments/", {**BODY, "source": source}).status_code == 400


class AnyOrder(TestCase):
    """Reports in any order and number."""

    @given(
        st.lists(
            st.tuples(st.integers(0, 5), st.sampled_from(["running", "succeeded", "failed"])), min_size=1, max_size=8
        )
    )
    def test_the_newest_report_that_does_not_go_backwards_stands(self, reports: list[tuple[int, str]]) -> None:
        """One row, the newest time of all that was accepted, and never running after an end."""
        entity = Entity.objects.create(kind="component", name="checkout")
        begin, ended = timezone.now(), False
        for minute, state in reports:
            at = begin + timedelta(minutes=minute)
            row, _ = ingest.record(entity, source="ci", external_id="1", occurred_at=at, version="1", state=state)
            assert not (ended and row.state == "running")
            ended = ended or row.state != "running"
        assert Deployment.objects.count() == 1
