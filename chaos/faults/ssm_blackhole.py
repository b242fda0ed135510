"""A port of hosts goes silent: its traffic, in or out, is dropped."""

from __future__ import annotations

from chaos.faults.on_hosts import HostFault
from chaos.faults.registry import Argument, Arguments

KEY = "ssm-blackhole"
PORT = r"[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]"


def parameters(arguments: Arguments) -> dict[str, str]:
    """What the document is told."""
    names = {"Protocol": "protocol", "Port": "port", "TrafficType": "traffic"}
    return {name: arguments[key] for name, key in names.items()}


def words(arguments: Arguments) -> str:
    """What happens."""
    way = "to" if arguments["traffic"] == "egress" else "at"
    return f"{arguments['protocol'].upper()} traffic {way} port {arguments['port']} is dropped"


HOSTS = HostFault(
    key=KEY,
    title="Port blackhole on hosts",
    description="Drops the traffic of one port on some of the service's hosts, through a document of Systems Manager.",
    document="AWSFIS-Run-Network-Blackhole-Port",
    arguments=(
        Argument("protocol", "Protocol", r"tcp|udp", "tcp"),
        Argument("port", "Port", PORT, "5432"),
        Argument("traffic", "Direction", r"ingress|egress", "egress"),
    ),
    parameters=parameters,
    words=words,
    order=260,
)
KIND, FAULT = HOSTS.kind(), HOSTS.fault()
