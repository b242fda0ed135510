"""Rows of deployments: what was reported, plans, rollouts and all that a rollout leaves behind."""

from deployments.models.deployment import Deployment, DeploymentCommit, Incident
from deployments.models.external import AwsReference, ExternalStep
from deployments.models.judgement import Judgement, MetricSample
from deployments.models.plan import RolloutPlan
from deployments.models.rollout import Rollout, RolloutSegment, RolloutStep

__all__ = [
    "AwsReference", "Deployment", "DeploymentCommit", "ExternalStep", "Incident", "Judgement", "MetricSample", "Rollout",
    "RolloutPlan", "RolloutSegment", "RolloutStep",
]  # fmt: skip
