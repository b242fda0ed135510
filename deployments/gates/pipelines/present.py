"""Pipelines in the words and shapes of their pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deployments.gates.pipelines.policies import Effective
from deployments.models import Pipeline
from portal.aws.models import Account

STATUS = {
    "": ("not run yet", "neutral", "circle-dashed"),
    "InProgress": ("running", "info", "activity"),
    "Succeeded": ("succeeded", "good", "circle-check"),
    "Failed": ("failed", "poor", "x"),
    "Stopped": ("stopped", "neutral", "player-stop"),
    "Stopping": ("stopping", "fair", "player-stop"),
    "Cancelled": ("cancelled", "neutral", "x"),
    "Superseded": ("superseded", "neutral", "circle-minus"),
    "Skipped": ("skipped", "neutral", "circle-minus"),
    "Created": ("created", "neutral", "circle-dashed"),
    "Queued": ("queued", "neutral", "clock"),
    "Ready": ("ready", "info", "clock"),
    "Baking": ("baking", "info", "hourglass"),
}


@dataclass(frozen=True)
class Badge:
    """A word with its colour and icon."""

    label: str
    kind: str
    icon: str


def badge(status: str) -> Badge:
    """How a run or a deployment went; a status that AWS adds later is shown as it is."""
    return Badge(*STATUS.get(status, (status, "neutral", "circle-dashed")))


def stages(row: Pipeline) -> list[dict[str, Any]]:
    """The strip: each stage with its state in colour, icon and words, and a lock where the way into it is closed."""
    return [_stage(stage) for stage in row.stages]


def _stage(stage: dict[str, Any]) -> dict[str, Any]:
    waits = stage["approvals"]
    words = Badge("waits for approval", "fair", "user-check") if waits else badge(stage["status"])
    at = stage["changed_at"]
    return {
        **stage, "badge": words, "at": datetime.fromisoformat(at) if at else None,
        "who": stage["changed_by"].rpartition("/")[2] or "somebody",
        "approvals": [{**one, "since": datetime.fromisoformat(one["since"]) if one["since"] else None} for one in waits],
    }  # fmt: skip


def places(rows: Iterable[Pipeline]) -> dict[str, Any]:
    """Accounts by regions: how many pipelines there are, and how many wait, are closed or failed last."""
    found = list(rows)
    regions = sorted({row.region for row in found})
    names = dict(Account.objects.values_list("account_id", "name"))
    table = []
    for account in sorted({row.account for row in found}):
        cells = [_cell(account, region, found) for region in regions]
        table.append({"account": account, "name": names.get(account, account), "cells": cells})
    return {"regions": regions, "rows": table}


def _cell(account: str, region: str, rows: list[Pipeline]) -> dict[str, Any]:
    mine = [row for row in rows if (row.account, row.region) == (account, region)]
    failed, closed = sum(row.status == "Failed" for row in mine), sum(row.closed for row in mine)
    waiting = sum(row.waiting for row in mine)
    parts = ((failed, "failed"), (closed, "closed"), (waiting, "waiting"))
    note = ", ".join(f"{count} {word}" for count, word in parts if count)
    return {
        "region": region, "count": len(mine), "note": note or ("all move" if mine else ""),
        "state": "poor" if failed else "fair" if closed or waiting else "good",
    }  # fmt: skip


def policy_words(effective: Effective) -> str:
    """The policy in a sentence."""
    if effective.policy == "block":
        return f"A broken AWS Config rule closes the way into {effective.stage}; it opens by itself once all are kept."
    if effective.policy == "warn":
        return "A broken AWS Config rule is shown here and closes nothing."
    return "AWS Config rules do not matter here."


def closed_words(pipeline: Pipeline, stage: str, rules: tuple[str, ...]) -> str:
    """Why the portal holds the way into a stage closed, and what opens it."""
    name = pipeline.service.label if pipeline.service is not None else pipeline.name
    if not rules:
        return f"No run enters {stage} until AWS Config says that {name} keeps its rules again."
    return f"No run enters {stage} while {name} breaks {', '.join(rules)}. It opens by itself once they are kept."
