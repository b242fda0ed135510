"""One module per AWS service; importing this package registers all handlers."""

from __future__ import annotations

from portal.sandbox.registry import HANDLERS

from . import (
    cloudwatch,
    codedeploy,
    codepipeline,
    config,
    ecs,
    elbv2,
    lambda_,
    resourcegroupstaggingapi,
    spot,
    synthetics,
)

__all__ = [
    "HANDLERS",
    "cloudwatch",
    "codedeploy",
    "codepipeline",
    "config",
    "ecs",
    "elbv2",
    "lambda_",
    "resourcegroupstaggingapi",
    "spot",
    "synthetics",
]
