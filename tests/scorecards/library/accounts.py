"""Accounts, and what they do for every service in them."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.logs import logs
from tests.scorecards.library.stage import BARE, Stage

TRAIL = "everything"
BUDGET = {
    "BudgetName": "month", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "500", "Unit": "USD"}
}  # fmt: skip


def guarded(stage: Stage) -> None:
    """Set the account up as it should be."""
    iam, trail = stage.client("iam"), stage.client("cloudtrail")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device")
    iam.update_account_password_policy(MinimumPasswordLength=14)
    place = {"LocationConstraint": stage.place.region}
    stage.client("s3").create_bucket(Bucket=stage.name, CreateBucketConfiguration=place)
    trail.create_trail(Name=TRAIL, S3BucketName=stage.name, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    trail.start_logging(Name=TRAIL)
    stage.client("ec2").enable_ebs_encryption_by_default()
    stage.client("budgets").create_budget(AccountId=stage.place.account, Budget=BUDGET)


@passes(
    "services.account-root-guarded", "services.account-passwords", "services.account-audited",
    "services.account-disks-encrypted", "services.account-budget",
)  # fmt: skip
def account_kept_well(stage: Stage) -> None:
    guarded(stage)
    logs(stage)


@fails(
    "services.account-root-guarded", "services.account-passwords", "services.account-audited",
    "services.account-disks-encrypted", "services.account-budget",
)  # fmt: skip
def account_that_nobody_set_up(stage: Stage) -> None:
    logs(stage.within(BARE))
