"""Where every Lambda alias of an account and region points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import reader


@dataclass(frozen=True)
class AliasState:
    """One alias: all traffic goes to `version` but the shares (0 to 1) of `weights`."""

    function: str
    function_arn: str
    name: str
    version: str
    weights: Mapping[str, float]

    @property
    def key(self) -> str:
        """Function and alias."""
        return f"{self.function}:{self.name}"

    @property
    def canary(self) -> str:
        """The further version that gets traffic; "" for none. AWS allows one."""
        return next((version for version, share in self.weights.items() if share > 0), "")


def aliases(account: str, region: str) -> list[AliasState]:
    """All aliases; one call for each function. Raises AwsError."""
    with aws_errors("lambda:ListAliases", account, region):
        client = reader(account, region, "lambda")
        found = []
        for function in pages(client, "list_functions", "Functions"):
            name = function["FunctionName"]
            for row in pages(client, "list_aliases", "Aliases", FunctionName=name):
                shares = (row.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
                weights = {version: float(share) for version, share in shares.items()}
                found.append(AliasState(name, function["FunctionArn"], row["Name"], row["FunctionVersion"], weights))
    return found
