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
    elasticache,
    elbv2,
    iam,
    kms,
    lambda_,
    lens_reviews,
    rds,
    resourcegroupstaggingapi,
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
    "elasticache",
    "elbv2",
    "iam",
    "kms",
    "lambda_",
    "lens_reviews",
    "rds",
    "resourcegroupstaggingapi",
    "spot",
    "synthetics",
    "vpclattice",
    "wellarchitected",
]
