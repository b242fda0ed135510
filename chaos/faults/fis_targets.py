"""What the targets of a FIS template would be resolved to, as far as tags tell it without starting anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chaos.engine.fis_states import selected
from portal.aws import tagging

KINDS = {
    "aws:ec2:instance": "ec2:instance",
    "aws:ec2:spot-instance": "ec2:instance",
    "aws:ec2:subnet": "ec2:subnet",
    "aws:ec2:ebs-volume": "ec2:volume",
    "aws:ecs:cluster": "ecs:cluster",
    "aws:ecs:task": "ecs:task",
    "aws:eks:nodegroup": "eks:nodegroup",
    "aws:elasticache:replicationgroup": "elasticache:replicationgroup",
    "aws:lambda:function": "lambda:function",
    "aws:rds:cluster": "rds:cluster",
    "aws:rds:db": "rds:db",
    "aws:dynamodb:global-table": "dynamodb:table",
    "aws:s3:bucket": "s3",
}
"""The kind of the tagging API by the resource type of FIS."""


@dataclass(frozen=True)
class Found:
    """One target: the resources that match, and how many of them would be hit. `known` is false where only AWS can tell."""

    name: str
    resources: tuple[tagging.TaggedResource, ...]
    hit: int
    mode: str
    filtered: bool
    known: bool

    @property
    def sentence(self) -> str:
        """For people: `2 of 6, by tags`."""
        if not self.known:
            return f"{self.mode}; AWS resolves it when the experiment starts"
        narrowed = ", narrowed by filters when it starts" if self.filtered else ""
        return f"{self.hit} of {len(self.resources)} ({self.mode}){narrowed}"


def resolve(account: str, region: str, template: Mapping[str, Any]) -> list[Found]:
    """Each target of the template. Raises AwsError."""
    targets = template.get("targets") or {}
    return [_resolve(account, region, name, target) for name, target in sorted(targets.items())]


def strangers(found: list[Found], service: str) -> list[str]:
    """ARNs that could be hit and are not tagged for the service."""
    rows = [resource for one in found for resource in one.resources]
    return sorted({row.arn for row in rows if row.tags.get("service") != service})


def _resolve(account: str, region: str, name: str, target: Mapping[str, Any]) -> Found:
    mode, filtered = target.get("selectionMode", "ALL"), bool(target.get("filters"))
    arns, tags, kind = target.get("resourceArns"), target.get("resourceTags"), KINDS.get(target.get("resourceType", ""))
    if arns:
        tagged = {one.arn: one for one in tagging.of_arns(account, region, arns)}
        rows = tuple(tagged.get(arn) or tagging.TaggedResource(arn, {}) for arn in arns)
    elif tags and kind:
        rows = tuple(tagging.matching(account, region, kind, tags))
    else:
        return Found(name, (), 0, mode, filtered, known=False)
    return Found(name, rows, selected(mode, len(rows)), mode, filtered, known=True)
