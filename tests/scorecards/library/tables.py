"""DynamoDB tables."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def table(stage: Stage, *, recovery: bool = True, **settings: Any) -> None:
    """A table with nothing to object to; boto3's names change any of it."""
    client = stage.client("dynamodb")
    wanted: dict[str, Any] = {
        "TableName": stage.name, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "SSESpecification": {"Enabled": True, "SSEType": "KMS"}, "DeletionProtectionEnabled": True,
        "Tags": stage.listed(),
    }  # fmt: skip
    client.create_table(**(wanted | settings))
    if recovery:
        specification = {"PointInTimeRecoveryEnabled": True}
        client.update_continuous_backups(TableName=stage.name, PointInTimeRecoverySpecification=specification)


@passes(
    "services.dynamodb-recovery", "services.dynamodb-deletion-protection", "services.dynamodb-key",
    "services.dynamodb-capacity",
)  # fmt: skip
def table_kept_well(stage: Stage) -> None:
    table(stage)


@fails("services.dynamodb-recovery")
def table_without_recovery(stage: Stage) -> None:
    table(stage, recovery=False)


@fails("services.dynamodb-deletion-protection")
def table_that_a_typo_deletes(stage: Stage) -> None:
    table(stage, DeletionProtectionEnabled=False)


@fails("services.dynamodb-key")
def table_under_the_key_of_aws(stage: Stage) -> None:
    table(stage, SSESpecification={"Enabled": False})


@fails("services.dynamodb-capacity")
def table_with_fixed_capacity(stage: Stage) -> None:
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    table(stage, BillingMode="PROVISIONED", ProvisionedThroughput=units)


@passes("services.dynamodb-capacity")
def table_whose_capacity_scales(stage: Stage) -> None:
    table_with_fixed_capacity(stage)
    for kind in ("Read", "Write"):
        stage.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="dynamodb", ResourceId=f"table/{stage.name}",
            ScalableDimension=f"dynamodb:table:{kind}CapacityUnits", MinCapacity=5, MaxCapacity=50,
        )  # fmt: skip
