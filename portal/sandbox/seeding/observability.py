"""Log groups, alarms and synthetic journeys."""

from __future__ import annotations

from typing import Any

from portal.sandbox.parts import Alarm, Container, Fleet, Function, Journey, Logs, Service

from .aws import Place, pairs, seeds


@seeds(Logs)
def seed_logs(place: Place, service: Service, part: Logs) -> None:
    """A log group; without retention it keeps its events for ever."""
    logs, name = place.client("logs"), f"{part.prefix}/{service.name}"
    logs.create_log_group(logGroupName=name, tags=service.tags if part.tagged else {})
    if part.retention:
        logs.put_retention_policy(logGroupName=name, retentionInDays=part.retention)


def _watched(service: Service, kind: str) -> dict[str, Any]:
    """The metric that an alarm of the service watches."""
    kinds = {type(part) for part in service.parts}
    if Function in kinds:
        name = {"errors": "Errors", "latency": "Duration"}[kind]
        return {
            "Namespace": "AWS/Lambda",
            "MetricName": name,
            "Dimensions": pairs({"FunctionName": service.name}, "Name"),
        }
    if kinds & {Container, Fleet}:
        name = {"errors": "HTTPCode_Target_5XX_Count", "latency": "TargetResponseTime"}[kind]
        return {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": name,
            "Dimensions": pairs({"LoadBalancer": f"app/{service.name}"}, "Name"),
        }
    return {"Namespace": service.name, "MetricName": kind.capitalize(), "Dimensions": []}


@seeds(Alarm)
def seed_alarm(place: Place, service: Service, part: Alarm) -> None:
    """`<service>-<kind>`, in state OK."""
    name = f"{service.name}-{part.kind}"
    client = place.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=name,
        **_watched(service, part.kind),
        Statistic="Sum" if part.kind == "errors" else "Average",
        Period=60,
        EvaluationPeriods=3,
        DatapointsToAlarm=3,
        Threshold=300.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        ActionsEnabled=part.actions,
        AlarmActions=[place.arn("sns", f"{service.team}-on-call")] if part.actions else [],
        Tags=pairs(service.tags) if part.tagged else [],
    )
    client.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="Threshold not crossed.")


@seeds(Journey)
def seed_journey(place: Place, service: Service, part: Journey) -> None:
    """A synthetic canary that runs each minute."""
    client = place.client("synthetics")
    client.create_canary(
        Name=part.name,
        Code={"Handler": "journey.handler", "ZipFile": b"-"},
        ArtifactS3Location=f"s3://{service.name}-journeys/",
        ExecutionRoleArn=place.role("journeys"),
        Schedule={"Expression": "rate(1 minute)"},
        RuntimeVersion="syn-python-selenium-7.0",
        Tags=service.tags,
    )
    client.start_canary(Name=part.name)
