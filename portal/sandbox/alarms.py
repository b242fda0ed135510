"""Alarms of CloudWatch on the clock: metric alarms judged on the stored data, composite alarms on the others' states.

As in AWS an alarm looks at its last `evaluation_periods` whole periods, needs `datapoints_to_alarm` of them beyond the
threshold, and treats those without data as it was told. Unlike in AWS an alarm of which no period has any data keeps the state
that somebody has set, so that alarms can be played by hand. Actions go to SNS topics.
"""

from __future__ import annotations

import ast
import json
import logging
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.backends import get_backend
from moto.core.exceptions import ServiceException

from . import metric_queries
from .backends import backend
from .metric_math import BadExpression, Series
from .metric_queries import Window
from .state import State

log = logging.getLogger(__name__)
OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt, "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt, "LessThanOrEqualToThreshold": operator.le,
}  # fmt: skip
ASKED = re.compile(r'\b(OK|ALARM|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|([^)"]+))\s*\)')


def evaluate_all(state: State) -> None:
    """Bring the alarms of all accounts and regions up to date; call it while holding the state's lock."""
    for account, regions in list(get_backend("cloudwatch").items()):
        for region, kept in list(regions.items()):
            for alarm in sorted(kept.alarms.values(), key=lambda one: bool(one.rule)):
                _evaluate(state, account, region, alarm)


def _evaluate(state: State, account: str, region: str, alarm: Any) -> None:
    try:
        found = _composite(account, region, alarm) if alarm.rule else _metric(state, account, region, alarm)
    except (BadExpression, KeyError, SyntaxError) as error:
        log.warning("the alarm %s cannot be evaluated: %s", alarm.name, error)
        return
    if found is None or found[0] == alarm.state_value:
        return
    alarm.update_state(found[1], "{}", found[0])
    if alarm.actions_enabled:
        _act(account, region, alarm)


def _metric(state: State, account: str, region: str, alarm: Any) -> tuple[str, str] | None:
    compare = COMPARISONS.get(alarm.comparison_operator)
    period = _period(alarm)
    if compare is None or not period:
        return None
    end = state.wall() // period * period
    window = Window((account, region), end - alarm.evaluation_periods * period, end)
    series = _series(state, window, alarm, period)
    if not series:
        return None
    values = [series.get(at) for at in window.times(period)]
    return judge(values, compare, alarm.threshold, alarm.datapoints_to_alarm, alarm.treat_missing_data or "missing")


def judge(
    values: list[float | None],
    compare: Callable[[float, float], bool],
    threshold: float,
    wanted: int | None,
    missing: str,
) -> tuple[str, str] | None:
    """(state, reason) from the values of the periods, None for one without data; None keeps the state as it is."""
    needed = wanted or len(values)
    known = [value for value in values if value is not None]
    breaching = sum(compare(value, threshold) for value in known)
    holes = len(values) - len(known)
    if missing == "breaching":
        breaching += holes
    elif holes and missing == "ignore" and breaching < needed:
        return None
    if breaching >= needed:
        return ALARM, f"Threshold Crossed: {breaching} of the last {len(values)} datapoints crossed {threshold:g}."
    if not known and missing == "missing":
        return UNKNOWN, "Insufficient Data."
    return OK, f"Threshold not crossed: {breaching} of the last {len(values)} datapoints crossed {threshold:g}."


def _period(alarm: Any) -> float:
    if alarm.metric_data_queries:
        stats = [query.metric_stat for query in alarm.metric_data_queries if query.metric_stat]
        return max((float(stat.period) for stat in stats), default=0.0)
    return float(alarm.period or 0)


def _series(state: State, window: Window, alarm: Any, period: float) -> Series:
    if not alarm.metric_data_queries:
        stat = alarm.statistic or alarm.extended_statistic
        return metric_queries.series(
            state, window, _stat(alarm.namespace, alarm.metric_name, alarm.dimensions, period, stat)
        )
    queries = [_query(query) for query in alarm.metric_data_queries]
    answered = metric_queries.answers(state, window, queries)
    shown = next(query["Id"] for query in queries if query["ReturnData"])
    return metric_queries.points(answered[shown], window.times(period))


def _stat(namespace: str, name: str, dimensions: list[Any], period: float, stat: str) -> dict[str, Any]:
    listed = [{"Name": one.name, "Value": one.value} for one in dimensions]
    return {
        "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": listed},
        "Period": period,
        "Stat": stat,
    }


def _query(query: Any) -> dict[str, Any]:
    shown = str(query.return_data).lower() != "false"
    if not query.metric_stat:
        return {"Id": query.id, "Expression": query.expression, "ReturnData": shown}
    stat, metric = query.metric_stat, query.metric_stat.metric
    listed = _stat(metric.namespace, metric.metric_name, metric.dimensions or [], float(stat.period), stat.stat)
    return {"Id": query.id, "MetricStat": listed, "ReturnData": shown}


def _composite(account: str, region: str, alarm: Any) -> tuple[str, str]:
    others = backend("cloudwatch", account, region).alarms
    states = {name: one.state_value for name, one in others.items()}
    rings = holds(alarm.rule, states)
    return (ALARM, f"{alarm.rule} holds.") if rings else (OK, f"{alarm.rule} does not hold.")


def holds(rule: str, states: Mapping[str, str]) -> bool:
    """Whether an alarm rule holds: ALARM("a") AND NOT (OK(b) OR TRUE). Raises SyntaxError or KeyError."""

    def told(found: re.Match[str]) -> str:
        name = (found[2] or found[3]).strip()
        return str(states[name.rpartition(":alarm:")[2]] == found[1])

    text = ASKED.sub(told, rule)
    for word, ours in (("AND", "and"), ("OR", "or"), ("NOT", "not"), ("TRUE", "True"), ("FALSE", "False")):
        text = re.sub(rf"\b{word}\b", ours, text)
    return _truth(ast.parse(text.strip(), mode="eval").body)


def _truth(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=bool(known)):
            return known
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _truth(operand)
        case ast.BoolOp(op=op, values=values):
            each = (_truth(one) for one in values)
            return all(each) if isinstance(op, ast.And) else any(each)
    raise SyntaxError(f"{ast.unparse(node)} is no alarm rule")


def _act(account: str, region: str, alarm: Any) -> None:
    """Tell the topics of the state that the alarm has now."""
    actions = {OK: alarm.ok_actions, ALARM: alarm.alarm_actions}.get(alarm.state_value) or []
    told = {
        "AlarmName": alarm.name, "NewStateValue": alarm.state_value, "NewStateReason": alarm.state_reason,
        "AWSAccountId": account, "Region": region,
    }  # fmt: skip
    for arn in (arn for arn in actions if ":sns:" in arn):
        try:
            subject = f'{alarm.state_value}: "{alarm.name}" in {region}'
            backend("sns", account, region).publish(json.dumps(told), arn=arn, subject=subject)
        except ServiceException:
            # A topic that is not there must not keep the other alarms from being evaluated.
            log.warning("the alarm %s could not tell %s", alarm.name, arn)
