"""One tick of live metrics: steady signals, Lambda traffic split by alias weights, and fleets seen by their load balancer."""

from __future__ import annotations

import random
from collections.abc import Iterable

from . import backends, failing_over
from .organisation import SERVICES
from .parts import Fleet, Function, LoadBalancer, Service
from .state import State
from .traffic import RELEASE_ERRORS, Load, signals, usual_load

CUT_ERRORS = 0.003
"""Share of failing requests while a zone is cut: retries and in-flight requests only, the other zones carry on."""
FAILOVER_ERRORS = 0.006
"""Share of failing requests while the service's database fails over: writes wait, and some give up."""


def publish(state: State, seconds: float, rng: random.Random) -> None:
    """Write the metrics of the last `seconds` for every seeded service; call it while holding the state's lock."""
    for service in SERVICES:
        if service.name in state.seeded:
            _publish_service(state, service, seconds, rng)


def _publish_service(state: State, service: Service, seconds: float, rng: random.Random) -> None:
    now, place = state.wall(), (service.account, service.region)
    for signal in signals(service):
        value = signal.sample(now, seconds, rng)
        state.metrics.put(place, signal.namespace, signal.name, dict(signal.dimensions), now, value, unit=signal.unit)
    for part in service.parts:
        usual = usual_load(part, service)
        if usual is not None and isinstance(part, Function):
            _publish_function(state, service, usual, seconds, rng)
        elif usual is not None and isinstance(part, LoadBalancer):
            _publish_balancer(state, service, usual, seconds, rng)


def _failures(calls: int, rate: float, rng: random.Random) -> int:
    """An honest binomial draw: canary verdicts are judged on these counts."""
    return sum(rng.random() < rate for _ in range(calls))


def _publish_function(state: State, service: Service, usual: Load, seconds: float, rng: random.Random) -> None:
    route = backends.alias_route(service.account, service.region, service.name, "live")
    if route is None:
        return
    whole = max(0, round(usual.calls * seconds * (1 + 0.04 * rng.gauss(0, 1))))
    resource = f"{service.name}:live"
    sums = [0, 0, 0.0]
    for version, share in route.shares.items():
        release = (service.name, version)
        errors, latency = state.behaviour.get(release, (RELEASE_ERRORS.get(release, usual.errors), usual.latency))
        calls = 0 if route.throttled else round(whole * share)
        failed = _failures(calls, errors, rng)
        spent = calls * latency * (1 + 0.03 * rng.gauss(0, 1))
        own = {"FunctionName": service.name, "Resource": resource, "ExecutedVersion": version}
        _put_calls(state, service, [own], (calls, failed, spent))
        sums = [sums[0] + calls, sums[1] + failed, sums[2] + spent]
    total = (int(sums[0]), int(sums[1]), sums[2])
    _put_calls(
        state, service, [{"FunctionName": service.name}, {"FunctionName": service.name, "Resource": resource}], total
    )
    throttles = whole if route.throttled else 0
    _put(state, service, "AWS/Lambda", "Throttles", {"FunctionName": service.name}, throttles, unit="Count")


def _put_calls(
    state: State, service: Service, targets: Iterable[dict[str, str]], figures: tuple[int, int, float]
) -> None:
    calls, failed, spent = figures
    for own in targets:
        _put(state, service, "AWS/Lambda", "Invocations", own, calls, count=max(1, calls), unit="Count")
        _put(state, service, "AWS/Lambda", "Errors", own, failed, count=max(1, calls), unit="Count")
        if calls:
            _put(state, service, "AWS/Lambda", "Duration", own, spent, count=calls, unit="Milliseconds")


def _put(
    state: State,
    service: Service,
    namespace: str,
    name: str,
    own: dict[str, str],
    value: float,
    *,
    count: float = 1,
    unit: str = "None",
) -> None:
    state.metrics.put(
        (service.account, service.region), namespace, name, own, state.wall(), value, count=count, unit=unit
    )


def _publish_balancer(state: State, service: Service, usual: Load, seconds: float, rng: random.Random) -> None:
    names = backends.load_balancer(service.account, service.region, service.name)
    if names is None:
        return
    cut = _publish_hosts(state, service, *names)
    calls = max(0, round(usual.calls * seconds * (1 + 0.04 * rng.gauss(0, 1))))
    own = {"LoadBalancer": names[0]}
    _publish_groups(state, service, names[0], calls, usual, rng)
    shaken = failing_over.shaken(state, service.account, service.region, service.name, seconds)
    failed = _failures(calls, CUT_ERRORS if cut else FAILOVER_ERRORS if shaken else usual.errors, rng)
    latency = usual.latency / 1000 * (1.25 if cut else 1.0) * (1 + 0.05 * rng.gauss(0, 1))
    _put(state, service, "AWS/ApplicationELB", "RequestCount", own, calls, unit="Count")
    _put(state, service, "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", own, failed, unit="Count")
    _put(state, service, "AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", own, calls - failed, unit="Count")
    _put(
        state,
        service,
        "AWS/ApplicationELB",
        "TargetResponseTime",
        own,
        latency * max(1, calls),
        count=max(1, calls),
        unit="Seconds",
    )


def _publish_groups(state: State, service: Service, balancer: str, calls: int, usual: Load, rng: random.Random) -> None:
    """Requests and errors of each weighted target group; one that was told to fail fails, as a Lambda version does."""
    for (group, name), share in backends.group_shares(service.account, service.region, service.name).items():
        errors, latency = state.behaviour.get((service.name, name), (usual.errors, usual.latency))
        own, mine = {"LoadBalancer": balancer, "TargetGroup": group}, round(calls * share)
        failed, spent = _failures(mine, errors, rng), latency / 1000 * max(1, mine)
        _put(state, service, "AWS/ApplicationELB", "RequestCount", own, mine, unit="Count")
        _put(state, service, "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", own, failed, unit="Count")
        _put(state, service, "AWS/ApplicationELB", "TargetResponseTime", own, spent, count=max(1, mine), unit="Seconds")


def _publish_hosts(state: State, service: Service, balancer: str, group: str) -> bool:
    """Healthy and unhealthy hosts of a fleet, whole and by zone; True when a zone is cut."""
    if not any(isinstance(part, Fleet) for part in service.parts):
        return False
    machines = backends.fleet(service.account, service.region, service.name)
    closed = backends.closed_subnets(service.account, service.region)
    well = [machine for machine in machines if machine.running and machine.subnet not in closed]
    own = {"LoadBalancer": balancer, "TargetGroup": group}
    for zone in ["", *sorted({machine.zone for machine in machines})]:
        here = own | ({"AvailabilityZone": zone} if zone else {})
        healthy = sum(1 for machine in well if zone in ("", machine.zone))
        size = sum(1 for machine in machines if zone in ("", machine.zone))
        _put(state, service, "AWS/ApplicationELB", "HealthyHostCount", here, healthy, unit="Count")
        _put(state, service, "AWS/ApplicationELB", "UnHealthyHostCount", here, size - healthy, unit="Count")
    return len(well) < len(machines)
