"""The session policy of each role: even if an account's owner gave a role too much, a session cannot use it."""

from __future__ import annotations

import json

READ = (
    "tag:Get*", "ec2:Describe*", "autoscaling:Describe*", "ecs:List*", "ecs:Describe*", "eks:List*", "eks:Describe*",
    "lambda:List*", "lambda:Get*", "apigateway:GET", "elasticloadbalancing:Describe*", "sqs:List*", "sqs:GetQueueAttributes",
    "sns:List*", "logs:Describe*", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "rds:Describe*", "rds:List*",
    "dynamodb:List*", "dynamodb:Describe*", "elasticache:Describe*", "es:Describe*", "es:List*", "s3:List*", "s3:GetBucket*",
    "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "appmesh:List*", "appmesh:Describe*",
    "vpc-lattice:List*", "vpc-lattice:Get*", "codedeploy:List*", "codedeploy:Get*", "codedeploy:BatchGet*", "codepipeline:List*",
    "codepipeline:Get*", "config:Describe*", "config:Get*", "synthetics:Describe*", "synthetics:Get*", "ce:Get*",
    "pricing:Get*", "application-autoscaling:Describe*", "apprunner:List*", "apprunner:Describe*", "sns:GetTopicAttributes",
    "dsql:List*", "dsql:Get*", "timestream:List*", "timestream:DescribeEndpoints", "ec2:GetEbsEncryptionByDefault",
    "kms:List*", "kms:DescribeKey", "kms:GetKeyRotationStatus", "ecr:DescribeRepositories", "ecr:ListTagsForResource",
    "secretsmanager:ListSecrets", "iam:GetAccountSummary", "iam:GetAccountPasswordPolicy", "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus", "budgets:ViewBudget", "fis:Get*", "fis:List*",
)  # fmt: skip
ROLLOUT = (
    "lambda:GetAlias", "lambda:UpdateAlias", "codedeploy:Get*", "codedeploy:BatchGet*", "codedeploy:List*",
    "codedeploy:StopDeployment", "codedeploy:CreateDeployment", "codedeploy:RegisterApplicationRevision",
    "ecs:Describe*", "ecs:ListServiceDeployments", "ecs:UpdateService", "ecs:StopServiceDeployment", "iam:PassRole",
    "codepipeline:GetPipelineState", "codepipeline:DisableStageTransition",
    "codepipeline:EnableStageTransition", "codepipeline:PutApprovalResult",
    "elasticloadbalancing:Describe*", "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:ModifyRule", "route53:ListResourceRecordSets", "route53:ChangeResourceRecordSets", "route53:GetChange",
    "vpc-lattice:List*", "vpc-lattice:Get*", "vpc-lattice:UpdateListener", "vpc-lattice:UpdateRule", "appmesh:DescribeRoute",
    "appmesh:DescribeVirtualNode", "appmesh:UpdateRoute", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage",
)  # fmt: skip
# What tries a release out: scripts on hosts, and post-deployment tests.
VALIDATION = (
    "ssm:DescribeDocument", "ssm:SendCommand", "ssm:ListCommands", "ssm:ListCommandInvocations",
    "ssm:GetCommandInvocation", "ssm:CancelCommand", "sns:Publish", "lambda:InvokeFunction",
)  # fmt: skip
CHAOS = (
    "ec2:Describe*", "ec2:CreateNetworkAcl", "ec2:CreateTags", "ec2:ReplaceNetworkAclAssociation", "autoscaling:Describe*",
    "lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency",
    "fis:StopExperiment", "fis:TagResource",
)  # fmt: skip
# Faults of zones, regions, hosts and tasks.
CHAOS_PLACES = (
    "ec2:CreateRouteTable", "ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation",
    "ec2:StopInstances", "ec2:StartInstances", "autoscaling:UpdateAutoScalingGroup",
    "autoscaling:TerminateInstanceInAutoScalingGroup", "arc-zonal-shift:GetManagedResource", "arc-zonal-shift:ListZonalShifts",
    "arc-zonal-shift:StartZonalShift", "arc-zonal-shift:CancelZonalShift", "ecs:StopTask",
    "route53:ListResourceRecordSets", "route53:ListTagsForResource", "route53:ChangeResourceRecordSets", "route53:GetChange",
)  # fmt: skip
# Faults of databases, caches, functions, queues and meshes.
CHAOS_STORES = (
    "rds:FailoverDBCluster", "rds:RebootDBInstance", "elasticache:TestFailover", "dynamodb:GetResourcePolicy",
    "dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy", "sqs:SetQueueAttributes",
    "lambda:UpdateEventSourceMapping", "lambda:UpdateFunctionConfiguration", "lambda:UpdateAlias",
    "vpc-lattice:List*", "vpc-lattice:Get*", "vpc-lattice:UpdateListener", "vpc-lattice:UpdateRule", "appmesh:DescribeRoute",
    "appmesh:UpdateRoute",
)  # fmt: skip
# Faults of a host's network, by documents of AWS.
CHAOS_HOSTS = ("ssm:Describe*", "ssm:List*", "ssm:CancelCommand")
# The AWS Well-Architected Tool and nothing else: neither deleting nor sharing.
REVIEW = (
    "wellarchitected:Get*", "wellarchitected:List*", "wellarchitected:ImportLens", "wellarchitected:ExportLens",
    "wellarchitected:CreateLensVersion", "wellarchitected:CreateWorkload", "wellarchitected:AssociateLenses", "wellarchitected:UpdateAnswer",
    "wellarchitected:UpgradeLensReview", "wellarchitected:CreateMilestone",
)  # fmt: skip
ACTIONS = {
    "read": READ,
    "rollout": ROLLOUT + VALIDATION,
    "chaos": CHAOS + CHAOS_PLACES + CHAOS_STORES + CHAOS_HOSTS,
    "review": REVIEW,
}
# Of the FIS templates only those may be started that the account's owner has tagged for it.
FIS_START: tuple[dict[str, object], ...] = (
    {"Effect": "Allow", "Action": "fis:StartExperiment", "Resource": "arn:*:fis:*:*:experiment/*"},
    {
        "Effect": "Allow", "Action": "fis:StartExperiment", "Resource": "arn:*:fis:*:*:experiment-template/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/colonnade": "allowed"}},
    },
)  # fmt: skip
# On hosts nothing may be run but AWS's own documents for network faults.
SSM_SEND: tuple[dict[str, object], ...] = (
    {
        "Effect": "Allow", "Action": "ssm:SendCommand",
        "Resource": ["arn:*:ssm:*::document/AWSFIS-Run-Network-*", "arn:*:ec2:*:*:instance/*"],
    },
)  # fmt: skip
NARROW = {"chaos": FIS_START + SSM_SEND}
# AWS takes at most 2,048 characters of plain text.
LIMIT = 2048


def allowed_actions(role: str) -> list[str]:
    """All that a role's session may do, also what it may do to some resources only."""
    return [*ACTIONS[role], *(str(statement["Action"]) for statement in NARROW.get(role, ()))]


def session_policy(role: str) -> str:
    """The inline policy for `role`, as compact JSON of at most 2,048 characters."""
    wide = {"Effect": "Allow", "Action": list(ACTIONS[role]), "Resource": "*"}
    statements = [wide, *NARROW.get(role, ())]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
