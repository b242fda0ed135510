"""Lambda functions, ECS services, EKS clusters and EC2 fleets."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from portal.sandbox.parts import Container, Fleet, Function, Kubernetes, LoadBalancer, Service, WebService

from .aws import Place, pairs, seeds
from .meshes import connection
from .network import default_group, own_subnets, shared_network

IMAGE = "ami-12c6146b"
"""An Amazon Linux image that moto knows in every region."""


def _code() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(zipfile.ZipInfo("main.py"), "def handler(event, context):\n    return {}\n")
    return archive.getvalue()


@seeds(Function)
def seed_function(place: Place, service: Service, part: Function) -> None:
    """The function, its published versions and alias `live`."""
    name = part.name or service.name
    client, code = place.client("lambda"), _code()
    wanted: dict[str, Any] = {
        "FunctionName": name,
        "Runtime": part.runtime,
        "Role": place.role("lambda-execution"),
        "Handler": "main.handler",
        "Code": {"ZipFile": code},
        "MemorySize": part.memory,
        "Timeout": part.timeout,
        "Architectures": [part.arch],
        "TracingConfig": {"Mode": "Active" if part.traced else "PassThrough"},
        "Tags": service.tags if part.tagged else {},
        "Publish": True,
        "Environment": {"Variables": {"SERVICE": service.name, "ANSWER": "passed", "ANSWER_AFTER": "4"}},
    }
    if part.image:
        del wanted["Runtime"], wanted["Handler"]
        image = f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{name}:2026.11.2"
        wanted |= {"PackageType": "Image", "Code": {"ImageUri": image}}
    if part.dead_letters:
        wanted["DeadLetterConfig"] = {"TargetArn": place.arn("sqs", f"{service.name}-dead-letters")}
    client.create_function(**wanted)
    for _ in range(part.versions - 1):
        client.update_function_code(FunctionName=name, ZipFile=code, Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=str(part.live))
    if part.url:
        client.create_function_url_config(FunctionName=name, AuthType=part.url)
    if part.reads:
        client.create_event_source_mapping(FunctionName=name, EventSourceArn=place.arn("sqs", part.reads), BatchSize=10)


@seeds(WebService)
def seed_web_service(place: Place, service: Service, part: WebService) -> None:
    """An App Runner service from an image."""
    image = f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{service.name}:2026.11.2"
    place.client("apprunner").create_service(
        ServiceName=service.name,
        SourceConfiguration={
            "ImageRepository": {"ImageIdentifier": image, "ImageRepositoryType": "ECR"},
            "AutoDeploymentsEnabled": True,
        },
        HealthCheckConfiguration={"Protocol": "HTTP", "Path": "/healthz"},
        NetworkConfiguration={"IngressConfiguration": {"IsPubliclyAccessible": part.public}},
        ObservabilityConfiguration={"ObservabilityEnabled": part.observed},
        Tags=pairs(service.tags),
    )


@seeds(Container)
def seed_container(place: Place, service: Service, part: Container) -> None:
    """An ECS cluster, a task definition and a service, all of the service's name."""
    ecs, tags = place.client("ecs"), pairs(service.tags, "key", "value")
    insights = [{"name": "containerInsights", "value": "enabled" if part.insights else "disabled"}]
    ecs.create_cluster(clusterName=service.name, settings=insights, tags=tags)
    _task_definition(place, service, part)
    network = shared_network(place)
    wires = {
        "subnets": network.subnets,
        "securityGroups": [default_group(place, network)],
        "assignPublicIp": "DISABLED",
    }
    capacity = "FARGATE_SPOT" if part.spot else "FARGATE"
    ecs.create_service(
        cluster=service.name,
        serviceName=service.name,
        taskDefinition=service.name,
        desiredCount=part.tasks,
        capacityProviderStrategy=[{"capacityProvider": capacity, "weight": 1, "base": 0}],
        deploymentConfiguration=_rollout(service, part),
        networkConfiguration={"awsvpcConfiguration": wires},
        loadBalancers=_served_by(place, service),
        tags=tags,
        propagateTags="SERVICE",
        **(connection(place, service, part.connect) if part.connect else {}),
    )


def _rollout(service: Service, part: Container) -> dict[str, Any]:
    """How ECS replaces the tasks."""
    wanted: dict[str, Any] = {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "deploymentCircuitBreaker": {"enable": part.circuit_breaker, "rollback": part.circuit_breaker},
        "strategy": part.strategy,
    }
    if part.strategy == "CANARY":
        wanted |= {
            "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 5},
            "bakeTimeInMinutes": 10,
        }
    if part.alarms:
        wanted["alarms"] = {"alarmNames": [f"{service.name}-errors"], "enable": True, "rollback": True}
    return wanted


def _task_definition(place: Place, service: Service, part: Container) -> None:
    definition: dict[str, Any] = {
        "name": service.name,
        "image": f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{service.name}:2026.11.2",
        "essential": True,
        "portMappings": [{"containerPort": 8080, "protocol": "tcp", "name": "web", "appProtocol": "http"}],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": f"/ecs/{service.name}"}},
    }
    if part.mesh:
        definition["environment"] = [
            {"name": "APPMESH_VIRTUAL_NODE_NAME", "value": f"mesh/{service.name}/virtualNode/{service.name}"}
        ]
    place.client("ecs").register_task_definition(
        family=service.name,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu=str(part.cpu),
        memory=str(part.memory),
        executionRoleArn=place.role("task-execution"),
        containerDefinitions=[definition],
        tags=pairs(service.tags, "key", "value"),
    )


def _served_by(place: Place, service: Service) -> list[dict[str, Any]]:
    """The service's target group, as ECS takes it; nothing for a service without a load balancer."""
    if not any(isinstance(part, LoadBalancer) for part in service.parts):
        return []
    group = place.client("elbv2").describe_target_groups(Names=[service.name])["TargetGroups"][0]["TargetGroupArn"]
    return [{"targetGroupArn": group, "containerName": service.name, "containerPort": 8080}]


@seeds(Kubernetes)
def seed_kubernetes(place: Place, service: Service, part: Kubernetes) -> None:
    """An EKS cluster with one node group."""
    eks, network = place.client("eks"), shared_network(place)
    eks.create_cluster(
        name=service.name,
        version=part.version,
        roleArn=place.role("clusters"),
        tags=service.tags,
        resourcesVpcConfig={
            "subnetIds": network.subnets,
            "endpointPublicAccess": part.public,
            "endpointPrivateAccess": True,
        },
        logging={"clusterLogging": [{"types": ["api", "audit"], "enabled": part.logging}]},
    )
    eks.create_nodegroup(
        clusterName=service.name,
        nodegroupName=service.name,
        nodeRole=place.role("clusters"),
        subnets=network.subnets,
        scalingConfig={"minSize": part.nodes, "maxSize": part.nodes * 2, "desiredSize": part.nodes},
        instanceTypes=["m6g.large"],
        tags=service.tags,
    )


@seeds(Fleet)
def seed_fleet(place: Place, service: Service, part: Fleet) -> None:
    """A launch template and an Auto Scaling group; the group starts the instances."""
    if part.own_network:
        subnets = own_subnets(place, service, part.zones)
    else:
        subnets = shared_network(place).subnets[: len(part.zones)]
    place.client("ec2").create_launch_template(
        LaunchTemplateName=service.name, LaunchTemplateData=_template(service, part)
    )
    place.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=service.name,
        MinSize=min(2, part.size),
        MaxSize=part.size * 2,
        DesiredCapacity=part.size,
        VPCZoneIdentifier=",".join(subnets),
        LaunchTemplate={"LaunchTemplateName": service.name, "Version": "$Latest"},
        HealthCheckType=part.health_check,
        HealthCheckGracePeriod=60,
        Tags=[
            {
                "Key": key,
                "Value": value,
                "PropagateAtLaunch": True,
                "ResourceType": "auto-scaling-group",
                "ResourceId": service.name,
            }
            for key, value in service.tags.items()
        ],
    )


def _template(service: Service, part: Fleet) -> dict[str, Any]:
    tags = pairs({**service.tags, "Name": service.name})
    return {
        "ImageId": IMAGE,
        "InstanceType": part.instance_type,
        "Monitoring": {"Enabled": True},
        "MetadataOptions": {"HttpTokens": "required" if part.imds_v2 else "optional", "HttpEndpoint": "enabled"},
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/sda1",
                "Ebs": {
                    "VolumeSize": 50,
                    "VolumeType": part.volume,
                    "Encrypted": part.encrypted,
                    "DeleteOnTermination": True,
                },
            }
        ],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": tags}, {"ResourceType": "volume", "Tags": tags}],
    }
