"""What the catalog and discovery can observe: fact keys and the type of each field, so that checks can be validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

from portal.aws import (
    addresses,
    alarms,
    apigateway,
    apprunner,
    autoscaling,
    codedeploy_groups,
    codepipelines,
    compute_use,
    dsql,
    dynamodb,
    ebs,
    ec2,
    ecr,
    ecs,
    eks,
    elasticache,
    elbv2,
    guardrails,
    kms,
    lambda_,
    logs,
    mesh,
    opensearch,
    rds,
    s3,
    secrets,
    security_groups,
    sns,
    sqs,
    store_use,
    synthetics,
    timestream,
    vpc,
)  # fmt: skip
from services.facts import FactSource
from services.kinds import kind_facts

ITEMS: dict[str, Any] = {
    "aws.lambda": lambda_.Function,
    "aws.ecs": ecs.EcsService,
    "aws.eks": eks.Cluster,
    "aws.asg": autoscaling.AutoScalingGroup,
    "aws.apprunner": apprunner.AppRunnerService,
    "aws.instances": ec2.Instance,
    "aws.alb": elbv2.LoadBalancer,
    "aws.apigateway": apigateway.Api,
    "aws.rds": rds.Database,
    "aws.dynamodb": dynamodb.Table,
    "aws.elasticache": elasticache.Cache,
    "aws.opensearch": opensearch.Domain,
    "aws.s3": s3.Bucket,
    "aws.sqs": sqs.Queue,
    "aws.sns": sns.Topic,
    "aws.codedeploy": codedeploy_groups.DeploymentGroup,
    "aws.codepipeline": codepipelines.DeliveryPipeline,
    "aws.logs": logs.LogGroup,
    "aws.alarms": alarms.Alarm,
    "aws.mesh": mesh.Mesh,
    "aws.dsql": dsql.Cluster,
    "aws.timestream": timestream.Database,
    "aws.store-use": store_use.StoreUse,
    "aws.volumes": ebs.Volume,
    "aws.addresses": addresses.Address,
    "aws.security-groups": security_groups.SecurityGroup,
    "aws.vpcs": vpc.Vpc,
    "aws.ecr": ecr.Repository,
    "aws.kms": kms.Key,
    "aws.secrets": secrets.Secret,
    "aws.journeys": synthetics.Journey,
    "aws.compute-use": compute_use.ComputeUse,
    "aws.guardrails": guardrails.Guardrails,
}
PLACE = {"name": "string", "arn": "string", "account": "string", "region": "string"}
WORDS = {str: "string", bool: "boolean", int: "number", float: "number"}


def _known(hint: Any) -> Any:
    """The type of what may be unknown: `X | None` is an X."""
    inner = [part for part in get_args(hint) if part is not type(None)]
    return inner[0] if len(inner) == 1 and type(None) in get_args(hint) else hint


def _word(hint: Any) -> str:
    if hint in WORDS:
        return WORDS[hint]
    if get_origin(hint) in (dict, Mapping) or dataclasses.is_dataclass(hint):
        return "object"
    return "array"


def _fields(prefix: str, item: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, hint in get_type_hints(item).items():
        if name == "tags":
            continue
        path, known = f"{prefix}.{name}", _known(hint)
        found[path] = _word(known)
        if dataclasses.is_dataclass(known):
            found |= _fields(path, known)
        for inner in get_args(known):
            if dataclasses.is_dataclass(inner):
                found |= _fields(f"{path}[*]", inner)
    return found


def schema() -> dict[str, str]:
    """Condition path → type, for every `aws.*` fact."""
    found: dict[str, str] = {}
    for key in (*ITEMS, "aws.tags", "aws.account"):
        found |= {key: "object", f"{key}.items": "array", f"{key}.count": "number"}
    for key, item in ITEMS.items():
        found |= _fields(f"{key}.items[*]", item)
    for name, word in PLACE.items():
        found |= {f"aws.tags.items[*].{name}": word, f"aws.account.items[*].{name}": word}
    prefix = "aws.tags.items[*]"
    return found | {
        f"{prefix}.family": "string",
        f"{prefix}.tags": "object",
        f"{prefix}.missing": "array",
        f"{prefix}.cost_center": "string",
    }


DESCRIPTOR = {
    "owner": "string", "has_owner": "boolean", "has_description": "boolean", "has_docs": "boolean",
    "has_runbook": "boolean", "has_oncall": "boolean", "has_dashboard": "boolean", "has_source": "boolean",
    "has_system": "boolean", "has_tier": "boolean", "lifecycle": "string", "type": "string", "system": "string",
    "tier": "number", "depends_on": "array", "provides_apis": "array",
}  # fmt: skip
DRIFT = {
    "items": "array", "count": "number", "declared": "number", "owner_agrees": "boolean", "lifecycle_agrees": "boolean",
    "tier_agrees": "boolean", "missing": "array", "undeclared": "array", "items[*].kind": "string",
    "items[*].subject": "string", "items[*].declared": "string", "items[*].real": "string", "items[*].fix": "string",
}  # fmt: skip
NAMES = {
    "aws.lambda": "Lambda functions", "aws.ecs": "ECS services", "aws.eks": "EKS clusters", "aws.asg": "Auto Scaling groups",
    "aws.apprunner": "App Runner services", "aws.instances": "EC2 instances", "aws.alb": "Load balancers",
    "aws.apigateway": "API Gateway", "aws.rds": "Databases", "aws.dynamodb": "DynamoDB tables", "aws.elasticache": "Caches",
    "aws.opensearch": "Search domains", "aws.s3": "S3 buckets", "aws.sqs": "Queues", "aws.sns": "Topics",
    "aws.codedeploy": "Deployment groups", "aws.codepipeline": "Pipelines", "aws.logs": "Log groups", "aws.alarms": "Alarms",
    "aws.mesh": "Service mesh", "aws.dsql": "Aurora DSQL", "aws.timestream": "Timestream", "aws.store-use": "Use of databases",
    "aws.volumes": "Volumes", "aws.addresses": "Addresses", "aws.security-groups": "Security groups", "aws.vpcs": "VPCs",
    "aws.ecr": "Image repositories", "aws.kms": "Keys", "aws.secrets": "Secrets", "aws.journeys": "Synthetic canaries",
    "aws.compute-use": "Use of machines", "aws.guardrails": "Guard rails of the account",
    "aws.tags": "Tags", "aws.account": "AWS account",
}  # fmt: skip
SOURCES = (
    FactSource("aws", "AWS configuration", (*ITEMS, "aws.tags", "aws.account"), schema(), order=10, names=NAMES),
    FactSource(
        "catalog", "Descriptors", ("catalog.descriptor", "catalog.drift"),
        {"catalog.descriptor": "object", "catalog.drift": "object"}
        | {f"catalog.descriptor.{name}": word for name, word in DESCRIPTOR.items()}
        | {f"catalog.drift.{name}": word for name, word in DRIFT.items()},
        order=20, names={"catalog.descriptor": "Descriptor", "catalog.drift": "Drift"},
    ),
    kind_facts.SOURCE,
)  # fmt: skip
