"""Milestones on both sides: each is taken over once, under its name, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from portal.aws import wellarchitected as tool
from portal.aws.errors import AwsError
from portal.aws.wellarchitected import Place, RemoteMilestone
from scorecards.engine.lens.merge import Said
from scorecards.lenses import milestones
from scorecards.lenses.placing import token
from scorecards.models import Milestone, WorkloadLink
from scorecards.models.reviews import AWS

if TYPE_CHECKING:
    from scorecards.lenses.sync import Tally


def sync(link: WorkloadLink, place: Place, tally: Tally, theirs: Mapping[str, Said]) -> None:
    """Pull what was taken in AWS, push what was taken here. Raises AwsError."""
    known = {int(number) for number in link.milestones.values()}
    for remote in sorted(tool.milestones(place, link.workload_id), key=lambda row: row.number):
        if remote.number not in known:
            tally.milestones_pulled += _pull(link, place, remote)
    agreed = {name: Said.of(base).settled() for name, base in link.base.items()}
    for mine in link.review.milestones.filter(origin="here").order_by("number"):
        if str(mine.number) not in link.milestones and _same(mine, agreed, theirs):
            tally.milestones_pushed += _push(link, place, mine)


def _same(mine: Milestone, agreed: Mapping[str, Said], theirs: Mapping[str, Said]) -> bool:
    """Whether AWS holds just now what the milestone keeps: a milestone there freezes the present, whatever its name says."""
    return mine.lens_version_id is not None and all(
        agreed.get(name, theirs[name].settled()) == Said.of(kept).settled()
        for name, kept in mine.state.items()
        if name in theirs
    )


def _push(link: WorkloadLink, place: Place, mine: Milestone) -> int:
    try:
        number = tool.create_milestone(
            place, link.workload_id, mine.name, token("milestone", link.workload_id, mine.sha)
        )
    except AwsError as error:
        if error.code not in ("ConflictException", "ServiceQuotaExceededException"):
            raise
        return 0
    link.milestones[str(mine.number)] = number
    link.save(update_fields=["milestones"])
    return 1


def _pull(link: WorkloadLink, place: Place, remote: RemoteMilestone) -> int:
    rows = tool.answers(place, link.workload_id, link.lens_arn, remote.number)
    state = {
        row.question: Said(row.selected, row.applicable, row.reason).as_json() | {"risk": row.risk, "source": AWS}
        for row in rows
    }
    name = remote.name
    if link.review.milestones.filter(name=name).exists():
        name = f"{name[:90]} (AWS {remote.number})"
    try:
        with transaction.atomic():
            made = milestones.store(link.review, name, state, "AWS tool", remote.recorded_at, AWS)
            link.milestones[str(made.number)] = remote.number
            link.save(update_fields=["milestones"])
    except milestones.Refused:
        return 0
    return 1
