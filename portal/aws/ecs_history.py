"""Service deployments of ECS: every one that was begun since a moment, of all services of an account and region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import reader


@dataclass(frozen=True)
class ServiceRun:
    """One service deployment. `revision` is the id of the service revision that it brings; times are aware."""

    arn: str
    service_arn: str
    account: str
    region: str
    status: str
    reason: str
    revision: str
    created: datetime
    started: datetime | None
    finished: datetime | None


def runs(account: str, region: str, since: datetime) -> list[ServiceRun]:
    """All that were created since then; one call for each service. Raises AwsError."""
    with aws_errors("ecs:ListServiceDeployments", account, region):
        client = reader(account, region, "ecs")
        found: list[ServiceRun] = []
        for cluster in pages(client, "list_clusters", "clusterArns"):
            for service in pages(client, "list_services", "serviceArns", cluster=cluster):
                rows = _deployments(client, str(cluster), str(service), since)
                found += [_run(row, account, region) for row in rows]
    return found


def _deployments(client: Any, cluster: str, service: str, since: datetime) -> Iterator[Mapping[str, Any]]:
    """A service that something else rolls out, such as CodeDeploy, has none: ECS refuses the question."""
    try:
        window = {"createdAt": {"after": since}}
        yield from pages(
            client, "list_service_deployments", "serviceDeployments", cluster=cluster, service=service, **window
        )
    except client.exceptions.ClientException:
        return
    except client.exceptions.UnsupportedFeatureException:
        return


def _run(row: Mapping[str, Any], account: str, region: str) -> ServiceRun:
    return ServiceRun(
        arn=row["serviceDeploymentArn"],
        service_arn=row["serviceArn"],
        account=account,
        region=region,
        status=row.get("status", ""),
        reason=row.get("statusReason", ""),
        revision=row.get("targetServiceRevisionArn", "").rpartition("/")[2],
        created=row["createdAt"],
        started=row.get("startedAt"),
        finished=row.get("finishedAt"),
    )
