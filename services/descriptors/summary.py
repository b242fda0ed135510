"""The fact `catalog.descriptor`: what a component's descriptor says and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.descriptors.ends import Edge

DOCS = ("backstage.io/techdocs-ref", "backstage.io/techdocs-entity")
ONCALL = (
    "pagerduty.com/service-id",
    "pagerduty.com/integration-key",
    "opsgenie.com/component-selector",
    "colonnade/oncall",
)
SOURCES = ("backstage.io/source-location", "github.com/project-slug", "gitlab.com/project-slug")


def tier_of(data: Mapping[str, Any]) -> int | None:
    """The tier: `spec.tier`, or the label `tier`; None where neither says it."""
    tier = data.get("spec", {}).get("tier", data.get("metadata", {}).get("labels", {}).get("tier"))
    if isinstance(tier, str) and tier.isdecimal():
        tier = int(tier[:2])
    return tier if isinstance(tier, int) and not isinstance(tier, bool) and 0 <= tier <= 9 else None


def summary(data: Mapping[str, Any], edges: Sequence[Edge]) -> dict[str, Any]:
    """The fact's value. Docs, runbook and on-call count where an annotation, or a link's type or title, names them."""
    metadata, spec = data["metadata"], data.get("spec", {})
    annotations = metadata.get("annotations", {})
    links = metadata.get("links", [])
    words = " ".join(f"{link.get('type', '')} {link.get('title', '')}" for link in links).lower()
    return {
        "owner": spec.get("owner", ""),
        "has_owner": bool(spec.get("owner")),
        "has_description": bool(metadata.get("description")),
        "has_docs": any(annotations.get(key) for key in DOCS) or "docs" in words or "documentation" in words,
        "has_runbook": bool(annotations.get("colonnade/runbook")) or "runbook" in words,
        "has_oncall": any(annotations.get(key) for key in ONCALL) or "on-call" in words or "oncall" in words,
        "has_dashboard": "dashboard" in words,
        "has_source": any(annotations.get(key) for key in SOURCES),
        "has_system": bool(spec.get("system")),
        "has_tier": tier_of(data) is not None,
        "lifecycle": spec.get("lifecycle", ""),
        "type": spec.get("type", ""),
        "system": spec.get("system", ""),
        "tier": tier_of(data),
        "depends_on": sorted(edge.target for edge in edges if edge.type == "dependsOn"),
        "provides_apis": sorted(edge.target for edge in edges if edge.type == "providesApi"),
    }
