"""Kubernetes clusters of EKS."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage

OFFICE = ["203.0.113.0/24"]


def cluster(stage: Stage, *, logs: bool = True, doors: list[str] | None = None, secrets: bool = True) -> None:
    """A cluster whose API the named CIDR blocks reach; None stands for a private one."""
    network: dict[str, Any] = {
        "subnetIds": list(stage.network.private), "endpointPrivateAccess": True, "endpointPublicAccess": doors is not None,
    }  # fmt: skip
    if doors is not None:
        network["publicAccessCidrs"] = doors
    key = {"provider": {"keyArn": stage.place.arn("kms", "key/secrets")}, "resources": ["secrets"]}
    stage.client("eks").create_cluster(
        name=stage.name, version="1.33", roleArn=stage.place.role("clusters"), tags=stage.tags,
        resourcesVpcConfig=network, logging={"clusterLogging": [{"types": ["api", "audit"], "enabled": logs}]},
        **({"encryptionConfig": [key]} if secrets else {}),
    )  # fmt: skip


@passes("services.eks-logs", "services.eks-endpoint", "services.eks-secrets")
def cluster_kept_well(stage: Stage) -> None:
    cluster(stage)


@passes("services.eks-endpoint")
def cluster_that_the_office_reaches(stage: Stage) -> None:
    cluster(stage, doors=OFFICE)


@fails("services.eks-logs")
def cluster_without_audit_log(stage: Stage) -> None:
    cluster(stage, logs=False)


@fails("services.eks-endpoint")
def cluster_open_to_the_world(stage: Stage) -> None:
    cluster(stage, doors=["0.0.0.0/0"])


@fails("services.eks-secrets")
def cluster_with_plain_secrets(stage: Stage) -> None:
    cluster(stage, secrets=False)
