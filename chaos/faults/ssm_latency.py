"""Latency on hosts: what leaves their network interface is held back."""

from __future__ import annotations

from chaos.faults.on_hosts import INTERFACE, HostFault
from chaos.faults.registry import Argument, Arguments

KEY = "ssm-latency"


def parameters(arguments: Arguments) -> dict[str, str]:
    """What the document is told."""
    return {"DelayMilliseconds": arguments["latency_ms"], "Interface": arguments["interface"]}


def words(arguments: Arguments) -> str:
    """What happens."""
    return f"Packets of {arguments['interface']} take {arguments['latency_ms']} ms longer"


HOSTS = HostFault(
    key=KEY,
    title="Latency on hosts",
    description="Holds the packets of some of the service's hosts back, through a document of Systems Manager.",
    document="AWSFIS-Run-Network-Latency",
    arguments=(
        Argument("latency_ms", "Latency in milliseconds", r"[1-9]\d{0,4}", "200"),
        INTERFACE,
    ),
    parameters=parameters,
    words=words,
    order=250,
)
KIND, FAULT = HOSTS.kind(), HOSTS.fault()
