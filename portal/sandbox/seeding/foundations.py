"""What an account and a region have before any service: IAM roles, AWS Config rules."""

from __future__ import annotations

import json
from functools import partial

from .aws import Place, ensure

_ROLES = {
    "colonnade-read": "",
    "colonnade-rollout": "",
    "colonnade-chaos": "",
    "lambda-execution": "lambda.amazonaws.com",
    "task-execution": "ecs-tasks.amazonaws.com",
    "deployments": "codedeploy.amazonaws.com",
    "pipelines": "codepipeline.amazonaws.com",
    "clusters": "eks.amazonaws.com",
    "journeys": "synthetics.amazonaws.com",
    "experiments": "fis.amazonaws.com",
}
"""Role names with the service that may take them; "" is the portal, from another account."""

RULES = {
    "s3-public-access-blocked": "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    "rds-storage-encrypted": "RDS_STORAGE_ENCRYPTED",
    "rds-multi-az": "RDS_MULTI_AZ_SUPPORT",
    "dynamodb-pitr-enabled": "DYNAMODB_PITR_ENABLED",
    "required-tags": "REQUIRED_TAGS",
}
"""AWS Config rule names with the managed rule that each is an instance of."""


LEAST_PASSWORD = {"111111111111": 14, "222222222222": 8}
"""The shortest password that each account takes: the platform's is too short."""
BUDGETED = ("111111111111",)
"""Accounts with a budget."""
TRAIL = "everything"
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def seed_account(place: Place) -> None:
    """The IAM roles of an account and its guard rails; IAM is global, so once per account is enough."""
    iam = place.client("iam")
    ensure(lambda: iam.create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device"), "EntityAlreadyExists")
    iam.update_account_password_policy(MinimumPasswordLength=LEAST_PASSWORD.get(place.account, 14))
    _audit(place)
    if place.account in BUDGETED:
        limit = {"Amount": "40000", "Unit": "USD"}
        month = {"BudgetName": "month", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
        budgets = place.client("budgets")
        ensure(lambda: budgets.create_budget(AccountId=place.account, Budget=month), "DuplicateRecordException")
    for name, principal in _ROLES.items():
        who = {"Service": principal} if principal else {"AWS": "*"}
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}],
        }
        create = partial(iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        ensure(create, "EntityAlreadyExists")


def _audit(place: Place) -> None:
    """One trail for all regions, into a bucket of its own."""
    bucket, trail = f"audit-trail-{place.account}", place.client("cloudtrail")
    where = {} if place.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": place.region}}
    s3 = place.client("s3")
    ensure(lambda: s3.create_bucket(Bucket=bucket, **where), "BucketAlreadyOwnedByYou", "BucketAlreadyExists")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(BLOCKS, True))
    wanted = {"Name": TRAIL, "S3BucketName": bucket, "IsMultiRegionTrail": True, "EnableLogFileValidation": True}
    ensure(lambda: trail.create_trail(**wanted), "TrailAlreadyExistsException")
    trail.start_logging(Name=TRAIL)


def seed_region(place: Place) -> None:
    """Encryption of disks by default, a configuration recorder and the rules; all of it may be done again."""
    place.client("ec2").enable_ebs_encryption_by_default()
    config = place.client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": place.role("colonnade-read"),
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": False},
        }
    )
    for name, identifier in RULES.items():
        rule = {"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": identifier}}
        if identifier == "REQUIRED_TAGS":
            rule["InputParameters"] = json.dumps({"tag1Key": "service", "tag2Key": "owner"})
        config.put_config_rule(ConfigRule=rule)
