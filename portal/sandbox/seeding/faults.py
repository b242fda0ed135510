"""Experiment templates of AWS FIS, as an account's owner would make them."""

from __future__ import annotations

from typing import Any

from portal.sandbox.parts import FisTemplate, Service

from .aws import Place, seeds


@seeds(FisTemplate)
def seed_fis_template(place: Place, service: Service, part: FisTemplate) -> None:
    """One template; the service's alarm of errors is its stop condition where it is a careful one."""
    alarm = place.arn("cloudwatch", f"alarm:{service.name}-errors")
    stop = {"source": "aws:cloudwatch:alarm", "value": alarm} if part.careful else {"source": "none"}
    wanted = _stop_hosts(service, part) if part.kind == "stop-hosts" else _fail_over(service)
    place.client("fis").create_experiment_template(
        clientToken=f"{service.name}-{part.kind}",
        stopConditions=[stop],
        roleArn=place.role("experiments"),
        tags={**service.tags, "Name": f"{service.name}-{part.kind}"}
        | ({"colonnade": "allowed"} if part.released else {}),
        **wanted,
    )


def _stop_hosts(service: Service, part: FisTemplate) -> dict[str, Any]:
    hosts = {
        "resourceType": "aws:ec2:instance",
        "resourceTags": {"service": service.name},
        "filters": [{"path": "State.Name", "values": ["running"]}],
        "selectionMode": "COUNT(2)" if part.careful else "ALL",
    }
    stop = {
        "actionId": "aws:ec2:stop-instances",
        "parameters": {"startInstancesAfterDuration": "PT2M"} if part.careful else {},
        "targets": {"Instances": "hosts"},
    }
    return {"description": f"Hosts of {service.name} stop", "targets": {"hosts": hosts}, "actions": {"stop": stop}}


def _fail_over(service: Service) -> dict[str, Any]:
    cluster = {"resourceType": "aws:rds:cluster", "resourceTags": {"service": service.name}, "selectionMode": "ALL"}
    action = {"actionId": "aws:rds:failover-db-cluster", "targets": {"Clusters": "cluster"}}
    words = f"The cluster of {service.name} fails over"
    return {"description": words, "targets": {"cluster": cluster}, "actions": {"fail-over": action}}
