"""AWS Config: what each rule says of the resources of an account and region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import reader

COMPLIANT, NON_COMPLIANT = "COMPLIANT", "NON_COMPLIANT"
INSUFFICIENT_DATA, NOT_APPLICABLE = "INSUFFICIENT_DATA", "NOT_APPLICABLE"


@dataclass(frozen=True)
class Evaluation:
    """What one rule says of one resource. ``compliance`` is one of the four words of AWS Config."""

    rule: str
    resource_type: str
    resource: str
    compliance: str
    annotation: str
    recorded: datetime | None


@dataclass(frozen=True)
class RuleCompliance:
    """One rule with its evaluations, resource by resource."""

    name: str
    account: str
    region: str
    compliance: str
    evaluations: Sequence[Evaluation]


def compliance(account: str, region: str) -> list[RuleCompliance]:
    """All rules of the account and region. Raises AwsError."""
    with aws_errors("config:DescribeComplianceByConfigRule", account, region):
        client = reader(account, region, "config")
        rules = list(pages(client, "describe_compliance_by_config_rule", "ComplianceByConfigRules"))
        return [_rule(client, row, account, region) for row in rules]


def _rule(client: Any, row: Mapping[str, Any], account: str, region: str) -> RuleCompliance:
    name = row["ConfigRuleName"]
    details = pages(client, "get_compliance_details_by_config_rule", "EvaluationResults", ConfigRuleName=name)
    overall = (row.get("Compliance") or {}).get("ComplianceType", INSUFFICIENT_DATA)
    return RuleCompliance(name, account, region, overall, tuple(_evaluation(name, detail) for detail in details))


def _evaluation(rule: str, detail: Mapping[str, Any]) -> Evaluation:
    of = (detail.get("EvaluationResultIdentifier") or {}).get("EvaluationResultQualifier") or {}
    return Evaluation(
        rule=rule,
        resource_type=of.get("ResourceType", ""),
        resource=of.get("ResourceId", ""),
        compliance=detail.get("ComplianceType", INSUFFICIENT_DATA),
        annotation=detail.get("Annotation", ""),
        recorded=detail.get("ResultRecordedTime"),
    )
