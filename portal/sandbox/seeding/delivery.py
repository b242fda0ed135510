"""CodeDeploy applications and CodePipelines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.sandbox.parts import Container, Deploys, Fleet, LoadBalancer, Pipeline, Service

from .aws import Place, pairs, seeds

GROUP = "production"


@seeds(Deploys)
def seed_codedeploy(place: Place, service: Service, part: Deploys) -> None:
    """An application with deployment group `production`."""
    client, tags = place.client("codedeploy"), pairs(service.tags)
    client.create_application(applicationName=service.name, computePlatform=part.platform, tags=tags)
    alarms = {"enabled": part.alarm, "alarms": [{"name": f"{service.name}-errors"}] if part.alarm else []}
    events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] if part.rollback else []
    client.create_deployment_group(
        applicationName=service.name,
        deploymentGroupName=GROUP,
        serviceRoleArn=place.role("deployments"),
        deploymentConfigName=part.config,
        autoRollbackConfiguration={"enabled": part.rollback, "events": events},
        alarmConfiguration=alarms,
        tags=tags,
        **_targets(service, part),
    )


def _targets(service: Service, part: Deploys) -> dict[str, Any]:
    shift = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
    if part.platform == "Lambda":
        return {"deploymentStyle": shift}
    if part.platform == "ECS":
        pair = [{"name": service.name}, {"name": f"{service.name}-green"}]
        return {
            "deploymentStyle": shift,
            "ecsServices": [{"serviceName": service.name, "clusterName": service.name}],
            "loadBalancerInfo": {"targetGroupPairInfoList": [{"targetGroups": pair}]},
        }
    placed: dict[str, Any] = {
        "deploymentStyle": {"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}
    }
    if any(isinstance(item, Fleet) for item in service.parts):
        placed["autoScalingGroups"] = [service.name]
    if any(isinstance(item, LoadBalancer) for item in service.parts):
        placed["loadBalancerInfo"] = {"targetGroupInfoList": [{"name": service.name}]}
        placed["deploymentStyle"]["deploymentOption"] = "WITH_TRAFFIC_CONTROL"
    return placed


def _action(
    name: str, category: str, provider: str, configuration: dict[str, str], reads: str = "", writes: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "runOrder": 1,
        "configuration": configuration,
        "inputArtifacts": [{"name": reads}] if reads else [],
        "outputArtifacts": [{"name": writes}] if writes else [],
    }


@seeds(Pipeline)
def seed_pipeline(place: Place, service: Service, part: Pipeline) -> None:
    """Source, Build, Staging, (Approval,) Production; a gated one rolls the last stage back on failure."""
    place.client("codepipeline").create_pipeline(
        pipeline={
            "name": service.name,
            "roleArn": place.role("pipelines"),
            "stages": list(_stages(service, part)),
            "pipelineType": "V2",
            "artifactStore": {"type": "S3", "location": f"{service.team}-artifacts"},
            "executionMode": "QUEUED",
        },
        tags=pairs(service.tags, "key", "value"),
    )


def _stages(service: Service, part: Pipeline) -> Iterator[dict[str, Any]]:
    """The stages in order, each of one action."""
    provider = "ECS" if any(isinstance(item, Container) for item in service.parts) else "CodeDeploy"
    target = {"ClusterName": service.name, "ServiceName": service.name}
    source = {"S3Bucket": "sources", "S3ObjectKey": f"{service.name}.zip"}
    yield _stage("Source", _action("Source", "Source", "S3", source, writes="source"))
    yield _stage("Build", _action("Build", "Build", "CodeBuild", {"ProjectName": service.name}, "source", "image"))
    staging = {**target, "ClusterName": f"{service.name}-staging"}
    yield _stage("Staging", _action("Deploy", "Deploy", provider, staging, "image"))
    if part.gated:
        question = {"CustomData": f"Release {service.name}?"}
        yield _stage("Approval", _action("Approve", "Approval", "Manual", question))
    production = _stage("Production", _action("Deploy", "Deploy", provider, target, "image"))
    yield production | ({"onFailure": {"result": "ROLLBACK"}} if part.gated else {})


def _stage(name: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "actions": [action]}
