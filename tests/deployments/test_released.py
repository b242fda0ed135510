"""Which version runs, as a fact, whoever reported the deployment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from deployments import released
from deployments.models import Deployment
from services import facts


def deployed(entity: Any, version: str, state: str = "succeeded", **ago: float) -> None:
    """A deployment that somebody reported."""
    at = timezone.now() - timedelta(**ago)
    Deployment.objects.create(
        service=entity, version=version, source="ci", external_id=version, state=state, occurred_at=at, finished_at=at
    )


def test_the_newest_deployment_that_succeeded_is_the_version(service: Callable[..., Any]) -> None:
    entity = service()
    deployed(entity, "1.0", hours=3)
    deployed(entity, "1.1", hours=1)
    deployed(entity, "1.2", state="failed", minutes=5)
    assert released.publish_all() == 1
    assert facts.current(entity)[released.FACT].value["version"] == "1.1"
    assert released.publish_all() == 0


def test_a_service_that_nobody_released_has_no_version(service: Callable[..., Any]) -> None:
    entity = service()
    assert released.publish_all() == 0
    assert released.FACT not in facts.current(entity)
