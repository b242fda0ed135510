"""The three verdicts as facts, which checks and the list of kinds read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.engine import mesh
from services.engine.request_path import ways
from services.facts import FactSource
from services.kinds.judgement import ADVICE, MESH, SERVERLESS, Kinds


def values(kinds: Kinds) -> dict[str, dict[str, Any]]:
    """Fact key → value. A service without a mesh has no `catalog.mesh`, one without stores and answers no advice."""
    found = {SERVERLESS: _serverless(kinds)}
    if kinds.meshes or kinds.member_of:
        found[MESH] = _mesh(kinds)
    advice = kinds.advice
    if advice.match != "unanswered" or kinds.stores:
        found[ADVICE] = _advice(kinds)
    return found


def _serverless(kinds: Kinds) -> dict[str, Any]:
    said, fronts = kinds.serverless, ways(kinds.items)
    return {
        "verdict": said.verdict,
        "full": said.full,
        "code": sorted({part.kind for part in said.having("code")}),
        "obstacles": [f"{part.name}: {part.words}" for part in said.obstacles],
        "obstacle_count": len(said.obstacles),
        "fronts": sorted({way.kind for way in fronts}),
        "warnings": [f"{way.name}: {way.warning}" for way in fronts if way.warning],
    }


def _mesh(kinds: Kinds) -> dict[str, Any]:
    technologies = sorted({str(item.get("technology", "")) for item in kinds.meshes})
    added = [entry.added_ms for entry in map(mesh.latency, kinds.meshes) if entry.added_ms is not None]
    joined = sorted({entry.technology for entry in kinds.member_of})
    found: dict[str, Any] = {
        "technology": (technologies or joined or [""])[0],
        "technologies": technologies,
        "ended": mesh.APP_MESH in technologies,
        "misfits": list(kinds.misfits),
        "measured": bool(added),
        "member_of": [asdict(entry) for entry in kinds.member_of],
    }
    return found | ({"added_ms": max(added)} if added else {})


def _advice(kinds: Kinds) -> dict[str, Any]:
    said = kinds.advice
    return {
        "match": said.match,
        "severity": said.severity,
        "because": said.because,
        "pair": said.pie.pair if said.pie else "",
        "first": said.ranked[0].family if said.ranked else "",
        "tension": bool(said.pie and said.pie.tension),
        "retired": [f"{store.name} ({gone.service})" for store, gone in said.retired],
        "fits": [
            {"name": fit.store.name, "family": fit.store.family, "fit": fit.severity or "match"} for fit in said.fits
        ],
        "confidence": said.confidence,
        "cache": said.cache.state if said.cache else "unknown",
    }


SOURCE = FactSource(
    "catalog.kinds",
    "Kinds of services",
    (SERVERLESS, MESH, ADVICE),
    {
        SERVERLESS: "object", f"{SERVERLESS}.verdict": "string", f"{SERVERLESS}.full": "boolean",
        f"{SERVERLESS}.code": "array", f"{SERVERLESS}.obstacles": "array", f"{SERVERLESS}.obstacle_count": "number",
        f"{SERVERLESS}.fronts": "array", f"{SERVERLESS}.warnings": "array",
        MESH: "object", f"{MESH}.technology": "string", f"{MESH}.technologies": "array", f"{MESH}.ended": "boolean",
        f"{MESH}.misfits": "array", f"{MESH}.measured": "boolean", f"{MESH}.added_ms": "number",
        f"{MESH}.member_of": "array",
        ADVICE: "object", f"{ADVICE}.match": "string", f"{ADVICE}.severity": "string", f"{ADVICE}.pair": "string",
        f"{ADVICE}.because": "string", f"{ADVICE}.first": "string", f"{ADVICE}.tension": "boolean",
        f"{ADVICE}.retired": "array", f"{ADVICE}.fits": "array", f"{ADVICE}.confidence": "number",
        f"{ADVICE}.cache": "string",
    },
    order=30, names={SERVERLESS: "Serverless", MESH: "Mesh", ADVICE: "Database advice"},
)  # fmt: skip
