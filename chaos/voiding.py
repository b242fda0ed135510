"""The job `chaos.void`: a proof is void once another version is released, or what it rests on is configured otherwise.

What was proven stays on record with its run; only `passed` of the fault turns false, with the reason beside it, so that
the score moves and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chaos.coverage import SOURCE
from chaos.proof import deployed_version
from chaos.resting import RESTS_ON, Known, configuration
from portal.jobs.context import JobContext
from services import facts
from services.models import Entity

PROOF = "chaos.proof"


def why_void(fault: str, result: Mapping[str, Any], known: Known) -> str:
    """Why this result no longer counts, "" while it does."""
    proven, deployed = str(result.get("version", "")), deployed_version(known)
    if deployed and proven and deployed != proven:
        return f"It was proven for {proven}; {deployed} has been released since."
    released = _released(known)
    if released > datetime.fromisoformat(result["at"]):
        return f"{deployed or 'Another version'} was released on {released:%-d %B %Y at %H:%M} UTC, after the proof."
    now = configuration(fault, known)
    if now and result.get("configuration") and now != result["configuration"]:
        what = RESTS_ON[fault][0].removeprefix("aws.")
        return f"The configuration that it rests on ({what}) has changed since."
    return ""


def _released(known: Known) -> datetime:
    """When the newest release was reported to have landed, as an aware time; the beginning of time where nobody said."""
    said = known["deployments.pipeline"].value.get("released_at") if "deployments.pipeline" in known else None
    return datetime.fromisoformat(said or "1970-01-01T00:00:00+00:00")


def voided(value: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """The value of `chaos.proof` with what no longer counts marked: `passed` false, `void` true and `why`."""
    by_fault = dict(value.get("by_fault", {}))
    for fault, result in by_fault.items():
        why = why_void(fault, result, known) if result.get("passed") and "at" in result else ""
        if why:
            by_fault[fault] = {**result, "passed": False, "void": True, "why": why}
    return {**value, "by_fault": by_fault}


def run(context: JobContext) -> dict[str, Any]:
    """The job: all services with a proof, in a constant number of reads; only what changed is written."""
    return {"voided": void_all()}


def void_all() -> int:
    """Void what no longer counts. Answers how many proofs did."""
    services = list(Entity.objects.services().filter(facts__key=PROOF, facts__valid_to=None).distinct())
    known = facts.bulk_current(services) if services else {}
    return facts.publish_all(_changed(services, known))


def _changed(services: Iterable[Entity], known: Mapping[int, Known]) -> list[facts.Observation]:
    found = []
    for service in services:
        proof = known.get(service.pk, {}).get(PROOF)
        value = voided(proof.value, known[service.pk]) if proof else None
        if proof and value != proof.value:
            found.append(facts.Observation(service, PROOF, value or {}, SOURCE, None, proof.expires_at, proof.url))
    return found
