"""Packet loss on hosts: a share of what leaves their network interface is dropped."""

from __future__ import annotations

from chaos.faults.on_hosts import INTERFACE, HostFault
from chaos.faults.registry import Argument, Arguments

KEY = "ssm-packet-loss"


def parameters(arguments: Arguments) -> dict[str, str]:
    """What the document is told."""
    return {"LossPercent": arguments["loss_percent"], "Interface": arguments["interface"]}


def words(arguments: Arguments) -> str:
    """What happens."""
    return f"{arguments['loss_percent']} % of the packets of {arguments['interface']} are lost"


HOSTS = HostFault(
    key=KEY,
    title="Packet loss on hosts",
    description="Loses a share of the packets of some of the service's hosts, through a document of Systems Manager.",
    document="AWSFIS-Run-Network-Packet-Loss",
    arguments=(
        Argument("loss_percent", "Share of packets in percent", r"[1-9]\d?|100", "10"),
        INTERFACE,
    ),
    parameters=parameters,
    words=words,
    order=240,
)
KIND, FAULT = HOSTS.kind(), HOSTS.fault()
