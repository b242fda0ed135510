"""Rows of deployments: what was reported, plans, rollouts and all that a rollout leaves behind."""

from deployments.models.deployment import Deployment, DeploymentCommit, Incident
from deployments.models.external import AwsReference, ExternalStep
from deployments.models.gates import (
    Approval,
    BudgetSample,
    CompliancePolicy,
    DeployGroup,
    DeploymentWindow,
    ErrorBudget,
    Freeze,
    FreezeCalendar,
    GateOverride,
    Pipeline,
    PipelineExecution,
)
from deployments.models.intake import IntakeEvent, MergedCommit, PullState, RefusedEvent
from deployments.models.judgement import Judgement, MetricPoint, MetricSample
from deployments.models.plan import RolloutPlan
from deployments.models.rollout import Rollout, RolloutSegment, RolloutStep
from deployments.models.senders import CiIdentity, HookSecret, HookSender, IssuerKeys, SigningCertificate
from deployments.models.validation import HostCheck, HostCommand, HostHealth, HostScript, PostTest, PostTestAnswer

__all__ = [
    "Approval", "AwsReference", "BudgetSample", "CiIdentity", "CompliancePolicy", "DeployGroup", "Deployment",
    "DeploymentCommit", "DeploymentWindow", "ErrorBudget", "ExternalStep", "Freeze", "FreezeCalendar",
    "GateOverride", "HookSecret", "HookSender", "HostCheck", "HostCommand", "HostHealth", "HostScript", "Incident",
    "IntakeEvent", "IssuerKeys", "Judgement", "MergedCommit", "MetricPoint", "MetricSample", "Pipeline",
    "PipelineExecution", "PostTest", "PostTestAnswer", "PullState", "RefusedEvent", "Rollout", "RolloutPlan",
    "RolloutSegment", "RolloutStep", "SigningCertificate",
]  # fmt: skip
