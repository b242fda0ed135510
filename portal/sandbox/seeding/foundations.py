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


def seed_account(place: Place) -> None:
    """The IAM roles of an account; IAM is global, so once per account is enough."""
    iam = place.client("iam")
    for name, principal in _ROLES.items():
        who = {"Service": principal} if principal else {"AWS": "*"}
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}],
        }
        create = partial(iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        ensure(create, "EntityAlreadyExists")


def seed_region(place: Place) -> None:
    """A configuration recorder and the rules; putting a rule again changes nothing."""
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
