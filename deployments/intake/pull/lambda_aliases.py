"""Lambda aliases: what has changed between two looks is a deployment. AWS keeps no history of an alias.

A further version that gets traffic is one that runs; when the alias points at it, it has succeeded; when the traffic is
taken from it, it was rolled back. What CodeDeploy or the portal's own rollouts did is theirs to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q

from deployments.intake.pull.contract import Look, Place, Source
from deployments.intake.record import Clue, Record
from deployments.models import Deployment
from deployments.models.states import DEPLOY, ROLLBACK, ROLLED_BACK, RUNNING, SUCCEEDED
from portal.aws import lambda_aliases
from portal.aws.lambda_aliases import AliasState

KEY = "lambda"
BEFORE = timedelta(minutes=15)
"""How long before a look somebody else's deployment may have ended and still explain what is seen."""


def read(place: Place) -> Look:
    """What has changed since the last look; the first look only remembers. Raises AwsError."""
    records: list[Record] = []
    seen: dict[str, Any] = {}
    for alias in lambda_aliases.aliases(place.account, place.region):
        told, seen[alias.key] = changes(place.seen.get(alias.key), alias, place)
        records += told
    return Look(records, seen)


def changes(before: Mapping[str, Any] | None, alias: AliasState, place: Place) -> tuple[list[Record], dict[str, Any]]:
    """(what to tell, what to remember): `version`, `canary`, `share`, and `id` of the deployment that is on its way."""
    now: dict[str, Any] = {
        "version": alias.version,
        "canary": alias.canary,
        "share": alias.weights.get(alias.canary, 0.0),
    }
    if before is None:
        return [], now | ({"id": _name(alias, alias.canary, place)} if alias.canary else {})
    told: list[Record] = []
    old = before.get("canary", "")
    if alias.version != before["version"]:
        name = (before.get("id") if old == alias.version else "") or _name(alias, alias.version, place)
        back = _number(alias.version) < _number(before["version"])
        told.append(
            _record(alias, place, alias.version, name, SUCCEEDED, kind=ROLLBACK if back else DEPLOY, weight=100.0)
        )
    if old and old not in (alias.canary, alias.version):
        told.append(_record(alias, place, old, before.get("id", ""), ROLLED_BACK, weight=0.0, contained=True))
    if alias.canary:
        now["id"] = (before.get("id") if old == alias.canary else "") or _name(alias, alias.canary, place)
        if old != alias.canary or before.get("share") != now["share"]:
            told.append(_record(alias, place, alias.canary, now["id"], RUNNING, weight=round(100 * now["share"], 2)))
    return told, now


def explained(record: Record, service: int, place: Place) -> bool:
    """Whether CodeDeploy or a rollout of the portal was at work on the service."""
    since = (place.last or place.now) - BEFORE
    others = Deployment.objects.filter(service=service, source__in=("codedeploy", "colonnade"))
    return others.filter(Q(state=RUNNING) | Q(occurred_at__gte=since)).exists()


def _name(alias: AliasState, version: str, place: Place) -> str:
    return f"{place.account}/{place.region}/{alias.key}@{version}@{place.now:%Y%m%dT%H%M%S}"[-200:]


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0


def _record(
    alias: AliasState, place: Place, version: str, name: str, status: str, *, kind: str = DEPLOY, **more: Any
) -> Record:
    return Record(
        dialect=KEY, event_id="", source=KEY, kind=kind, external_id=name, occurred_at=place.now, account=place.account,
        region=place.region, service=Clue(arn=alias.function_arn, application=alias.function), version=version, status=status,
        started_at=place.now, finished_at=place.now if status != RUNNING else None, strategy="alias weights", **more,
    )  # fmt: skip


SOURCE = Source(KEY, 300, read, explained)
