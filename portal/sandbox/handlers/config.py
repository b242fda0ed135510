"""AWS Config compliance, judged from what exists in the sandbox now."""

from __future__ import annotations

from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.compliance import Verdict, judge
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

CAP = 25


def _rules(names: list[str], context: Context) -> list[dict[str, str]]:
    """Name and managed rule identifier of the wanted rules, all of them for an empty list."""
    known = backend("config", context.account, context.region).config_rules
    for name in names:
        if name not in known:
            raise Refused("NoSuchConfigRuleException", f"The ConfigRule '{name}' provided in the request is invalid.")
    return [{"name": name, "identifier": known[name].source.source_identifier} for name in sorted(names or known)]


def _type(verdicts: list[Verdict]) -> str:
    if not verdicts:
        return "INSUFFICIENT_DATA"
    return "COMPLIANT" if all(verdict.compliant for verdict in verdicts) else "NON_COMPLIANT"


@handles("config", "DescribeComplianceByConfigRule")
def describe_compliance_by_config_rule(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Compliance of each rule, with the number of resources that break it (at most 25, as AWS caps it)."""
    found = []
    for rule in _rules(params.get("ConfigRuleNames") or [], context):
        verdicts = judge(rule["identifier"], context.account, context.region)
        compliance: dict[str, Any] = {"ComplianceType": _type(verdicts)}
        bad = sum(1 for verdict in verdicts if not verdict.compliant)
        if bad:
            compliance["ComplianceContributorCount"] = {"CappedCount": min(bad, CAP), "CapExceeded": bad > CAP}
        if compliance["ComplianceType"] in (params.get("ComplianceTypes") or [compliance["ComplianceType"]]):
            found.append({"ConfigRuleName": rule["name"], "Compliance": compliance})
    return {"ComplianceByConfigRules": found}


@handles("config", "GetComplianceDetailsByConfigRule")
def get_compliance_details_by_config_rule(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One evaluation for each resource that the rule looks at."""
    rule = _rules([params["ConfigRuleName"]], context)[0]
    results = []
    for verdict in judge(rule["identifier"], context.account, context.region):
        kind = "COMPLIANT" if verdict.compliant else "NON_COMPLIANT"
        if kind not in (params.get("ComplianceTypes") or [kind]):
            continue
        qualifier = {
            "ConfigRuleName": rule["name"],
            "ResourceType": verdict.type,
            "ResourceId": verdict.id,
            "EvaluationMode": "DETECTIVE",
        }
        result = {
            "EvaluationResultIdentifier": {"EvaluationResultQualifier": qualifier, "OrderingTimestamp": state.now()},
            "ComplianceType": kind,
            "ResultRecordedTime": state.now(),
            "ConfigRuleInvokedTime": state.now(),
        }
        results.append({**result, "Annotation": verdict.reason} if verdict.reason else result)
    return {"EvaluationResults": results}
