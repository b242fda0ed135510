"""One module per AWS service; importing this package registers all handlers."""

from __future__ import annotations

from portal.sandbox.registry import HANDLERS

from . import (
    apprunner,
    cloudwatch,
    codedeploy,
    codepipeline,
    config,
    ecs,
    elasticache,
    elbv2,
    lambda_,
    resourcegroupstaggingapi,
    spot,
    synthetics,
)

__all__ = [
    "HANDLERS",
    "apprunner",
    "cloudwatch",
    "codedeploy",
    "codepipeline",
    "config",
    "ecs",
    "elasticache",
    "elbv2",
    "lambda_",
    "resourcegroupstaggingapi",
    "spot",
    "synthetics",
]
