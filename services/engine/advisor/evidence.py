"""What AWS shows of the stores in use beside the answers. It may make the advice surer; it never changes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.engine.advisor.questionnaire import Answers

Items = Mapping[str, Sequence[Mapping[str, Any]]]
MANY_INDEXES = 10
STEP, MOST = 0.05, 0.15


@dataclass(frozen=True)
class Evidence:
    """One observation. `agrees` is True or False where it speaks for or against an answer, None where it only informs."""

    words: str
    agrees: bool | None


def evidence(items: Items, answers: Answers) -> tuple[Evidence, ...]:
    """What the configuration of the stores and CloudWatch say about the answers."""
    return (
        *_indexes(items, answers), *_replicas(items, answers), *_loss(items, answers), *_nodes(items, answers),
        *_use(items, answers),
    )  # fmt: skip


def confidence(answers: Answers, seen: Sequence[Evidence]) -> float:
    """0 to 1: 0.3 for nothing answered up to 0.8 for everything, and 0.05 for each observation that agrees, at most 0.15."""
    agreeing = sum(1 for entry in seen if entry.agrees)
    return round(0.3 + 0.5 * answers.answered + min(MOST, STEP * agreeing), 2)


def _indexes(items: Items, answers: Answers) -> Iterator[Evidence]:
    for row in items.get("aws.dynamodb", ()):
        count = int(row.get("indexes") or 0)
        if count > MANY_INDEXES:
            known = answers.access_patterns == "known"
            yield Evidence(f"{row['name']} has {count} global indexes: its ways to ask are many.", not known)
        elif answers.access_patterns == "known":
            words = f"{count or 'no'} global index{'' if count == 1 else 'es'}"
            yield Evidence(f"{row['name']} has {words}: few ways to ask, as answered.", True)


def _replicas(items: Items, answers: Answers) -> Iterator[Evidence]:
    for row in items.get("aws.dynamodb", ()):
        if row.get("replicas"):
            agrees = None if answers.multi_region_writes is None else answers.multi_region_writes
            yield Evidence(f"{row['name']} is a global table in {len(row['replicas']) + 1} Regions.", agrees)
    if answers.multi_region_writes and items.get("aws.rds"):
        yield Evidence("Its relational database takes writes in one Region only.", False)


def _loss(items: Items, answers: Answers) -> Iterator[Evidence]:
    if answers.durable is None:
        return
    for row in items.get("aws.rds", ()):
        kept = bool(row.get("multi_az")) and int(row.get("backup_days") or 0) > 0
        words = "in several zones with backups" if kept else "in one zone or without backups"
        yield Evidence(f"{row['name']} runs {words}.", kept == answers.durable)
    for row in items.get("aws.dynamodb", ()):
        recovery = bool(row.get("point_in_time_recovery"))
        words = "can be restored to any second" if recovery else "cannot be restored to a point in time"
        yield Evidence(f"{row['name']} {words}.", recovery == answers.durable)


def _nodes(items: Items, answers: Answers) -> Iterator[Evidence]:
    for row in items.get("aws.dynamodb", ()):
        if row.get("billing_mode") == "PROVISIONED" and answers.peak_reads_s:
            units = int(row.get("read_capacity") or 0)
            agrees = 0.5 <= units / answers.peak_reads_s <= 2 if units else None
            yield Evidence(f"{row['name']} is provisioned for {units:,} read units a second.", agrees)


def _use(items: Items, answers: Answers) -> Iterator[Evidence]:
    """CloudWatch over a day: a peak that was answered cannot lie below the mean that was measured."""
    for row in items.get("aws.store-use", ()):
        for field, peak, words in (
            ("reads_s", answers.peak_reads_s, "read units"), ("writes_s", answers.peak_writes_s, "write units"),
        ):  # fmt: skip
            if row.get(field) is not None and peak is not None:
                text = f"{row['name']} takes {row[field]:,g} {words} a second on average; the peak was answered as {peak:,g}."
                yield Evidence(text, bool(row[field] <= peak))
        if row.get("throttled"):
            yield Evidence(f"{row['name']} was throttled {row['throttled']:,g} times in a day.", None)
        if row.get("cpu_percent") is not None:
            yield Evidence(f"{row['name']} uses {row['cpu_percent']:g} % of its CPU on average.", None)
