"""Search domains of OpenSearch."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def domain(stage: Stage, *, zones: int = 3, encrypted: bool = True) -> None:
    """A domain of three nodes in so many zones."""
    shape: dict[str, Any] = {"InstanceType": "r7g.large.search", "InstanceCount": 3, "ZoneAwarenessEnabled": zones > 1}
    if zones > 1:
        shape["ZoneAwarenessConfig"] = {"AvailabilityZoneCount": zones}
    stage.client("opensearch").create_domain(
        DomainName=stage.name, EngineVersion="OpenSearch_2.19", ClusterConfig=shape,
        EncryptionAtRestOptions={"Enabled": encrypted}, NodeToNodeEncryptionOptions={"Enabled": encrypted},
        DomainEndpointOptions={"EnforceHTTPS": True}, TagList=stage.listed(),
    )  # fmt: skip


@passes("services.search-encrypted", "services.search-zones")
def domain_kept_well(stage: Stage) -> None:
    domain(stage)


@fails("services.search-encrypted")
def domain_in_the_clear(stage: Stage) -> None:
    domain(stage, encrypted=False)


@fails("services.search-zones")
def domain_in_one_zone(stage: Stage) -> None:
    domain(stage, zones=1)
