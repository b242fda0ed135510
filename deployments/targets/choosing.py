"""Choosing a kind of target: those come first of which discovery has found something for the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from deployments.targets.contract import TargetKind, targets
from services.models import Entity


@dataclass(frozen=True)
class Tab:
    """A link to the form of one kind."""

    label: str
    url: str
    active: bool


def kinds_for(entity: Entity) -> list[TargetKind]:
    """All kinds, in the order in which they are offered."""
    return sorted(targets.items(), key=lambda kind: not kind.choices(entity).get(kind.fields[0].name))


def tabs(kinds: Sequence[TargetKind], chosen: TargetKind, entity: Entity) -> list[Tab]:
    """A tab a kind."""
    where = reverse("deployments:new")
    return [
        Tab(kind.title, f"{where}?{urlencode({'service': entity.name, 'kind': kind.key})}", kind == chosen)
        for kind in kinds
    ]
