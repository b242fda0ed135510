"""Corrections inside moto where a handler cannot reach: one place, each with the reason."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

from botocore.loaders import JSONFileLoader
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup
from moto.core.loaders import Loader
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS
from moto.ec2.models.instances import MetadataOptions

_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances
_attach = AutoScalingBackend.update_attached_target_groups


def _spread_over_zones(group: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
    """Launch in the emptiest subnet first, as AWS balances zones; moto puts every instance into the first subnet."""
    known = {member.instance.id for member in group.instance_states}
    subnets = (group.vpc_zone_identifier or "").split(",")
    used = Counter(member.instance.subnet_id for member in group.instance_states)
    chosen: Counter[str] = Counter()
    for _ in range(count_needed):
        chosen[min(subnets, key=lambda subnet: (used[subnet] + chosen[subnet], subnets.index(subnet)))] += 1
    whole = group.vpc_zone_identifier
    try:
        for subnet, count in chosen.items():
            group.vpc_zone_identifier = subnet or whole
            _launch(group, count, propagated_tags)
    finally:
        group.vpc_zone_identifier = whole
    for member in group.instance_states:
        if member.instance.id not in known and group.ec2_launch_template is not None:
            _follow_template(member.instance, group.ec2_launch_template.latest_version().data)


def _follow_template(instance: Any, template: dict[str, Any]) -> None:
    """What moto leaves out of a launch template: one root volume instead of two, volume tags, metadata options, monitoring."""
    volumes, mapped = (
        instance.ec2_backend.volumes,
        {device.volume_id for _, device in instance.get_block_device_mapping},
    )
    for volume in list(volumes.values()):
        if volume.attachment is None or volume.attachment.instance.id != instance.id:
            continue
        if volume.id not in mapped:
            del volumes[volume.id]
            continue
        for wanted in template.get("TagSpecifications", []):
            if wanted["ResourceType"] == "volume":
                volume.add_tags({tag["Key"]: tag["Value"] for tag in wanted["Tags"]})
    if "MetadataOptions" in template:
        instance.metadata_options = MetadataOptions(template["MetadataOptions"])
    instance.monitoring_state = (
        "enabled" if template.get("Monitoring", {}).get("Enabled") else instance.monitoring_state
    )


def _attach_running(backend: Any, group_name: str) -> None:
    """Register the members that run; moto registers the stopped ones too, and refuses its own call."""
    group = backend.autoscaling_groups[group_name]
    whole = group.instance_states
    try:
        group.instance_states = [member for member in whole if member.instance.state == "running"]
        _attach(backend, group_name)
    finally:
        group.instance_states = whole


class _LeanFiles(JSONFileLoader):
    """Service models as plain dicts without their prose, which is four fifths of their size and is never read here."""

    def _load_file(self, full_path: str, open_method: Any) -> dict[str, Any] | None:
        if not os.path.isfile(full_path):
            return None
        with open_method(full_path, "rb") as file:
            loaded: dict[str, Any] = json.loads(file.read().decode("utf-8"), object_pairs_hook=_without_prose)
        return loaded


def _without_prose(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """One JSON object; a member that is merely named `documentation` is an object and stays."""
    return {key: value for key, value in members if key != "documentation" or not isinstance(value, str)}


REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1"})
"""Regions whose instance type offerings stay in memory; the lists of all others weigh 40 MB."""


def _drop_far_offerings() -> None:
    for by_region in INSTANCE_TYPE_OFFERINGS.values():
        for region in set(by_region) - REGIONS:
            by_region[region] = []


def apply() -> None:
    """Install the corrections; calling it again changes nothing."""
    _drop_far_offerings()
    Loader.FILE_LOADER_CLASS = _LeanFiles
    FakeAutoScalingGroup.replace_autoscaling_group_instances = _spread_over_zones  # type: ignore[method-assign, assignment]
    AutoScalingBackend.update_attached_target_groups = _attach_running  # type: ignore[method-assign, assignment]
