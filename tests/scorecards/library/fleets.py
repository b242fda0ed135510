"""Auto Scaling groups and their instances."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage
from tests.scorecards.library.usage import busy

IMAGE = "ami-12c6146b"
"""An Amazon Linux image that the embedded AWS knows in every region."""


def fleet(
    stage: Stage, *, zones: int = 2, size: int = 2, instance_type: str = "m7g.large", tokens: str = "required",
    public: bool = False, scales: bool = True, on_demand: int | None = None, subnets: tuple[str, ...] = (),
    disk: dict[str, Any] | None = None, **settings: Any,
) -> None:  # fmt: skip
    """A group of instances. `on_demand` is the percentage of a mixed instances policy, None for a group without one."""
    name, scaling = stage.name, stage.client("autoscaling")
    stage.client("ec2").create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData=_template(stage, instance_type, tokens, disk or {})
    )
    chosen = {"LaunchTemplateName": name, "Version": "$Latest"}
    where = subnets or (stage.network.public if public else stage.network.private)[:zones]
    scaling.create_auto_scaling_group(**{
        "AutoScalingGroupName": name, "MinSize": size, "MaxSize": 3 * size, "DesiredCapacity": size,
        "VPCZoneIdentifier": ",".join(where), "HealthCheckType": "ELB", "HealthCheckGracePeriod": 60,
        "Tags": _tags(stage), **(_mixed(chosen, on_demand) if on_demand is not None else {"LaunchTemplate": chosen}),
        **settings,
    })  # fmt: skip
    if scales:
        metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
        scaling.put_scaling_policy(
            AutoScalingGroupName=name, PolicyName=f"{name}-cpu", PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 50.0},
        )  # fmt: skip


def _template(stage: Stage, instance_type: str, tokens: str, disk: dict[str, Any]) -> dict[str, Any]:
    root = {"VolumeSize": 20, "VolumeType": "gp3", "Encrypted": True, **disk}
    return {
        "ImageId": IMAGE, "InstanceType": instance_type,
        "MetadataOptions": {"HttpTokens": tokens, "HttpEndpoint": "enabled"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": root}],
        "TagSpecifications": [{"ResourceType": kind, "Tags": stage.listed()} for kind in ("instance", "volume")],
    }  # fmt: skip


def _mixed(template: dict[str, str], on_demand: int) -> dict[str, Any]:
    spread = {"OnDemandPercentageAboveBaseCapacity": on_demand, "SpotAllocationStrategy": "price-capacity-optimized"}
    return {
        "MixedInstancesPolicy": {
            "LaunchTemplate": {"LaunchTemplateSpecification": template}, "InstancesDistribution": spread
        }
    }  # fmt: skip


def _tags(stage: Stage) -> list[dict[str, Any]]:
    here = {"ResourceType": "auto-scaling-group", "ResourceId": stage.name, "PropagateAtLaunch": True}
    return [{"Key": key, "Value": value, **here} for key, value in stage.tags.items()]


def served(stage: Stage) -> str:
    """A target group for the fleet; answers its ARN."""
    made = stage.client("elbv2").create_target_group(
        Name=stage.name[:32].rstrip("-"), Protocol="HTTP", Port=8080, VpcId=stage.network.vpc, Tags=stage.listed()
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


@passes(
    "services.asg-zones", "services.asg-health-check", "services.asg-scales", "services.imdsv2",
    "services.instances-private", "services.current-instances", "services.asg-two-instances", "services.asg-healthy",
    "services.cpu-headroom", "services.volumes-encrypted", "services.volumes-gp3",
)  # fmt: skip
def fleet_kept_well(stage: Stage) -> None:
    fleet(stage, TargetGroupARNs=[served(stage)])
    busy(stage, 40)


@fails("services.asg-zones")
def fleet_in_one_zone(stage: Stage) -> None:
    fleet(stage, zones=1)


@fails("services.asg-health-check")
def fleet_that_keeps_hung_instances(stage: Stage) -> None:
    fleet(stage, TargetGroupARNs=[served(stage)], HealthCheckType="EC2")


@fails("services.asg-scales")
def fleet_of_a_fixed_size(stage: Stage) -> None:
    fleet(stage, scales=False)


@fails("services.imdsv2")
def fleet_with_the_old_metadata_service(stage: Stage) -> None:
    fleet(stage, tokens="optional")


@fails("services.instances-private")
def fleet_with_public_addresses(stage: Stage) -> None:
    fleet(stage, public=True)


@fails("services.current-instances")
def fleet_of_an_old_generation(stage: Stage) -> None:
    fleet(stage, instance_type="m5.large")


@fails("services.asg-two-instances")
def fleet_of_one(stage: Stage) -> None:
    fleet(stage, size=1)


@fails("services.asg-healthy")
def fleet_with_a_sick_instance(stage: Stage) -> None:
    fleet(stage)
    scaling = stage.client("autoscaling")
    group = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[stage.name])["AutoScalingGroups"][0]
    scaling.set_instance_health(InstanceId=group["Instances"][0]["InstanceId"], HealthStatus="Unhealthy")


@fails("services.cpu-headroom")
def fleet_at_its_limit(stage: Stage) -> None:
    fleet(stage)
    busy(stage, 91)


@fails("services.volumes-encrypted")
def fleet_with_plain_disks(stage: Stage) -> None:
    fleet(stage, disk={"Encrypted": False})


@fails("services.volumes-gp3")
def fleet_on_gp2(stage: Stage) -> None:
    fleet(stage, disk={"VolumeType": "gp2"})


@passes("services.spot-machines", "services.capacity-rebalance")
def nightly_fleet_on_spot(stage: Stage) -> None:
    stage.describe(type="job")
    fleet(stage, on_demand=20, CapacityRebalance=True)


@fails("services.spot-machines")
def nightly_fleet_on_demand(stage: Stage) -> None:
    stage.describe(type="job")
    fleet(stage)


@fails("services.capacity-rebalance")
def nightly_fleet_that_hears_no_warning(stage: Stage) -> None:
    stage.describe(type="job")
    fleet(stage, on_demand=20)


@passes("services.spot-share")
def lesser_fleet_partly_on_spot(stage: Stage) -> None:
    stage.describe(tier=2)
    fleet(stage, on_demand=50, CapacityRebalance=True)


@fails("services.spot-share")
def lesser_fleet_on_demand(stage: Stage) -> None:
    stage.describe(tier=2)
    fleet(stage)
