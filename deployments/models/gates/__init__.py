"""Rows of the gates: calendars, windows, approvals, overrides, budgets, and the pipelines of all accounts."""

from deployments.models.gates.budgets import BudgetSample, ErrorBudget
from deployments.models.gates.calendars import DeploymentWindow, Freeze, FreezeCalendar
from deployments.models.gates.decisions import Approval, GateOverride
from deployments.models.gates.pipelines import CompliancePolicy, DeployGroup, Pipeline, PipelineExecution

__all__ = [
    "Approval", "BudgetSample", "CompliancePolicy", "DeployGroup", "DeploymentWindow", "ErrorBudget", "Freeze",
    "FreezeCalendar", "GateOverride", "Pipeline", "PipelineExecution",
]  # fmt: skip
