"""What CloudWatch holds of the use of a resource."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.scorecards.library.stage import Stage

TWO_WEEKS = 14 * 24
"""Hours that reviews and use facts look back."""


def used(stage: Stage, namespace: str, metric: str, value: float, **dimensions: str) -> None:
    """One value an hour over two weeks."""
    where = [{"Name": name, "Value": text} for name, text in dimensions.items()]
    now = datetime.now(UTC)
    data = [
        {"MetricName": metric, "Dimensions": where, "Timestamp": now - timedelta(hours=hour, minutes=1), "Value": value}
        for hour in range(TWO_WEEKS)
    ]
    stage.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def busy(stage: Stage, cpu: float) -> None:
    """How busy the processors of the service's Auto Scaling group were, in percent."""
    used(stage, "AWS/EC2", "CPUUtilization", cpu, AutoScalingGroupName=stage.name)
