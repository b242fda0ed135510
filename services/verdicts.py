"""What is worth saying first about an entity that is no service, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from services.models import Entity, Relation
from services.naming import MANY, ONE


@dataclass(frozen=True)
class Verdict:
    """A state, a sentence, and what carries it."""

    state: str
    sentence: str
    detail: str = ""

    @property
    def icon(self) -> str:
        """The icon of the state."""
        return {"good": "check", "fair": "alert-triangle", "poor": "alert-triangle"}.get(self.state, "info-circle")


def of(entity: Entity) -> Verdict | None:
    """The verdict of its kind; None where there is none to give."""
    judge = JUDGES.get(entity.kind)
    return judge(entity) if judge else None


def plural(count: int, kind: str) -> str:
    """A number with the word for the kind."""
    return f"{count} {ONE[kind] if count == 1 else MANY[kind]}"


def listed(words: list[str]) -> str:
    """Words as a list with a last "and"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _ends(entity: Entity) -> Mapping[str, int]:
    """How many ends of each type it has."""
    rows = Relation.objects.filter(source_ref=entity.ref).order_by().values("type")
    return {row["type"]: row["count"] for row in rows.annotate(count=Count("target_ref", distinct=True))}


def _held(**wanted: str) -> tuple[Mapping[str, int], int]:
    """Live entities by kind, and how many of the services are deprecated."""
    rows = Entity.objects.live().filter(**wanted).order_by().values("kind")
    found = list(rows.annotate(count=Count("pk"), leaving=Count("pk", filter=Q(lifecycle="deprecated"))))
    leaving = sum(row["leaving"] for row in found if row["kind"] == "component")
    return {row["kind"]: row["count"] for row in found}, leaving


def _holds(verb: str, held: Mapping[str, int], leaving: int, none: str) -> Verdict:
    words = [plural(held[kind], kind) for kind in ("component", "api", "resource", "system") if held.get(kind)]
    if not words:
        return Verdict("stale", none)
    detail = f"{plural(leaving, 'component')} of them {'is' if leaving == 1 else 'are'} deprecated." if leaving else ""
    return Verdict("fair" if leaving else "good", f"{verb} {listed(words)}.", detail)


def _system(entity: Entity) -> Verdict:
    return _holds("Holds", *_held(system_ref=entity.ref), "Nothing says that it belongs to this system.")


def _team(entity: Entity) -> Verdict:
    held, leaving = _held(owner_ref=entity.ref)
    people = _ends(entity).get("hasMember", 0)
    found = _holds("Owns", held, leaving, "Owns nothing yet.")
    who = (
        f"{plural(people, 'user')} {'belongs' if people == 1 else 'belong'} to it."
        if people
        else "Nobody belongs to it."
    )
    state = found.state if people or found.state == "stale" else "fair"
    return Verdict(state, found.sentence, f"{found.detail} {who}".strip())


def _domain(entity: Entity) -> Verdict:
    parts = Relation.objects.filter(source_ref=entity.ref, type="hasPart", target_ref__startswith="system:")
    systems = list(parts.values_list("target_ref", flat=True).distinct())
    if not systems:
        return Verdict("stale", "No system says that it is part of this domain.")
    services = Entity.objects.services().filter(system_ref__in=systems).count()
    return Verdict("good", f"Holds {plural(len(systems), 'system')} with {plural(services, 'component')}.")


def _user(entity: Entity) -> Verdict:
    teams = Relation.objects.filter(source_ref=entity.ref, type="memberOf").values_list("target_ref", flat=True)
    refs = list(teams.distinct())
    if not refs:
        return Verdict("stale", "Belongs to no team.", "A team's spec.members or this person's spec.memberOf says so.")
    services = Entity.objects.services().filter(owner_ref__in=refs).count()
    own = f"{'which owns' if len(refs) == 1 else 'which own'} {plural(services, 'component')}"
    return Verdict("neutral", f"Belongs to {plural(len(refs), 'group')}, {own}.")


def _api(entity: Entity) -> Verdict:
    ends = _ends(entity)
    providers, callers = ends.get("apiProvidedBy", 0), ends.get("apiConsumedBy", 0)
    called = f"called by {plural(callers, 'component')}" if callers else "nobody calls it"
    if not providers:
        return Verdict("poor", f"Nobody provides it, and {called}.", "A component's spec.providesApis says who does.")
    sentence = f"Provided by {plural(providers, 'component')}, {called}."
    if entity.lifecycle == "deprecated" and callers:
        return Verdict("fair", sentence, "It is deprecated, and still called.")
    return Verdict("good", sentence)


def _resource(entity: Entity) -> Verdict:
    users = _ends(entity).get("dependencyOf", 0)
    if not users:
        return Verdict("stale", "No service says that it leans on this resource.")
    return Verdict("good" if entity.owner_ref else "fair", f"{plural(users, 'component')} {'leans' if users == 1 else 'lean'} on it.",
                   "" if entity.owner_ref else "Nobody owns it.")  # fmt: skip


JUDGES = {
    "system": _system, "group": _team, "domain": _domain, "user": _user, "api": _api, "resource": _resource,
}  # fmt: skip
