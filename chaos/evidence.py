"""The job `chaos.evidence`: a proof is void when the version or the configuration that it was given for is gone.

A void proof no longer passes, and says why in its own sentence, which becomes the cause of the score that falls. Where the
old version or configuration comes back, so does the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chaos.coverage import SOURCE
from chaos.engine.evidence import STABLE, Told, fingerprint, void_because
from chaos.proof import RELEASES, deployed_version
from portal.jobs.context import JobContext
from services import facts
from services.facts import FactView
from services.models import Entity, Fact

PROOF = "chaos.proof"
READ = (PROOF, *RELEASES, *STABLE)


def run(context: JobContext) -> dict[str, Any]:
    """The job: all services with a proof, in two reads; only what changed is written."""
    return {"changed": review_all()}


def review_all() -> int:
    """Look at every proof; answers how many changed."""
    holders = Fact.objects.filter(key=PROOF, valid_to=None).values("entity")
    services = list(Entity.objects.services().filter(pk__in=holders))
    known = facts.bulk_current(services, keys=READ)
    return sum(review(service, known.get(service.pk, {})) for service in services)


def review(service: Entity, known: Mapping[str, FactView]) -> bool:
    """Void or revive the proofs of one service. True where something changed."""
    fact = known.get(PROOF)
    if fact is None or "at" not in fact.value:
        return False
    by_fault = {key: _judged(result, known) for key, result in fact.value.get("by_fault", {}).items()}
    value = {**fact.value, "by_fault": by_fault, **_newest(fact.value, by_fault)}
    if value.get("summary") == "":
        del value["summary"]
    if value == fact.value:
        return False
    facts.publish(
        service, PROOF, value, source=SOURCE, observed_at=fact.observed_at, expires_at=fact.expires_at, url=fact.url
    )
    return True


def told(result: Mapping[str, Any]) -> Told:
    """What a result of the fact says, whether or not it is void now."""
    passed = bool(result.get("proven", result.get("passed")))
    return Told(passed, str(result.get("version", "")), str(result.get("configuration", "")))


def why_void(result: Mapping[str, Any], mode: str, known: Mapping[str, FactView]) -> str:
    """Why a result that passed no longer speaks of the service, or ""."""
    version = deployed_version(known)
    why = void_because(told(result), version, configuration(mode, known))
    release = known.get("deployments.release")
    if why or release is None or result.get("version") or not result.get("at"):
        return why
    later = datetime.fromisoformat(release.value["at"]) > datetime.fromisoformat(result["at"])
    return f"version {version} was released after it was proven" if later else ""


def configuration(mode: str, known: Mapping[str, FactView]) -> str:
    """The fingerprint of what this failure mode touches, as discovery saw it last."""
    return fingerprint(mode, {key: fact.value.get("items", []) for key, fact in known.items() if key in STABLE})


def _judged(result: dict[str, Any], known: Mapping[str, FactView]) -> dict[str, Any]:
    said = told(result)
    if "at" not in result or not said.passed:
        return result
    why = why_void(result, str(result.get("mode", "")), known)
    return {**result, "proven": True, "passed": not why, "void": why}


def _newest(value: Mapping[str, Any], by_fault: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The newest result at the top of the fact goes with its own entries below."""
    mine = [result for result in by_fault.values() if result.get("url") == value.get("url")]
    others = [result for result in by_fault.values() if result.get("void")]
    why = next((str(result["void"]) for result in mine if result.get("void")), "")
    said = next((f"the proof “{r['title']}” is void: {r['void']}" for r in (*mine, *others) if r.get("void")), "")
    top = {"passed": bool(value.get("proven")) and not why, "void": why} if "proven" in value else {}
    return {**top, "summary": said}
