"""One module per AWS service; importing this package registers all handlers."""

from __future__ import annotations

from portal.sandbox.registry import HANDLERS

from . import (
    appmesh,
    apprunner,
    cloudwatch,
    codedeploy,
    codepipeline,
    config,
    dsql,
    ecs,
    ecs_deployments,
    ecs_tasks,
    elasticache,
    elbv2,
    lambda_,
    lens_reviews,
    resourcegroupstaggingapi,
    route53,
    spot,
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
    "config",
    "dsql",
    "ecs",
    "ecs_deployments",
    "ecs_tasks",
    "elasticache",
    "elbv2",
    "lambda_",
    "lens_reviews",
    "resourcegroupstaggingapi",
    "route53",
    "spot",
    "synthetics",
    "vpclattice",
    "wellarchitected",
]
