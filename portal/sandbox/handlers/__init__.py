"""One module per AWS service; importing this package registers all handlers."""

from __future__ import annotations

from . import cloudwatch, codedeploy, codepipeline, config, ecs, elbv2, lambda_, resourcegroupstaggingapi, spot, synthetics

__all__ = ["cloudwatch", "codedeploy", "codepipeline", "config", "ecs", "elbv2", "lambda_", "resourcegroupstaggingapi", "spot", "synthetics"]
