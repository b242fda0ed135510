"""A CloudWatch alarm must be OK. An alarm without data, or one that is gone, is unknown."""

from __future__ import annotations

from collections.abc import Mapping

from chaos.engine.hypothesis import Probe, Reading, read
from chaos.engine.sources import Alarm
from chaos.probes.registry import Asked, ProbeSource, check_place
from portal.aws import alarms

SAID = {"OK": 1.0, "ALARM": 0.0}


def measure(probe: Probe, source: Alarm, asked: Asked) -> Reading:
    """Read the alarm's state, which is as of now. Raises AwsError."""
    state = alarms.states(source.place.account, source.place.region, [source.name]).get(source.name)
    if state is None:
        return read(probe, None, f"there is no alarm {source.name} in {source.place.region}")
    if state not in SAID:
        return read(probe, None, f"the alarm {source.name} has too little data")
    return read(probe, SAID[state], age=0.0, said=f"{probe.title}: the alarm {source.name} is {state}.")


def check(source: Alarm, where: Mapping[str, str], field: str) -> None:
    """Raise Invalid where the portal does not work in the alarm's place."""
    check_place(source.place, {}, field)


SOURCE = ProbeSource("alarm", "CloudWatch alarm", Alarm, measure, check, order=40)
