"""OpenSearch domains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.resource import AwsResource, reader, tag_map

DESCRIBE_AT_ONCE = 5  # the most that es:DescribeDomains takes


@dataclass(frozen=True, kw_only=True)
class Domain(AwsResource):
    """One search domain."""

    engine_version: str
    instance_type: str
    instances: int
    zone_aware: bool
    encrypted: bool
    node_to_node_encryption: bool
    https_only: bool


def domains(account: str, region: str) -> list[Domain]:
    """All domains of the account and region with their tags."""
    found: list[Domain] = []
    with aws_errors("es:DescribeDomains", account, region):
        client = reader(account, region, "opensearch")
        names = [row["DomainName"] for row in client.list_domain_names().get("DomainNames", [])]
        for start in range(0, len(names), DESCRIBE_AT_ONCE):
            answer = client.describe_domains(DomainNames=names[start : start + DESCRIBE_AT_ONCE])
            for row in answer["DomainStatusList"]:
                tags = tag_map(client.list_tags(ARN=row["ARN"]).get("TagList"))
                found.append(_domain(row, tags, account, region))
    return found


def _domain(row: Mapping[str, Any], tags: Mapping[str, str], account: str, region: str) -> Domain:
    shape = row.get("ClusterConfig") or {}
    return Domain(
        name=row["DomainName"],
        arn=row["ARN"],
        account=account,
        region=region,
        tags=tags,
        engine_version=row.get("EngineVersion", ""),
        instance_type=shape.get("InstanceType", ""),
        instances=shape.get("InstanceCount") or 1,
        zone_aware=bool(shape.get("ZoneAwarenessEnabled")),
        encrypted=bool((row.get("EncryptionAtRestOptions") or {}).get("Enabled")),
        node_to_node_encryption=bool((row.get("NodeToNodeEncryptionOptions") or {}).get("Enabled")),
        https_only=bool((row.get("DomainEndpointOptions") or {}).get("EnforceHTTPS")),
    )
