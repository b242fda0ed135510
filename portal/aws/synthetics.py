"""Synthetic canaries: scripts that walk through a service as its users do."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True, kw_only=True)
class Journey(AwsResource):
    """One canary; `running` while its schedule is started. `schedule` as AWS writes it, such as rate(1 minute)."""

    state: str
    running: bool
    schedule: str


def journeys(account: str, region: str) -> list[Journey]:
    """All canaries of the account and region."""
    with aws_errors("synthetics:DescribeCanaries", account, region):
        return [
            Journey(
                name=row["Name"],
                arn=f"arn:aws:synthetics:{region}:{account}:canary:{row['Name']}",
                account=account,
                region=region,
                tags=dict(row.get("Tags") or {}),
                state=(row.get("Status") or {}).get("State", ""),
                running=(row.get("Status") or {}).get("State") == "RUNNING",
                schedule=(row.get("Schedule") or {}).get("Expression", ""),
            )
            for row in pages(reader(account, region, "synthetics"), "describe_canaries", "Canaries")
        ]
