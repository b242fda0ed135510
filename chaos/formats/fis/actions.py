"""Actions of AWS FIS: which fault of ours does the same and can be undone here. All others start the template itself.

The ids were seen in AWS's documents and samples in November 2026; an id that is not listed is imported all the same.
"""

from __future__ import annotations

FAULTS: dict[str, tuple[str, ...]] = {
    "aws:ec2:stop-instances": ("instance-stop",),
    "aws:ec2:terminate-instances": ("instance-termination",),
    "aws:ecs:stop-task": ("task-termination",),
    "aws:rds:failover-db-cluster": ("aurora-failover", "rds-failover"),
    "aws:rds:reboot-db-instances": ("rds-failover",),
    "aws:network:disrupt-connectivity": ("zone-network-cut",),
    "aws:elasticache:replicationgroup-interrupt-az-power": ("elasticache-failover",),
    "aws:elasticache:interrupt-cluster-az-power": ("elasticache-failover",),
    "aws:lambda:invocation-add-delay": ("lambda-latency",),
    "aws:lambda:invocation-error": ("lambda-errors",),
    "aws:arc:start-zonal-autoshift": ("zonal-shift",),
    "aws:ssm:send-command/AWSFIS-Run-Network-Packet-Loss": ("ssm-packet-loss",),
    "aws:ssm:send-command/AWSFIS-Run-Network-Packet-Loss-Sources": ("ssm-packet-loss",),
    "aws:ssm:send-command/AWSFIS-Run-Network-Latency": ("ssm-latency",),
    "aws:ssm:send-command/AWSFIS-Run-Network-Latency-Sources": ("ssm-latency",),
    "aws:ssm:send-command/AWSFIS-Run-Network-Blackhole-Port": ("ssm-blackhole",),
}
TEMPLATE = "fis-template"
WAIT = "aws:fis:wait"
ASSERT_ALARM = "aws:cloudwatch:assert-alarm-state"

NAMES: dict[str, tuple[str, ...]] = {
    "startupDelayMilliseconds": ("latency_ms", "milliseconds", "latency"),
    "invocationPercentage": ("percent",),
    "availabilityZoneIdentifier": ("zone", "az"),
    "LossPercent": ("loss_percent",),
    "DelayMilliseconds": ("milliseconds", "delay_ms", "latency_ms", "delay"),
    "Interface": ("interface",),
    "Sources": ("sources", "source"),
    "Port": ("port",),
    "Protocol": ("protocol",),
    "TrafficType": ("traffic",),
}
"""Parameters of FIS actions and of their documents → names of our arguments, the best first."""
ARN_NAMES: dict[str, tuple[str, ...]] = {
    "aws:ec2:instance": ("instance", "instance_id"),
    "aws:ecs:task": ("task",),
    "aws:rds:cluster": ("cluster", "database"),
    "aws:rds:db": ("instance", "database"),
    "aws:lambda:function": ("function",),
    "aws:elasticache:replicationgroup": ("replication_group", "group"),
    "aws:elasticache:redis-replicationgroup": ("replication_group", "group"),
    "aws:ec2:subnet": ("subnet",),
}
"""Which argument of ours an ARN of this resource type gives."""
ZONE_PATHS = ("Placement.AvailabilityZone", "AvailabilityZone")
