"""Keys of KMS and secrets of Secrets Manager."""

from __future__ import annotations

import json

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.functions import function
from tests.scorecards.library.stage import Stage


def key(stage: Stage, *, rotates: bool, spec: str = "SYMMETRIC_DEFAULT") -> None:
    """A key of the service."""
    client = stage.client("kms")
    tags = stage.listed("TagKey", "TagValue")
    usage = "ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "SIGN_VERIFY"
    made = client.create_key(Description=stage.name, KeySpec=spec, KeyUsage=usage, Tags=tags)["KeyMetadata"]["KeyId"]
    if rotates:
        client.enable_key_rotation(KeyId=made)


def secret(stage: Stage) -> None:
    """A password that nothing changes."""
    password = json.dumps({"password": "not-a-real-password"})
    stage.client("secretsmanager").create_secret(Name=stage.name, SecretString=password, Tags=stage.listed())


@passes("services.keys-rotate")
def key_that_rotates(stage: Stage) -> None:
    key(stage, rotates=True)


@fails("services.keys-rotate")
def key_that_stays(stage: Stage) -> None:
    key(stage, rotates=False)


@passes("services.secrets-rotate")
def secret_that_rotates(stage: Stage) -> None:
    function(stage)
    secret(stage)
    stage.client("secretsmanager").rotate_secret(
        SecretId=stage.name, RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False,
        RotationLambdaARN=stage.place.arn("lambda", f"function:{stage.name}"),
    )  # fmt: skip


@fails("services.secrets-rotate")
def secret_that_stays(stage: Stage) -> None:
    secret(stage)
