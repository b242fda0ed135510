"""One module per AWS service; importing this package registers all handlers."""

from __future__ import annotations

from portal.sandbox.registry import HANDLERS

from . import (
    appmesh,
    apprunner,
    cloudwatch,
    codedeploy,
    codepipeline,
    codepipeline_moves,
    config,
    dsql,
    ecs,
    ecs_deployments,
    ecs_tasks,
    elasticache,
    elbv2,
    invoke,
    lambda_,
    lens_reviews,
    resourcegroupstaggingapi,
    route53,
    spot,
    ssm,
    synthetics,
    vpclattice,
    wellarchitected,
)

__all__ = [
    "HANDLERS",
    "appmesh",
    "apprunner",
    "cloudwatch",
    "codedeploy",
    "codepipeline",
    "codepipeline_moves",
    "config",
    "dsql",
    "ecs",
    "ecs_deployments",
    "ecs_tasks",
    "elasticache",
    "elbv2",
    "invoke",
    "lambda_",
    "lens_reviews",
    "resourcegroupstaggingapi",
    "route53",
    "spot",
    "ssm",
    "synthetics",
    "vpclattice",
    "wellarchitected",
]
