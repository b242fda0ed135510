"""Chaos experiments that the portal runs against the embedded AWS, measured by a metric that CloudWatch holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chaos import advance, experiments, start
from chaos.engine.states import State
from chaos.faults import aurora_failover, function_off, zone_down
from chaos.models import ExperimentRun
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.fleets import fleet
from tests.scorecards.library.functions import function
from tests.scorecards.library.stage import Stage

RINGS, BETWEEN = 30, 12
"""How often a run is rung, and how many seconds lie between: more than a period of its metric."""
ENOUGH, TOO_FEW = 4.0, 2.0


@dataclass(frozen=True)
class Metric:
    """The answers a minute of a service: too few of them in the state named `weak`, enough in every other."""

    stage: Stage
    weak: State | None = None

    def publish(self, state: State) -> None:
        """Put the value of this moment into CloudWatch."""
        value = TOO_FEW if state is self.weak else ENOUGH
        where = [{"Name": "Service", "Value": self.stage.name}]
        datum = {"MetricName": "Answers", "Dimensions": where, "Timestamp": datetime.now(UTC), "Value": value}
        self.stage.client("cloudwatch").put_metric_data(Namespace="Library", MetricData=[datum])


def experiment(stage: Stage, fault: str, more: dict[str, str], **timing: Any) -> Any:
    """Plan an experiment: enough answers must come while the fault is in place."""
    metric = {"namespace": "Library", "name": "Answers", "dimensions": {"Service": stage.name}}
    probe = {
        "key": "answers", "title": "Answers", "unit": "a minute", "metric": metric,
        "tolerance": {"at_least": ENOUGH}, "window": 60, "period": 10,
    }  # fmt: skip
    fields = {
        "title": f"{stage.name} goes on", "fault": fault,
        "arguments": {"account": stage.place.account, "region": stage.place.region, **more},
        "hypothesis": {"sentence": "It goes on answering.", "probes": [probe]},
        "stop_conditions": [{"probe": "answers", "tolerance": {"at_least": 1}}],
        "observe_seconds": 30, "max_seconds": 120, "recover_seconds": 30,
    }  # fmt: skip
    return experiments.create(stage.service, {**fields, **timing}, "jon")


def carried_out(metric: Metric, planned: Any, until: State = State.ENDED) -> None:
    """Run the experiment now, as the beat would, until it is in this state."""
    run = start.create(planned, datetime.now(UTC), by="jon")
    assert run is not None
    for _ in range(RINGS):
        metric.publish(run.stage)
        advance.advance(run.pk)
        metric.stage.clock.shift(BETWEEN)
        run = ExperimentRun.objects.get(pk=run.pk)
        if run.stage is until:
            return
    raise AssertionError(f"the run is {run.state}: {run.reason}")


def own_subnets(stage: Stage) -> tuple[str, ...]:
    """A network of the service's own, in two zones: nobody else may be hit."""
    ec2 = stage.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    mine = [{"ResourceType": "subnet", "Tags": stage.listed()}]
    return tuple(
        ec2.create_subnet(VpcId=vpc, AvailabilityZone=zone, CidrBlock=f"10.20.{number}.0/24", TagSpecifications=mine)[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate(stage.place.zones("ab"))
    )


@passes(
    "chaos.zone-loss-proven", "chaos.undo-proven", "chaos.recovery-proven", "chaos.hypothesis-held",
    "chaos.experiment-scheduled",
)  # fmt: skip
def zone_whose_loss_was_proven(stage: Stage) -> Iterator[None]:
    fleet(stage, subnets=own_subnets(stage))
    yield
    zone = {"zone": stage.place.zones("a")[0]}
    carried_out(Metric(stage), experiment(stage, zone_down.KEY, zone, cron="0 10 * * THU", enabled=True))


@fails("chaos.zone-loss-proven", "chaos.experiment-scheduled")
def zone_whose_loss_nobody_tried(stage: Stage) -> None:
    fleet(stage)


def tried(stage: Stage, weak: State) -> Iterator[None]:
    """A function that was switched off, with too few answers in one state of the run."""
    function(stage)
    yield
    off = experiment(stage, function_off.KEY, {"function": stage.name}, cron="0 10 * * THU", enabled=True)
    carried_out(Metric(stage, weak), off)


@fails("chaos.hypothesis-held")
def function_that_is_missed(stage: Stage) -> Iterator[None]:
    return tried(stage, State.OBSERVING)


@fails("chaos.recovery-proven")
def function_that_does_not_come_back(stage: Stage) -> Iterator[None]:
    return tried(stage, State.VERIFYING)


@fails("chaos.undo-proven", "chaos.recovery-proven")
def function_that_stays_off(stage: Stage) -> Iterator[None]:
    function(stage)
    yield
    off = experiment(stage, function_off.KEY, {"function": stage.name}, cron="0 10 * * THU", enabled=True)
    denied = ("lambda", "DeleteFunctionConcurrency", stage.place.account, stage.place.region)
    stage.state.refusals[denied] = ("AccessDeniedException", 403)
    carried_out(Metric(stage), off, State.UNDO_FAILED)
    del stage.state.refusals[denied]


def cluster(stage: Stage) -> None:
    """An Aurora cluster of two."""
    rds, named = stage.client("rds"), {"DBClusterIdentifier": stage.name, "Engine": "aurora-postgresql"}
    rds.create_db_cluster(
        **named, MasterUsername="service", MasterUserPassword="not-a-real-password", Tags=stage.listed()
    )
    for number in (1, 2):
        rds.create_db_instance(
            **named, DBInstanceIdentifier=f"{stage.name}-{number}", DBInstanceClass="db.r6g.large", Tags=stage.listed()
        )


@passes("chaos.failover-proven")
def cluster_whose_failover_was_proven(stage: Stage) -> Iterator[None]:
    cluster(stage)
    yield
    carried_out(Metric(stage), experiment(stage, aurora_failover.KEY, {"cluster": stage.name}))


@fails("chaos.failover-proven", "chaos.experiment-scheduled")
def cluster_whose_failover_nobody_tried(stage: Stage) -> None:
    cluster(stage)
