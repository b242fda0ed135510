"""Rows of deployments: what was reported, plans, rollouts and all that a rollout leaves behind."""

from deployments.models.deployment import Deployment, DeploymentCommit, Incident
from deployments.models.judgement import Judgement, MetricPoint, MetricSample
from deployments.models.plan import RolloutPlan
from deployments.models.rollout import Rollout, RolloutSegment, RolloutStep

__all__ = [
    "Deployment", "DeploymentCommit", "Incident", "Judgement", "MetricPoint", "MetricSample", "Rollout", "RolloutPlan",
    "RolloutSegment", "RolloutStep",
]  # fmt: skip
