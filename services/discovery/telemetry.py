"""What watches the service: alarms and logs. They are facts, not things to depend on."""

from __future__ import annotations

from portal.aws import alarms, logs
from services.discovery import Family

FAMILIES = (
    Family("alarms", "Alarms", "aws.alarms", alarms.alarms, ("cloudwatch:DescribeAlarms",), always=True),
    Family("logs", "Log groups", "aws.logs", logs.log_groups, ("logs:DescribeLogGroups",)),
)
