"""All record sets of one name: read whole, changed in one batch, and followed until all name servers have the change.

The id of the last change is kept in the cache, so that whichever worker comes next can ask for it. Without it, as after a
restart, what Route 53 lists is all that can be known: it lists what it has accepted.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache

from portal.aws import session
from portal.aws.errors import AwsNotFound, aws_errors
from portal.aws.resource import tag_map
from portal.aws.route53 import INSYNC, Name, listed

log = logging.getLogger(__name__)
KEPT = 900
"""Seconds; Route 53 usually takes one minute to reach all name servers."""


def record_sets(name: Name) -> list[dict[str, Any]]:
    """The record sets of the name and type as AWS has them, none where there are none. Raises AwsError."""
    with aws_errors("route53:ListResourceRecordSets", name.account, name.region):
        return listed(_client(name), name)


def zone_service(name: Name) -> str:
    """The service tag of the hosted zone, "" without one or without the zone. Raises AwsError."""
    try:
        with aws_errors("route53:ListTagsForResource", name.account, name.region):
            answer = _client(name).list_tags_for_resource(ResourceType="hostedzone", ResourceId=name.zone)
    except AwsNotFound:
        return ""
    return tag_map(answer["ResourceTagSet"]["Tags"]).get("service", "")


def change(name: Name, steps: Sequence[tuple[str, Mapping[str, Any]]], comment: str) -> None:
    """Make these (action, record set) steps, all or none of them; nothing where there are none. Raises AwsError."""
    if not steps:
        return
    batch = {
        "Comment": comment,
        "Changes": [
            {"Action": action, "ResourceRecordSet": {**row, "Name": row["Name"].rstrip(".")}} for action, row in steps
        ],
    }
    with aws_errors("route53:ChangeResourceRecordSets", name.account, name.region):
        reply = _client(name).change_resource_record_sets(HostedZoneId=name.zone, ChangeBatch=batch)
    _keep(name, str(reply["ChangeInfo"]["Id"]).rpartition("/")[2])


def settled(name: Name) -> bool:
    """Whether all name servers have the last change that was made here. Raises AwsError."""
    last = _last(name)
    if not last:
        return True
    try:
        with aws_errors("route53:GetChange", name.account, name.region):
            return bool(_client(name).get_change(Id=last)["ChangeInfo"]["Status"] == INSYNC)
    except AwsNotFound:
        return True  # Route 53 forgets changes that have long been everywhere


def _key(name: Name) -> str:
    return f"route53-change:{name.account}:{name.zone}"


def _keep(name: Name, change_id: str) -> None:
    try:
        cache.set(_key(name), change_id, KEPT)
    except Exception:
        # An undo must not wait for the cache: without the id it is proven by what Route 53 lists.
        log.exception("the id of change %s could not be kept", change_id)


def _last(name: Name) -> str:
    try:
        return str(cache.get(_key(name)) or "")
    except Exception:
        log.exception("the id of the last change could not be read")
        return ""


def _client(name: Name) -> Any:
    return session.client(name.account, name.region, "route53", role="chaos", purpose="chaos")
