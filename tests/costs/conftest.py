from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.costs.observed import put_group

if TYPE_CHECKING:
    from services.models import Entity


@pytest.fixture
def fleet(service: Callable[..., Entity]) -> Callable[..., Entity]:
    """Make a service with one auto scaling group of the same name, known by its fact."""

    def make(name: str = "reports", *, team: str = "data-platform", **fields: Any) -> Entity:
        entity = service(name, team=team, system="analytics")
        put_group(entity, **fields)
        return entity

    return make
