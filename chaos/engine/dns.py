"""Which record sets of a DNS name point into a region, and how the name looks when traffic is away from it.

Rows are record sets as Route 53 writes them; all of one name and type share one routing policy. Sources: Route 53 API
reference, ResourceRecordSet; of weighted records whose weights are all 0, Route 53 answers with each as often.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
SIDES = "north|south|east|west|central|northeast|northwest|southeast|southwest"
REGION = re.compile(rf"(?<![a-z0-9])[a-z]{{2}}(?:-[a-z]+)?-(?:{SIDES})-\d(?!\d)")
SWAPPED = {"PRIMARY": "SECONDARY", "SECONDARY": "PRIMARY"}


class CannotLeave(ValueError):
    """Traffic cannot be taken away from the region; the message says why."""


def answers(row: Row) -> list[str]:
    """What a record set answers with: its values, or the name of its alias."""
    alias = row.get("AliasTarget")
    return [alias["DNSName"]] if alias else [value["Value"] for value in row.get("ResourceRecords") or []]


def region_of(row: Row) -> str:
    """The region into which a record set points: by its latency region, else its answers, else its identifier; or ""."""
    if row.get("Region"):
        return str(row["Region"])
    for text in (*answers(row), row.get("SetIdentifier", "")):
        found = REGION.search(text.lower())
        if found:
            return found[0]
    return ""


def pointing(rows: Sequence[Row], region: str) -> list[Row]:
    """The record sets that point into the region."""
    return [row for row in rows if region_of(row) == region]


def away(rows: Sequence[Row], region: str) -> dict[str, Row]:
    """The record sets by identifier once traffic is away from the region. Raises CannotLeave.

    Weighted ones get weight 0, latency ones are taken out, of a failover pair the two change places.
    """
    inside = pointing(rows, region)
    names = {row.get("SetIdentifier") for row in inside}
    outside = [row for row in rows if row.get("SetIdentifier") not in names]
    if not inside:
        raise CannotLeave(f"no record points into {region}")
    if all("Weight" in row for row in rows):
        _check(any(row["Weight"] for row in inside), f"the records of {region} have weight 0 already")
        _check(
            any(row["Weight"] for row in outside), "all other records have weight 0: nothing would be left to answer"
        )
        return {row["SetIdentifier"]: {**row, "Weight": 0} if row in inside else row for row in rows}
    if all("Region" in row for row in rows):
        _check(bool(outside), f"all records point into {region}: nothing would be left to answer")
        return {row["SetIdentifier"]: row for row in outside}
    if all("Failover" in row for row in rows):
        _check(any(row["Failover"] == "PRIMARY" for row in inside), f"{region} is only the secondary of this name")
        _check(any(row["Failover"] == "SECONDARY" for row in outside), f"the name has no secondary outside {region}")
        return {row["SetIdentifier"]: {**row, "Failover": SWAPPED[row["Failover"]]} for row in rows}
    raise CannotLeave("the records are neither weighted nor by latency nor a failover pair")


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise CannotLeave(otherwise)


def is_away(rows: Sequence[Row], region: str) -> bool:
    """Whether no record that gets traffic points into the region."""
    inside = pointing(rows, region)
    return not any(
        row["Weight"] > 0 if "Weight" in row else row.get("Failover", "PRIMARY") == "PRIMARY" for row in inside
    )


def back(before: Sequence[Row], now: Sequence[Row], region: str) -> dict[str, Row]:
    """The record sets by identifier that have to be put back: those that still are as `away` left them.

    What somebody else has changed since is left out; of a failover pair both go back, or neither.
    """
    left, seen = away(before, region), {row.get("SetIdentifier"): row for row in now}
    moved = {row["SetIdentifier"]: row for row in before if left.get(row["SetIdentifier"]) != row}
    ours = {name: row for name, row in moved.items() if seen.get(name) == left.get(name)}
    pair = any("Failover" in row for row in before)
    return {} if pair and len(ours) < len(moved) else ours


def steps(now: Sequence[Row], wanted: Mapping[str, Row | None]) -> list[tuple[str, Row]]:
    """(action, record set) that lead from `now` to `wanted`, in which None takes one out; others stay as they are.

    Two records must never both be PRIMARY, so what changes its place is deleted and created within one batch.
    """
    seen = {row.get("SetIdentifier"): row for row in now}
    changed = {name: row for name, row in wanted.items() if row != seen.get(name)}
    deleted, written = [], []
    for name, row in changed.items():
        old = seen.get(name)
        moves = old is not None and row is not None and old.get("Failover") != row.get("Failover")
        if old is not None and (row is None or moves):
            deleted.append(("DELETE", old))
        if row is not None:
            written.append(("CREATE" if moves or old is None else "UPSERT", row))
    return [*deleted, *written]
