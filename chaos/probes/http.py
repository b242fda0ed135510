"""A GET of an allowed host: status, a text in the body, and how fast. Redirects are answers and are not followed.

A host that does not answer is a finding, not a failed read: the service is not there for its users. Only an address that
may not be called is unknown.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from chaos.engine.hypothesis import Probe, Reading, read
from chaos.engine.shape import Invalid
from chaos.engine.sources import Http
from chaos.probes.registry import Asked, ProbeSource
from portal import outbound

SECONDS = 4.0
LARGEST = 65_536
HEADERS = {"User-Agent": "colonnade-probe", "Accept": "*/*"}


def measure(probe: Probe, source: Http, asked: Asked) -> Reading:
    """Ask once; no answer in time is "not OK". Raises outbound.Forbidden."""
    limit = source.within_ms / 1000 if source.within_ms else SECONDS
    seconds = asked.patience(limit)
    begun = time.monotonic()
    try:
        reply = outbound.get(source.url, HEADERS, seconds=seconds, largest=LARGEST)
    except (outbound.NotReached, outbound.NoReply) as error:
        if seconds < limit and time.monotonic() - begun >= seconds:
            return read(probe, None, "the other probes of this round took too long")
        return read(probe, 0.0, age=0.0, said=f"{probe.title} is not OK: {error}")
    took = (time.monotonic() - begun) * 1000
    wrong = _wrong(source, reply, took)
    said = f"{probe.title} is not OK: {wrong}." if wrong else f"{probe.title} is OK: {reply.status} in {took:.0f} ms."
    return read(probe, 0.0 if wrong else 1.0, age=0.0, said=said)


def _wrong(source: Http, reply: outbound.Reply, took: float) -> str:
    if reply.status != source.status:
        return f"it answered {reply.status}, {source.status} was expected"
    if source.contains and source.contains not in reply.body:
        return f"its answer does not contain “{source.contains}”"
    if source.within_ms is not None and took > source.within_ms:
        return f"it answered in {took:.0f} ms, {source.within_ms} ms was expected"
    return ""


def check(source: Http, where: Mapping[str, str], field: str) -> None:
    """Raise Invalid where the address may not be called."""
    try:
        outbound.check(source.url)
    except outbound.Forbidden as error:
        raise Invalid(f"{field}.url", str(error)) from error


SOURCE = ProbeSource("http", "HTTP probe", Http, measure, check, order=30)
