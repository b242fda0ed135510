"""How new versions get out: deployment groups and pipelines. They are facts, not things to depend on."""

from __future__ import annotations

from portal.aws import codedeploy_groups, codepipelines
from services.discovery import Family

FAMILIES = (
    Family("codedeploy", "Deployment groups", "aws.codedeploy", codedeploy_groups.groups,
           ("codedeploy:ListApplications", "codedeploy:ListDeploymentGroups", "codedeploy:GetDeploymentGroup",
            "codedeploy:GetDeploymentConfig")),
    Family("codepipeline", "Pipelines", "aws.codepipeline", codepipelines.pipelines,
           ("codepipeline:ListPipelines", "codepipeline:GetPipeline", "codepipeline:GetPipelineState")),
)  # fmt: skip
