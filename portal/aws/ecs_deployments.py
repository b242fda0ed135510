"""ECS service deployments: how the last rollout of a service by ECS itself went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws.paging import pages


@dataclass(frozen=True)
class ServiceDeployment:
    """The newest deployment of a service. `stage` is its lifecycle stage, such as BAKE_TIME; `alarms` watch it."""

    status: str
    stage: str
    rolled_back: bool
    alarms: tuple[str, ...]
    alarms_triggered: tuple[str, ...]


def newest(client: Any, cluster: str, service: str) -> ServiceDeployment | None:
    """The newest deployment on record, None where ECS keeps none (it keeps 90 days)."""
    rows = list(pages(client, "list_service_deployments", "serviceDeployments", cluster=cluster, service=service))
    if not rows:
        return None
    arn = max(rows, key=lambda row: row["createdAt"])["serviceDeploymentArn"]
    found = client.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    return _deployment(found[0]) if found else None


def _deployment(row: dict[str, Any]) -> ServiceDeployment:
    alarms = row.get("alarms") or {}
    return ServiceDeployment(
        status=row.get("status", ""),
        stage=row.get("lifecycleStage", ""),
        rolled_back=bool(row.get("rollback")) or row.get("status", "").startswith("ROLLBACK"),
        alarms=tuple(sorted(alarms.get("alarmNames") or ())),
        alarms_triggered=tuple(sorted(alarms.get("triggeredAlarmNames") or ())),
    )
