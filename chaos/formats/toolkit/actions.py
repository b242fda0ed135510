"""The actions that may be imported: which function of the open format is which fault of ours, argument by argument.

Only names are compared. Nothing here imports what it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "text": "a text",
    "whole": "a whole number",
    "number": "a number",
    "share": "a number from 0 to 1",
    "flag": "true or false",
    "texts": "a list of one text",
    "any": "anything",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function: its kind, and the names that a fault may have for it, the best first (none: dropped)."""

    kind: str = "text"
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A function of the open format and the faults that it stands for; the first that is installed is taken.

    `only` are arguments that must have exactly this value, `usual` those that have it where the file does not say.
    `inverse` is the function that a rollback calls, with those arguments of the action that it takes. `implied` are
    arguments of ours that its name says, `needed` those of the function without which it is not written into a file.
    """

    module: str
    func: str
    faults: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    only: Mapping[str, Any] = field(default_factory=dict)
    inverse: tuple[str, ...] = ()
    usual: Mapping[str, Any] = field(default_factory=dict)
    implied: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Module and function as one name."""
        return f"{self.module}.{self.func}"


def text(*ours: str) -> Parameter:
    """A text."""
    return Parameter("text", ours)


def whole(*ours: str) -> Parameter:
    """A whole number."""
    return Parameter("whole", ours)


def one_of_list(*ours: str) -> Parameter:
    """A list that must hold one text, because a fault hits one thing."""
    return Parameter("texts", ours)


DROPPED, FLAG = Parameter("any"), Parameter("flag")
GROUPS = {"asg_names": one_of_list("group", "asg", "asg_name"), "tags": DROPPED}
SOME = {"instance_count": whole("count", "instances"), "instance_percent": whole("percent"), "az": text("zone", "az")}
INSTANCES = {"az": text("zone", "az"), "filters": DROPPED, "force": FLAG}
INSTANCE = {"instance_id": text("instance", "instance_id"), **INSTANCES}
MANY = {"instance_ids": one_of_list("instance", "instance_id"), **INSTANCES}
FUNCTION = {"function_name": text("function", "function_name"), "layer": DROPPED}
PROBABILITY = {"probability": Parameter("share", ("percent",))}
ZONE = {"az": text("zone", "az"), "dry_run": FLAG, "tags": DROPPED, "filters": DROPPED, "state_path": DROPPED}
REAL, ONE, NAMED = {"dry_run": False}, {"count": "1"}, ("asg_names",)
COMMAND = {
    "targets": DROPPED, "document_version": DROPPED, "timeout_seconds": DROPPED, "max_concurrency": DROPPED,
    "max_errors": DROPPED, "region": text("region"), "document_name": text(),
    "parameters.DurationSeconds": one_of_list(), "parameters.InstallDependencies": one_of_list(),
    "parameters.Interface": one_of_list("interface"), "parameters.Sources": one_of_list("sources", "source"),
    "parameters.TrafficType": one_of_list("traffic", "direction"), "parameters.Protocol": one_of_list("protocol"),
    "parameters.Port": one_of_list("port"), "parameters.LossPercent": one_of_list("loss_percent", "loss"),
    "parameters.DelayMilliseconds": one_of_list("milliseconds", "delay_ms", "latency_ms", "delay"),
}  # fmt: skip
TOXIC = {
    "for_proxy": text("proxy", "dependency"), "toxic_name": text(), "toxic_type": text(), "stream": text(),
    "toxicity": Parameter("share", ("percent",)), "attributes.jitter": whole("jitter", "jitter_ms"),
    "attributes.latency": whole("milliseconds", "latency_ms"), "attributes.timeout": whole(),
}  # fmt: skip


def _toxic(kind: str, fault: str) -> Action:
    return Action(
        "chaostoxi.toxic.actions", "create_toxic", (fault,), TOXIC, {"toxic_type": kind},
        ("delete_toxic", "for_proxy", "toxic_name"),
    )  # fmt: skip


def _command(document: str, fault: str) -> Action:
    return Action("chaosaws.ssm.actions", "send_command", (fault,), COMMAND, {"document_name": document})


ACTIONS = (
    Action("chaosaws.ec2.actions", "stop_instance", ("instance-stop",), INSTANCE, inverse=("start_instances",), implied=ONE),
    Action("chaosaws.ec2.actions", "stop_instances", ("instance-stop",), MANY, inverse=("start_instances",)),
    Action("chaosaws.ec2.actions", "terminate_instance", ("instance-termination",), INSTANCE, implied=ONE),
    Action("chaosaws.ec2.actions", "terminate_instances", ("instance-termination",), MANY),
    Action("chaosaws.asg.actions", "terminate_random_instances", ("instance-termination",), {**GROUPS, **SOME}, needed=NAMED),
    Action("chaosaws.asg.actions", "stop_random_instances", ("instance-stop",), {**GROUPS, **SOME, "force": FLAG}, needed=NAMED),
    Action("chaosaws.asg.actions", "change_subnets", ("asg-leave-zone",), {**GROUPS, "subnets": DROPPED}),
    Action(
        "chaosaws.ecs.actions", "stop_random_tasks", ("task-termination",),
        {"cluster": text("cluster"), "service": text("ecs_service", "service"), "reason": text(),
         "task_count": whole("count", "tasks"), "task_percent": whole("percent")},
    ),
    Action(
        "chaosaws.ecs.actions", "stop_task", ("task-termination",),
        {"cluster": text("cluster"), "service": text("ecs_service", "service"), "reason": text(), "task_id": text("task")}, implied=ONE,
    ),
    Action(
        "chaosaws.awslambda.actions", "put_function_concurrency", ("lambda-concurrency-zero",),
        {"function_name": text("function"), "concurrent_executions": whole()}, {"concurrent_executions": 0},
        ("delete_function_concurrency", "function_name"),
    ),
    Action(
        "chaosaws.awslambda.actions", "put_function_timeout", ("lambda-timeout",),
        {"function_name": text("function"), "timeout": whole("timeout")},
    ),
    Action(
        "chaosaws.awslambda.actions", "put_function_memory_size", ("lambda-memory",),
        {"function_name": text("function"), "memory_size": whole("memory")},
    ),
    Action(
        "chaosaws.awslambda.actions", "toggle_event_source_mapping_state", ("event-source-off",),
        {"event_uuid": text(), "enabled": FLAG}, {"enabled": False},
    ),
    Action(
        "chaosaws.awslambda.actions", "add_latency", ("lambda-latency",),
        {**FUNCTION, **PROBABILITY, "latency": whole("latency_ms", "milliseconds", "latency")},
        inverse=("remove_latency", "function_name"),
    ),
    Action(
        "chaosaws.awslambda.actions", "add_error", ("lambda-errors",), {**FUNCTION, **PROBABILITY, "body": text()},
        inverse=("remove_error", "function_name"),
    ),
    Action(
        "chaosaws.rds.actions", "failover_db_cluster", ("aurora-failover", "rds-failover"),
        {"db_cluster_identifier": text("cluster", "database"), "target_db_instance_identifier": text("target")},
    ),
    Action(
        "chaosaws.rds.actions", "reboot_db_instance", ("rds-failover",),
        {"db_instance_identifier": text("instance", "database"), "force_failover": FLAG}, {"force_failover": True},
    ),
    Action(
        "chaosaws.elasticache.actions", "test_failover", ("elasticache-failover",),
        {"replication_group_id": text("replication_group", "group"), "node_group_id": text("node_group", "shard")},
    ),
    Action(
        "chaosaws.fis.actions", "start_experiment", ("fis-template",),
        {"experiment_template_id": text("template", "template_id"), "client_token": text(), "tags": DROPPED},
    ),
    _command("AWSFIS-Run-Network-Packet-Loss", "ssm-packet-loss"),
    _command("AWSFIS-Run-Network-Packet-Loss-Sources", "ssm-packet-loss"),
    _command("AWSFIS-Run-Network-Latency", "ssm-latency"),
    _command("AWSFIS-Run-Network-Latency-Sources", "ssm-latency"),
    _command("AWSFIS-Run-Network-Blackhole-Port", "ssm-blackhole"),
    Action(
        "azchaosaws.ec2.actions", "fail_az", ("zone-network-cut",), {**ZONE, "failure_type": text()},
        {"failure_type": "network"}, ("recover_az",), {"failure_type": "network", **REAL},
    ),
    Action("azchaosaws.asg.actions", "fail_az", ("asg-leave-zone",), ZONE, inverse=("recover_az",), usual=REAL),
    Action("azchaosaws.elbv2.actions", "fail_az", ("zonal-shift",), ZONE, inverse=("recover_az",), usual=REAL),
    Action("azchaosaws.elasticache.actions", "fail_az", ("elasticache-failover",), ZONE, usual=REAL),
    Action("azchaosaws.rds.actions", "fail_az", ("rds-failover", "aurora-failover"), ZONE, usual=REAL),
    Action(
        "chaostoxi.toxic.actions", "create_latency_toxic", ("proxy-latency",),
        {"for_proxy": text("proxy", "dependency"), "toxic_name": text(), "latency": whole("milliseconds", "latency_ms"),
         "jitter": whole("jitter", "jitter_ms")},
        inverse=("delete_toxic", "for_proxy", "toxic_name"),
    ),
    _toxic("latency", "proxy-latency"),
    _toxic("reset_peer", "proxy-reset"),
    _toxic("timeout", "proxy-blackhole"),
    Action(
        "chaostoxi.proxy.actions", "disable_proxy", ("proxy-reset",), {"proxy_name": text("proxy", "dependency")},
        inverse=("enable_proxy", "proxy_name"),
    ),
    Action(
        "chaosgremlin.actions", "attack", ("gremlin-attack",),
        {"command": DROPPED, "target": DROPPED, "labels": DROPPED, "tags": DROPPED},
    ),
)  # fmt: skip

PAUSE = ("chaosaws.ec2.actions.pause_for_a_while", "duration")
"""The one action that only waits, with the argument that says how many seconds."""
OWN_MODULE = "colonnade.faults"
"""Stands in exported files for faults that no public module has; the function is the fault's key."""
UNDOING = frozenset(f"{action.module}.{action.inverse[0]}" for action in ACTIONS if action.inverse) | {
    "azchaosaws.eks.actions.recover_az", "chaosaws.asg.actions.resume_processes", "chaosaws.fis.actions.stop_experiment",
    "chaosaws.fis.actions.stop_experiments_by_tags", "chaosaws.ssm.actions.delete_document",
    "chaosaws.awslambda.actions.put_function_timeout", "chaosaws.awslambda.actions.put_function_memory_size",
    "chaosaws.awslambda.actions.toggle_event_source_mapping_state",
    "chaosaws.awslambda.actions.put_function_concurrency", "chaosaws.asg.actions.change_subnets",
    f"{OWN_MODULE}.undo",
}  # fmt: skip
"""What only takes back: in a rollback it is covered by the undo that each fault brings."""
HINTS = {
    "chaosaws.elbv2.actions": "azchaosaws.elbv2.actions.fail_az",
    "chaosaws.route53.actions": "the fault region-dns-away",
    "chaosaws.fis.actions": "chaosaws.fis.actions.start_experiment",
    "chaosaws.ecs.actions": "chaosaws.ecs.actions.stop_random_tasks",
    "azchaosaws.eks.actions": "azchaosaws.ec2.actions.fail_az",
}
"""The nearest action where names alone would mislead."""
