"""The actions of AWS Fault Injection Service that the sandbox knows, as AWS documented them in August 2026.

botocore's model names no action: AWS tells them only at run time (ListActions). `acts` marks those that really change
something here; all others are recorded, take as long as they say, and change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

INSTANCE, SUBNET, TASK = "aws:ec2:instance", "aws:ec2:subnet", "aws:ecs:task"
CLUSTER, FUNCTION, IAM_ROLE, POD = "aws:rds:cluster", "aws:lambda:function", "aws:iam:role", "aws:eks:pod"


@dataclass(frozen=True)
class Action:
    """One action: the key and the type of what it hits ("" for nothing), and its parameters, those it needs first."""

    id: str
    description: str
    target: str = ""
    resource: str = ""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    acts: bool = False

    @property
    def parameters(self) -> dict[str, bool]:
        """Whether it is needed, by name of the parameter."""
        return {**dict.fromkeys(self.takes, False), **dict.fromkeys(self.needs, True)}


_LASTING = ("duration",)
_API = (*_LASTING, "service", "operations", "percentage")

ACTIONS = {
    action.id: action
    for action in (
        Action("aws:cloudwatch:assert-alarm-state", "Check that alarms are in a state.", needs=("alarmArns", "alarmStates")),
        Action("aws:dynamodb:global-table-pause-replication", "Pause replication of a global table.", "Tables", "aws:dynamodb:global-table", _LASTING),
        Action("aws:ebs:pause-volume-io", "Pause input and output of volumes.", "Volumes", "aws:ec2:ebs-volume", _LASTING),
        Action("aws:ec2:reboot-instances", "Reboot instances.", "Instances", INSTANCE, acts=True),
        Action("aws:ec2:send-spot-instance-interruptions", "Interrupt Spot instances.", "SpotInstances", "aws:ec2:spot-instance", ("durationBeforeInterruption",)),
        Action("aws:ec2:stop-instances", "Stop instances.", "Instances", INSTANCE, takes=("startInstancesAfterDuration", "completeIfInstancesTerminated"), acts=True),
        Action("aws:ec2:terminate-instances", "Terminate instances.", "Instances", INSTANCE, acts=True),
        Action("aws:ecs:drain-container-instances", "Drain container instances.", "Clusters", "aws:ecs:cluster", (*_LASTING, "drainagePercentage")),
        Action("aws:ecs:stop-task", "Stop tasks.", "Tasks", TASK, acts=True),
        Action("aws:ecs:task-network-packet-loss", "Lose packets of tasks.", "Tasks", TASK, _LASTING, ("lossPercent", "sources")),
        Action("aws:eks:pod-delete", "Delete pods.", "Pods", POD, ("kubernetesServiceAccount",), ("gracePeriodSeconds",)),
        Action("aws:eks:terminate-nodegroup-instances", "Terminate nodes.", "Nodegroups", "aws:eks:nodegroup", ("instanceTerminationPercentage",)),
        Action("aws:elasticache:replicationgroup-interrupt-az-power", "Interrupt the power of a zone.", "ReplicationGroups", "aws:elasticache:replicationgroup", _LASTING),
        Action("aws:fis:inject-api-internal-error", "Answer calls of a role with internal errors.", "Roles", IAM_ROLE, _API),
        Action("aws:fis:inject-api-throttle-error", "Throttle calls of a role.", "Roles", IAM_ROLE, _API),
        Action("aws:fis:inject-api-unavailable-error", "Answer calls of a role as unavailable.", "Roles", IAM_ROLE, _API),
        Action("aws:fis:wait", "Wait.", needs=_LASTING, acts=True),
        Action("aws:lambda:invocation-add-delay", "Start functions late.", "Functions", FUNCTION, _LASTING, ("invocationPercentage", "startupDelayMilliseconds")),
        Action("aws:lambda:invocation-error", "Let invocations fail.", "Functions", FUNCTION, _LASTING, ("invocationPercentage", "preventExecution")),
        Action("aws:network:disrupt-connectivity", "Deny traffic of subnets.", "Subnets", SUBNET, (*_LASTING, "scope"), ("prefixListIdentifier",), acts=True),
        Action("aws:rds:failover-db-cluster", "Fail clusters over.", "Clusters", CLUSTER, acts=True),
        Action("aws:rds:reboot-db-instances", "Reboot database instances.", "DBInstances", "aws:rds:db", takes=("forceFailover",)),
        Action("aws:s3:bucket-pause-replication", "Pause replication of buckets.", "Buckets", "aws:s3:bucket", (*_LASTING, "region")),
        Action("aws:ssm:send-command", "Run a Systems Manager document.", "Instances", INSTANCE, ("documentArn", "duration"), ("documentParameters", "documentVersion")),
        Action("aws:ssm:start-automation-execution", "Run an automation.", needs=("documentArn", "maxDuration"), takes=("documentParameters", "documentVersion")),
    )
}  # fmt: skip
