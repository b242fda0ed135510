"""What AWS billed, from Cost Explorer. Each request costs $0.01, so callers ask once and keep the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.aws import session
from portal.aws.errors import aws_errors

HOME = "us-east-1"
"""The only region that answers Cost Explorer requests in the commercial partition."""


@dataclass(frozen=True)
class BilledDay:
    """Unblended cost of one service tag on one day; `service` is empty for untagged spend."""

    day: date
    service: str
    amount: Decimal
    currency: str


def billed_by_service(account: str, start: date, end: date, tag: str = "service") -> list[BilledDay]:
    """Daily cost over [start, end) grouped by a cost allocation tag.

    Empty where Cost Explorer holds nothing, which is not the same as a cost of 0. Raises AwsError.
    """
    client = session.client(account, HOME, "ce", role="read", purpose="cost-review")
    asked = {
        "TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "TAG", "Key": tag}],
    }
    found: list[BilledDay] = []
    with aws_errors("ce:GetCostAndUsage", account, HOME):
        while True:
            answer = client.get_cost_and_usage(**asked)
            for period in answer.get("ResultsByTime", []):
                day = date.fromisoformat(period["TimePeriod"]["Start"][:10])
                for group in period.get("Groups", []):
                    cost = group["Metrics"]["UnblendedCost"]
                    name = group["Keys"][0].partition("$")[2]
                    found.append(BilledDay(day, name, Decimal(cost["Amount"]), cost["Unit"]))
            if not answer.get("NextPageToken"):
                return found
            asked["NextPageToken"] = answer["NextPageToken"]
