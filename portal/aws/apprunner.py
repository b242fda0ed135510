"""App Runner services: web services from an image or a repository, without a load balancer of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class AppRunnerService(AwsResource):
    """One service. CPU in units (1024 for one vCPU), memory in MB; what the role may not read is None."""

    url: str
    status: str
    public: bool | None
    in_vpc: bool | None
    observed: bool | None
    deploys_automatically: bool | None
    health_check: str | None
    cpu: str | None
    memory_mb: str | None


def services(account: str, region: str) -> list[AppRunnerService]:
    """All services of the account and region, two more calls for each."""
    with aws_errors("apprunner:ListServices", account, region):
        client = reader(account, region, "apprunner")
        rows = pages(client, "list_services", "ServiceSummaryList")
        return [_service(client, row, account, region) for row in rows if row.get("Status") != "DELETED"]


def _service(client: Any, row: Mapping[str, Any], account: str, region: str) -> AppRunnerService:
    arn = row["ServiceArn"]

    def describe() -> Mapping[str, Any]:
        found: Mapping[str, Any] = client.describe_service(ServiceArn=arn)["Service"]
        return found

    more = detail("apprunner:DescribeService", account, region, describe)
    tags = detail("apprunner:ListTagsForResource", account, region, lambda: _tags(client, arn))
    return AppRunnerService(
        name=row["ServiceName"],
        arn=arn,
        account=account,
        region=region,
        tags=tags or {},
        url=row.get("ServiceUrl", ""),
        status=row.get("Status", ""),
        **(_UNKNOWN if more is None else _configuration(more)),
    )


_FIELDS = ("public", "in_vpc", "observed", "deploys_automatically", "health_check", "cpu", "memory_mb")
_UNKNOWN: dict[str, Any] = dict.fromkeys(_FIELDS)


def _tags(client: Any, arn: str) -> dict[str, str]:
    return tag_map(client.list_tags_for_resource(ResourceArn=arn).get("Tags"))


def _configuration(row: Mapping[str, Any]) -> dict[str, Any]:
    network, size = row.get("NetworkConfiguration") or {}, row.get("InstanceConfiguration") or {}
    check = row.get("HealthCheckConfiguration") or {}
    return {
        "public": bool((network.get("IngressConfiguration") or {}).get("IsPubliclyAccessible", True)),
        "in_vpc": (network.get("EgressConfiguration") or {}).get("EgressType") == "VPC",
        "observed": bool((row.get("ObservabilityConfiguration") or {}).get("ObservabilityEnabled")),
        "deploys_automatically": bool((row.get("SourceConfiguration") or {}).get("AutoDeploymentsEnabled")),
        "health_check": check.get("Path") if check.get("Protocol") == "HTTP" else "TCP",
        "cpu": size.get("Cpu", "1024"),
        "memory_mb": size.get("Memory", "2048"),
    }
