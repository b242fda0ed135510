"""Databases of RDS."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def database(stage: Stage, **settings: Any) -> None:
    """A database with nothing to object to; boto3's names change any of it."""
    wanted: dict[str, Any] = {
        "DBInstanceIdentifier": stage.name, "Engine": "postgres", "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": 50, "StorageType": "gp3", "StorageEncrypted": True, "MultiAZ": True,
        "BackupRetentionPeriod": 14, "DeletionProtection": True, "PubliclyAccessible": False,
        "EnableIAMDatabaseAuthentication": True, "EnablePerformanceInsights": True,
        "EnableCloudwatchLogsExports": ["postgresql"], "MonitoringInterval": 60,
        "MonitoringRoleArn": stage.place.role("monitoring"),
        "MasterUsername": "service", "MasterUserPassword": "not-a-real-password", "Tags": stage.listed(),
    }  # fmt: skip
    stage.client("rds").create_db_instance(**(wanted | settings))


@passes(
    "services.rds-encrypted", "services.rds-private", "services.rds-multi-az", "services.rds-backups",
    "services.rds-deletion-protection", "services.rds-iam", "services.performance-insights", "services.rds-current",
    "services.gp3", "services.rds-graviton", "services.rds-log-exports", "services.rds-monitoring",
)  # fmt: skip
def database_kept_well(stage: Stage) -> None:
    database(stage)


@fails("services.rds-encrypted")
def database_in_the_clear(stage: Stage) -> None:
    database(stage, StorageEncrypted=False)


@fails("services.rds-private")
def database_with_a_public_address(stage: Stage) -> None:
    database(stage, PubliclyAccessible=True)


@fails("services.rds-multi-az")
def database_in_one_zone(stage: Stage) -> None:
    database(stage, MultiAZ=False)


@fails("services.rds-backups")
def database_with_backups_of_a_day(stage: Stage) -> None:
    database(stage, BackupRetentionPeriod=1)


@fails("services.rds-deletion-protection")
def database_that_a_typo_deletes(stage: Stage) -> None:
    database(stage, DeletionProtection=False)


@fails("services.rds-iam")
def database_with_passwords_only(stage: Stage) -> None:
    database(stage, EnableIAMDatabaseAuthentication=False)


@fails("services.performance-insights")
def database_without_query_metrics(stage: Stage) -> None:
    database(stage, EnablePerformanceInsights=False)


@fails("services.rds-current", "services.rds-graviton")
def database_of_an_old_generation(stage: Stage) -> None:
    database(stage, DBInstanceClass="db.m5.large")


@fails("services.rds-graviton")
def database_on_x86(stage: Stage) -> None:
    database(stage, DBInstanceClass="db.m7i.large")


@fails("services.gp3")
def database_on_gp2(stage: Stage) -> None:
    database(stage, StorageType="gp2")


@fails("services.rds-log-exports")
def database_that_keeps_its_logs(stage: Stage) -> None:
    database(stage, EnableCloudwatchLogsExports=[])


@fails("services.rds-monitoring")
def database_seen_from_outside_only(stage: Stage) -> None:
    database(stage, MonitoringInterval=0, MonitoringRoleArn="")
