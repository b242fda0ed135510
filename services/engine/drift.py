"""Drift: where the descriptor of a service and what AWS shows of it say different things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """What one side says of a service; "" and None where it says nothing. `owner` is a team's bare name."""

    owner: str = ""
    lifecycle: str = ""
    tier: int | None = None


@dataclass(frozen=True)
class Resource:
    """A resource by its ref, its name in AWS and its ARN ("" where a descriptor names none)."""

    ref: str
    name: str
    arn: str = ""


@dataclass(frozen=True)
class Difference:
    """One disagreement. `kind` is owner, lifecycle, tier, missing or undeclared; `fix` says what to do in one sentence."""

    kind: str
    subject: str
    declared: str
    real: str
    fix: str


def words(said: Word, seen: Word) -> list[Difference]:
    """Owner, lifecycle and tier: the descriptor against the tags of most resources. Silence is no disagreement."""
    found = []
    if said.owner and seen.owner and said.owner != seen.owner:
        fix = f"Set the tag team to {said.owner} on its resources, or spec.owner to {seen.owner} in the descriptor."
        found.append(Difference("owner", "Owner", said.owner, seen.owner, fix))
    if _lifecycles_differ(said.lifecycle, seen.lifecycle):
        fix = f"Set spec.lifecycle to {seen.lifecycle}, or correct the tag env of its resources."
        found.append(Difference("lifecycle", "Lifecycle", said.lifecycle, seen.lifecycle, fix))
    if said.tier is not None and seen.tier is not None and said.tier != seen.tier:
        fix = f"Set the tag tier to {said.tier} on its resources, or spec.tier to {seen.tier} in the descriptor."
        found.append(Difference("tier", "Tier", str(said.tier), str(seen.tier), fix))
    return found


def _lifecycles_differ(said: str, seen: str) -> bool:
    """What is deprecated still runs in production; only production against anything before it is a disagreement."""
    return {said, seen} == {"production", "experimental"}


def missing(declared: Sequence[Resource], everything: Sequence[Resource]) -> list[Difference]:
    """Resources that the descriptor depends on and that no account has, by ARN where it names one, else by name."""
    if not declared:
        return []
    arns, refs = {one.arn for one in everything}, {one.ref for one in everything}
    names = {one.name.lower() for one in everything}
    return [
        Difference(
            "missing", one.name, one.ref, "not found in AWS",
            f"Take {one.ref} out of spec.dependsOn if it was deleted; else correct its name, "
            "or give it the annotation aws/arn.",
        )
        for one in declared
        if (one.arn not in arns if one.arn else one.ref not in refs and one.name.lower() not in names)
    ]  # fmt: skip


def undeclared(declared: Sequence[Resource], leaned_on: Sequence[Resource]) -> list[Difference]:
    """Resources that the service leans on and its descriptor leaves out.

    Only judged where the descriptor names resources at all: many leave that to discovery, and that is no disagreement.
    """
    if not declared:
        return []
    arns, refs = {one.arn for one in declared if one.arn}, {one.ref for one in declared}
    names = {one.name.lower() for one in declared if not one.arn}
    return [
        Difference("undeclared", one.name, "not named", one.ref, f"Add {one.ref} to spec.dependsOn.")
        for one in leaned_on
        if one.arn not in arns and one.ref not in refs and one.name.lower() not in names
    ]
