"""EKS clusters; what runs inside them needs the Kubernetes API and is not read here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Cluster(AwsResource):
    """One cluster. `logs` are the control-plane logs that are switched on.

    `support` is STANDARD or EXTENDED (what happens when the version leaves standard support), `issues` what EKS itself
    reports about its health.
    """

    version: str
    public_endpoint: bool
    open_to_the_world: bool
    secrets_encrypted: bool
    logs: tuple[str, ...]
    nodegroups: tuple[str, ...] | None
    endpoint: str
    private_endpoint: bool
    vpc_id: str
    support: str
    issues: tuple[str, ...]


def clusters(account: str, region: str) -> list[Cluster]:
    """All clusters of the account and region, two calls a cluster."""
    with aws_errors("eks:DescribeCluster", account, region):
        client = reader(account, region, "eks")
        names = [str(name) for name in pages(client, "list_clusters", "clusters")]
        return [_cluster(client, name, account, region) for name in names]


def _cluster(client: Any, name: str, account: str, region: str) -> Cluster:
    row = client.describe_cluster(name=name)["cluster"]
    network = row.get("resourcesVpcConfig") or {}
    public = bool(network.get("endpointPublicAccess", True))
    logging = (row.get("logging") or {}).get("clusterLogging") or []
    issues = (row.get("health") or {}).get("issues") or []
    return Cluster(
        name=row["name"],
        arn=row["arn"],
        account=account,
        region=region,
        tags=dict(row.get("tags") or {}),
        version=row.get("version") or "",
        public_endpoint=public,
        open_to_the_world=public and "0.0.0.0/0" in (network.get("publicAccessCidrs") or ["0.0.0.0/0"]),
        secrets_encrypted=bool(row.get("encryptionConfig")),
        logs=tuple(sorted(kind for entry in logging if entry.get("enabled") for kind in entry["types"])),
        nodegroups=detail("eks:ListNodegroups", account, region, lambda: _nodegroups(client, name)),
        endpoint=row.get("endpoint") or "",
        private_endpoint=bool(network.get("endpointPrivateAccess")),
        vpc_id=network.get("vpcId") or "",
        support=(row.get("upgradePolicy") or {}).get("supportType") or "",
        issues=tuple(sorted(issue.get("code") or "" for issue in issues)),
    )


def _nodegroups(client: Any, name: str) -> tuple[str, ...]:
    return tuple(sorted(str(group) for group in pages(client, "list_nodegroups", "nodegroups", clusterName=name)))
