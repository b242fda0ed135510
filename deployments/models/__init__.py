"""Rows of deployments: what was reported, plans, rollouts and all that a rollout leaves behind."""

from deployments.models.deployment import Deployment, DeploymentCommit, Incident
from deployments.models.intake import IntakeEvent, MergedCommit, PullState, RefusedEvent
from deployments.models.judgement import Judgement, MetricSample
from deployments.models.plan import RolloutPlan
from deployments.models.rollout import Rollout, RolloutSegment, RolloutStep
from deployments.models.senders import CiIdentity, HookSecret, HookSender, IssuerKeys, SigningCertificate

__all__ = [
    "CiIdentity", "Deployment", "DeploymentCommit", "HookSecret", "HookSender", "Incident", "IntakeEvent", "IssuerKeys",
    "Judgement", "MergedCommit", "MetricSample", "PullState", "RefusedEvent", "Rollout", "RolloutPlan", "RolloutSegment",
    "RolloutStep", "SigningCertificate",
]  # fmt: skip
