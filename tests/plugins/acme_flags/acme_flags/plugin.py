"""All that the plugin adds to the portal: one item in every registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from acme_flags.collect import collect, load_demo
from acme_flags.models import Flag
from portal import plugins
from portal.changes.kinds import Kind, kinds
from services.columns import Column, columns
from services.facts import FactSource, sources
from services.guards import Guard, GuardQuery, guards
from services.models import Entity


def panel(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The flags of one service; nothing to show without any."""
    flags = list(Flag.objects.filter(entity_ref=entity.ref))
    return {"flags": flags} if flags else None


def find(user: User, text: str, limit: int) -> list[plugins.SearchHit]:
    """Flags by name."""
    return [
        plugins.SearchHit(flag.name, "/flags/", flag.entity_ref)
        for flag in Flag.objects.filter(name__icontains=text)[:limit]
    ]


def upcoming(user: User) -> list[plugins.ActivityRow]:
    """Flags that should be removed this week."""
    return [plugins.ActivityRow(f"Remove {flag.name}", "/flags/") for flag in Flag.objects.filter(stale=True)[:3]]


def cells(entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    """How many flags each listed service has, in one query."""
    refs = list(
        Flag.objects.filter(entity_ref__in=[entity.ref for entity in entities]).values_list("entity_ref", flat=True)
    )
    return {entity.pk: str(refs.count(entity.ref)) for entity in entities}


def freeze(query: GuardQuery) -> str:
    """No chaos while a flag is stale: nobody knows which path would run."""
    stale = query.action == "chaos" and Flag.objects.filter(entity_ref=query.entity.ref, stale=True).exists()
    return "A stale feature flag is open." if stale else ""


plugins.nav.add(plugins.NavItem("acme_flags", "Flags", "acme_flags:list", "flag", order=90))
plugins.panels.add(plugins.Panel("acme_flags", "Feature flags", "service.side", "acme_flags/panel.html", panel))
plugins.jobs.add(plugins.Job("acme_flags.collect", "Collect feature flags", collect, every=600))
plugins.search.add(plugins.SearchSource("acme_flags", "Flags", find))
plugins.demo.add(plugins.DemoStep("acme_flags", "Feature flags", load_demo, order=900))
plugins.activities.add(plugins.Activity("acme_flags", "upcoming", upcoming))
columns.add(Column("acme_flags", "Flags", cells, align="right"))
sources.add(FactSource("acme_flags", "Feature flags", ("acme.flags",), {"acme.flags.stale": "number"}))
guards.add(Guard("acme_flags", "Stale flags", freeze))
kinds.add(
    Kind(
        "acme_flags.switch",
        "Switch a feature flag",
        observe=lambda target: {"stale": Flag.objects.get(name=target["name"]).stale},
        apply=lambda target: Flag.objects.filter(name=target["name"]).update(stale=True) and None,
        undo=lambda target, before: Flag.objects.filter(name=target["name"]).update(**before) and None,
        verify_applied=lambda target: Flag.objects.filter(name=target["name"], stale=True).exists(),
        verify_undone=lambda target, before: Flag.objects.filter(name=target["name"], **before).exists(),
    )
)
