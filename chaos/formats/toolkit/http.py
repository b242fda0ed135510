"""The HTTP provider as a probe source of ours: an allowed host, GET, one status, a time limit."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from chaos.engine.source_shapes import SLOWEST_MS
from chaos.formats.report import Findings
from portal import outbound

KEYS = {
    "type",
    "url",
    "method",
    "headers",
    "expected_status",
    "arguments",
    "timeout",
    "verify_tls",
    "max_retries",
    "secrets",
}
METADATA = {"metadata.google.internal", "metadata", "instance-data", "instance-data.ec2.internal"}
METADATA_NETWORKS = tuple(
    ipaddress.ip_network(text) for text in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200/32")
)


def source(provider: Mapping[str, Any], put_in: Any, path: str, findings: Findings) -> dict[str, Any] | None:
    """{"url", "within_ms"?} of the provider; None after a refusal. No host is resolved."""
    before = len(findings.rows)
    for key in sorted(set(provider) - KEYS):
        findings.refuse(f"{path}.{key}"[:200], f"an HTTP provider has no {key[:60]!r}.")
    if provider.get("verify_tls", True) is not True:
        findings.refuse(f"{path}.verify_tls", "certificates are always verified: remove verify_tls.")
    if str(provider.get("method") or "GET").upper() != "GET":
        findings.refuse(f"{path}.method", "a probe only reads: use GET.")
    if provider.get("arguments"):
        findings.refuse(f"{path}.arguments", "a probe sends no body and no form.")
    if provider.get("headers") or provider.get("secrets"):
        findings.refuse(f"{path}.headers", "a probe sends no headers and no secrets of a file.")
    url = _url(provider.get("url"), put_in, f"{path}.url", findings)
    milliseconds = _timeout(provider.get("timeout"), put_in, f"{path}.timeout", findings)
    if url is None or any(row.level != "warning" for row in findings.rows[before:]):
        return None
    return {"url": url, **({"within_ms": milliseconds} if milliseconds else {})}


def _url(url: Any, put_in: Any, path: str, findings: Findings) -> str | None:
    if not isinstance(url, str) or not url or len(url) > 2000:
        findings.refuse(path, "a URL of at most 2000 characters is needed.")
        return None
    if "${" in url.partition("://")[0] or "${" in url.partition("://")[2].partition("/")[0] or "://" not in url:
        findings.refuse(path, "scheme and host must be written out, without ${}.")
        return None
    said = put_in(url, path)
    if not isinstance(said, str):
        findings.refuse(path, "the address is not known while reading: write it out.")
        return None
    if is_metadata(said):
        findings.refuse(path, "this address gives out a machine's own credentials: no probe may ask it.")
        return None
    try:
        outbound.check(said)
    except outbound.Forbidden as error:
        findings.refuse(path, str(error)[:200])
        return None
    return said


def is_metadata(url: str) -> bool:
    """Whether the host is a metadata service or link-local, in any notation that needs no resolver."""
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return False
    if host in METADATA:
        return True
    address = _address(host)
    return address is not None and any(address in network for network in METADATA_NETWORKS)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _legacy(host)
    return getattr(found, "ipv4_mapped", None) or found


def _legacy(host: str) -> ipaddress.IPv4Address | None:
    """Old forms of IPv4 such as 2852039166, 0xa9fea9fe or 0251.254.43518, which resolvers still read."""
    parts = host.split(".")
    try:
        numbers = [
            int(p, 16) if p.startswith("0x") else int(p, 8) if p.startswith("0") and p != "0" else int(p) for p in parts
        ]
        value = numbers[-1]
        for place, number in enumerate(numbers[:-1]):
            value += number << (24 - 8 * place)
        return ipaddress.IPv4Address(value) if len(parts) <= 4 else None
    except (ValueError, ipaddress.AddressValueError):
        return None


def _timeout(value: Any, put_in: Any, path: str, findings: Findings) -> int:
    """Milliseconds; the longer of connect and read where there are two."""
    value = put_in(value, path)
    numbers = value if isinstance(value, list) else [value]
    if value is None:
        findings.warn(path, "the toolkit would wait for ever; the portal's own time limit holds.")
        return 0
    if not numbers or not all(
        isinstance(one, int | float) and not isinstance(one, bool) and 0 < one <= 60 for one in numbers
    ):
        findings.refuse(path, "a timeout is a number of seconds, more than 0 and at most 60.")
        return 0
    milliseconds: int = round(max(numbers) * 1000)
    if milliseconds > SLOWEST_MS:
        findings.warn(path, f"An answer counts as missing after {SLOWEST_MS} ms here.")
    return max(1, min(milliseconds, SLOWEST_MS))
