"""What guards a service: its keys and secrets, its network, where its images and disks are, and its account."""

from __future__ import annotations

from portal.aws import addresses, compute_use, ebs, ecr, guardrails, kms, secrets, security_groups, synthetics, vpc
from services.discovery import Family

FAMILIES = (
    Family("volumes", "Volumes", "aws.volumes", ebs.volumes, ("ec2:DescribeVolumes",), beside=True),
    Family("addresses", "Addresses", "aws.addresses", addresses.addresses, ("ec2:DescribeAddresses",), beside=True),
    Family("security-groups", "Security groups", "aws.security-groups", security_groups.security_groups,
           ("ec2:DescribeSecurityGroups",), beside=True),
    Family("vpcs", "VPCs", "aws.vpcs", vpc.vpcs, ("ec2:DescribeVpcs", "ec2:DescribeFlowLogs"), beside=True),
    Family("ecr", "Image repositories", "aws.ecr", ecr.repositories,
           ("ecr:DescribeRepositories", "ecr:ListTagsForResource")),
    Family("kms", "Keys", "aws.kms", kms.keys,
           ("kms:ListKeys", "kms:DescribeKey", "kms:ListResourceTags", "kms:GetKeyRotationStatus")),
    Family("secrets", "Secrets", "aws.secrets", secrets.secrets, ("secretsmanager:ListSecrets",)),
    Family("journeys", "Synthetic canaries", "aws.journeys", synthetics.journeys, ("synthetics:DescribeCanaries",)),
    Family("compute-use", "Use of machines", "aws.compute-use", compute_use.use,
           ("autoscaling:DescribeAutoScalingGroups", "cloudwatch:GetMetricData"), beside=True),
    Family("guardrails", "Guard rails of accounts", "aws.guardrails", guardrails.guardrails,
           ("iam:GetAccountSummary", "iam:GetAccountPasswordPolicy", "cloudtrail:DescribeTrails",
            "cloudtrail:GetTrailStatus", "ec2:GetEbsEncryptionByDefault", "budgets:ViewBudget"), beside=True, shared=True),
)  # fmt: skip
