"""Which commits a deployment brought: those it names, and those merged before under the same head or chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from deployments.intake.record import Commit
from deployments.models import Deployment, DeploymentCommit, MergedCommit
from services.models import Entity


def brought(deployment: Deployment, named: Sequence[Commit]) -> None:
    """A deployment has arrived: give it the commits that it names, and those that wait for it."""
    fits = Q()
    if deployment.commit:
        fits |= Q(head=deployment.commit) | Q(sha=deployment.commit)
    if deployment.chain:
        fits |= Q(chain=deployment.chain)
    waiting = MergedCommit.objects.filter(fits, service=deployment.service_id) if fits else MergedCommit.objects.none()
    _attach({(deployment.pk, one.sha): one.at for one in named})
    _attach({(deployment.pk, row.sha): row.committed_at for row in waiting[:2_000]})


def merged(entity: Entity, commits: Sequence[Commit], chain: str) -> None:
    """Commits were merged: keep them, and give them to deployments that have arrived before."""
    told = {one.sha: one for one in commits}
    for row in MergedCommit.objects.select_for_update().filter(service=entity, sha__in=told):
        _agree(row, told.pop(row.sha), chain)
    MergedCommit.objects.bulk_create(
        [
            MergedCommit(service=entity, sha=one.sha, head=one.head, chain=chain, committed_at=one.at)
            for one in told.values()
        ],
        ignore_conflicts=True,
    )
    fits = Q(commit__in={one.sha for one in commits} | {one.head for one in commits} - {""})
    if chain:
        fits |= Q(chain=chain)
    for deployment in Deployment.objects.filter(fits, service=entity)[:50]:
        brought(deployment, ())


def _agree(row: MergedCommit, one: Commit, chain: str) -> None:
    """The same commit told twice, such as by a push and by its pull request: whichever came first, this comes out."""
    row.committed_at = min(row.committed_at, one.at)
    row.head, row.chain = max(row.head, one.head), max(row.chain, chain)
    row.save(update_fields=["committed_at", "head", "chain"])


def _attach(wanted: dict[tuple[int, str], datetime]) -> None:
    """Add the commits to the deployment; a time that is told twice is the earlier one."""
    if not wanted:
        return
    rows = [DeploymentCommit(deployment_id=pk, sha=sha, committed_at=at) for (pk, sha), at in wanted.items()]
    DeploymentCommit.objects.bulk_create(rows, ignore_conflicts=True)
    mine = DeploymentCommit.objects.filter(deployment__in={pk for pk, _ in wanted}, sha__in={sha for _, sha in wanted})
    for row in mine:
        at = wanted.get((row.deployment_id, row.sha))
        if at and at < row.committed_at:
            DeploymentCommit.objects.filter(pk=row.pk).update(committed_at=at)
