"""What an account does for everything in it: its root user, passwords, audit trail, default encryption and budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws.errors import AwsNotFound
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Guardrails(AwsResource):
    """One account in one region. What the role may not read is None.

    `password_length` is 0 where the account has no policy. `audited`: a trail of all regions is on and proves that nobody
    changed its files. `disks_encrypted`: a new volume is encrypted even where nobody asks for it.
    """

    root_mfa: bool | None
    root_keys: bool | None
    password_length: int | None
    audited: bool | None
    disks_encrypted: bool | None
    budgets: int | None


def guardrails(account: str, region: str) -> list[Guardrails]:
    """The one row of this account and region, a handful of calls."""

    def ask(action: str, read: Any) -> Any:
        return detail(action, account, region, read)

    iam, trail = reader(account, region, "iam"), reader(account, region, "cloudtrail")
    summary = ask("iam:GetAccountSummary", lambda: iam.get_account_summary()["SummaryMap"])
    ec2, budgets = reader(account, region, "ec2"), reader(account, region, "budgets")
    return [
        Guardrails(
            name=account,
            arn=f"arn:aws:iam::{account}:root",
            account=account,
            region=region,
            root_mfa=None if summary is None else bool(summary.get("AccountMFAEnabled")),
            root_keys=None if summary is None else bool(summary.get("AccountAccessKeysPresent")),
            password_length=_password_length(iam, account, region),
            audited=ask("cloudtrail:DescribeTrails", lambda: _audited(trail)),
            disks_encrypted=ask(
                "ec2:GetEbsEncryptionByDefault", lambda: ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
            ),
            budgets=ask("budgets:ViewBudget", lambda: sum(1 for _ in _budgets(budgets, account))),
        )
    ]


def _password_length(iam: Any, account: str, region: str) -> int | None:
    """IAM answers "no such entity" for an account that never made a policy."""
    try:
        policy = detail("iam:GetAccountPasswordPolicy", account, region, lambda: iam.get_account_password_policy())
    except AwsNotFound:
        return 0
    return None if policy is None else int(policy["PasswordPolicy"].get("MinimumPasswordLength", 0))


def _audited(client: Any) -> bool:
    return any(
        client.get_trail_status(Name=row["TrailARN"])["IsLogging"]
        for row in client.describe_trails()["trailList"]
        if row.get("IsMultiRegionTrail") and row.get("LogFileValidationEnabled")
    )


def _budgets(client: Any, account: str) -> Any:
    rows: Any = pages(client, "describe_budgets", "Budgets", AccountId=account)
    return rows
