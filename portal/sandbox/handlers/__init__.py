"""One module per AWS service; importing this package registers all handlers."""

from __future__ import annotations

from . import cloudwatch, config, ecs, elbv2, lambda_, resourcegroupstaggingapi, synthetics

__all__ = ["cloudwatch", "config", "ecs", "elbv2", "lambda_", "resourcegroupstaggingapi", "synthetics"]
