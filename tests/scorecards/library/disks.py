"""EBS volumes that stand by themselves."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.fleets import fleet
from tests.scorecards.library.stage import Stage


@passes("services.volumes-used")
def disks_of_machines(stage: Stage) -> None:
    fleet(stage)


@fails("services.volumes-used")
def disk_of_nothing(stage: Stage) -> None:
    stage.client("ec2").create_volume(
        AvailabilityZone=stage.place.zones("a")[0], Size=10, VolumeType="gp3", Encrypted=True,
        TagSpecifications=[{"ResourceType": "volume", "Tags": stage.listed()}],
    )  # fmt: skip
