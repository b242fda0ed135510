"""The traffic weights of a Lambda alias: read them, and set them with the rollout role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors


@dataclass(frozen=True)
class AliasWeights:
    """Where an alias sends its traffic: all to ``version`` but the shares (0 to 1) of ``weights``."""

    function: str
    name: str
    version: str
    weights: Mapping[str, float]
    revision: str

    def same(self, version: str, weights: Mapping[str, float]) -> bool:
        """Whether the alias sends its traffic exactly so."""
        return self.version == version and dict(self.weights) == {v: share for v, share in weights.items() if share}


def alias(account: str, region: str, function: str, name: str, *, role: str = "rollout") -> AliasWeights:
    """The alias as it is now. Raises AwsNotFound where there is none, and other AwsErrors."""
    with aws_errors("lambda:GetAlias", account, region):
        return _alias(function, _client(account, region, role).get_alias(FunctionName=function, Name=name))


def set_weights(
    account: str,
    region: str,
    function: str,
    name: str,
    version: str,
    weights: Mapping[str, float],
    *,
    revision: str = "",
    role: str = "rollout",
) -> AliasWeights:
    """Send all traffic to ``version`` but the shares of ``weights`` (at most one other version, 0 to 1).

    With ``revision`` AWS refuses the call when somebody changed the alias since. Raises AwsError, or ValueError for
    weights that AWS would not take.
    """
    shares = {other: share for other, share in weights.items() if share != 0}
    if len(shares) > 1 or version in shares or any(not 0 < share <= 1 for share in shares.values()):
        raise ValueError("An alias takes one more version beside its own, with a share between 0 and 1.")
    lock = {"RevisionId": revision} if revision else {}
    with aws_errors("lambda:UpdateAlias", account, region):
        reply = _client(account, region, role).update_alias(
            FunctionName=function,
            Name=name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": shares},
            **lock,
        )
    return _alias(function, reply)


def _client(account: str, region: str, role: str) -> Any:
    return session.client(account, region, "lambda", role=role, purpose="rollout")


def _alias(function: str, reply: Mapping[str, Any]) -> AliasWeights:
    shares = (reply.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    kept = {version: float(share) for version, share in shares.items() if float(share) > 0}
    return AliasWeights(function, reply["Name"], reply["FunctionVersion"], kept, reply.get("RevisionId", ""))
