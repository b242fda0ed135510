"""Timeout and memory of a Lambda function's $LATEST: what published versions run with is fixed and is not touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors

NAMES = {"timeout": "Timeout", "memory": "MemorySize"}


@dataclass(frozen=True)
class Settings:
    """`timeout` in seconds, `memory` in MB. `settled` is False while AWS is still applying the last update."""

    timeout: int
    memory: int
    revision: str
    settled: bool

    def value(self, name: str) -> int:
        """The setting "timeout" or "memory"."""
        return self.timeout if name == "timeout" else self.memory


def settings(account: str, region: str, function: str) -> Settings:
    """The settings of $LATEST. Raises AwsError."""
    with aws_errors("lambda:GetFunctionConfiguration", account, region):
        row = _client(account, region, "read").get_function_configuration(FunctionName=function)
    settled = row.get("LastUpdateStatus", "Successful") != "InProgress"
    return Settings(int(row["Timeout"]), int(row["MemorySize"]), row.get("RevisionId", ""), settled)


def write(account: str, region: str, function: str, name: str, value: int, revision: str) -> None:
    """Set "timeout" or "memory" over the revision that was read. Raises AwsError, also where somebody was faster."""
    lock: dict[str, Any] = {"RevisionId": revision} if revision else {}
    with aws_errors("lambda:UpdateFunctionConfiguration", account, region):
        client = _client(account, region, "chaos")
        client.update_function_configuration(FunctionName=function, **{NAMES[name]: value}, **lock)


def published(account: str, region: str, function: str) -> list[str]:
    """ "alias → version" of each alias that points at a published version. Raises AwsError."""
    with aws_errors("lambda:ListAliases", account, region):
        rows = _client(account, region, "read").list_aliases(FunctionName=function)["Aliases"]
    return [f"{row['Name']} → {row['FunctionVersion']}" for row in rows if row["FunctionVersion"] != "$LATEST"]


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "lambda", role=role, purpose="chaos")
