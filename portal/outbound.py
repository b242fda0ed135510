"""The portal's one door to the web: only hosts on OUTBOUND_ALLOW, pinned to the address that was checked, never redirected.

Entries: `hooks.example.com` (port of the scheme), `hooks.example.com:8443`, `*.example.com`. A host that is named in
full may have a private address; one that only a wildcard lets in must not.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

PORTS = {"http": 80, "https": 443}
CONNECT_SECONDS, LARGEST_REPLY = 5.0, 65_536


class OutboundError(Exception):
    """A call that did not work; the message says why and what to do."""


class Forbidden(OutboundError):
    """The address is not allowed, or is none: nothing was sent."""


class NotReached(OutboundError):
    """No connection: nothing was sent, so that it may be tried again."""


class NoReply(OutboundError):
    """It was sent, but no reply came: whether the other side acted is not known."""


@dataclass(frozen=True)
class Reply:
    """A reply of any status; `body` is cut where the caller said, the names of `headers` are in small letters."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = 10.0, largest: int = LARGEST_REPLY
) -> Reply:
    """Send ``body`` once and read at most ``largest`` bytes of the reply within ``seconds``.

    Raises Forbidden, NotReached or NoReply.
    """
    return send("POST", url, body, headers, seconds=seconds, largest=largest)


def get(url: str, headers: Mapping[str, str], *, seconds: float = 10.0, largest: int = LARGEST_REPLY) -> Reply:
    """Ask once and read at most ``largest`` bytes of the reply within ``seconds``. Raises as `post` does."""
    return send("GET", url, None, headers, seconds=seconds, largest=largest)


def delete(url: str, headers: Mapping[str, str], *, seconds: float = 10.0) -> Reply:
    """Ask once for a removal. Raises as `post` does."""
    return send("DELETE", url, None, headers, seconds=seconds)


def check(url: str) -> None:
    """Raise Forbidden where the address is malformed or its host is not on the list. Nothing is resolved or sent."""
    scheme, host, port, _ = _parts(url)
    _allowed(host, port, PORTS[scheme])


def send(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    seconds: float = 10.0,
    largest: int = LARGEST_REPLY,
) -> Reply:
    """Send one request of any method, without a body where it is None; limits and errors as with `post`."""
    scheme, host, port, path = _parts(url)
    named = _allowed(host, port, PORTS[scheme])
    connection = _Pinned(host, port, _resolve(host, port, named), scheme == "https", min(CONNECT_SECONDS, seconds))
    try:
        try:
            connection.connect()
        except (OSError, ssl.SSLError) as error:
            raise NotReached(f"{host} cannot be reached: {error}."[:300]) from error
        return _exchange(connection, method, path, body, headers, time.monotonic() + seconds, largest)
    finally:
        connection.close()


def _exchange(
    connection: _Pinned, method: str, path: str, body: bytes | None, headers: Mapping[str, str], deadline: float,
    largest: int,
) -> Reply:  # fmt: skip
    try:
        connection.request(method, path, body, {"Accept-Encoding": "identity", **headers})
        connection.patience(deadline)
        response = connection.getresponse()
        read = b""
        while len(read) < largest and (chunk := response.read1(largest - len(read))):
            read += chunk
            connection.patience(deadline)
    except (OSError, http.client.HTTPException) as error:
        raise NoReply(f"{connection.host} gave no reply: {error or type(error).__name__}."[:300]) from error
    told = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, read.decode("utf-8", "replace"), told)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError as error:
        raise Forbidden("The address is malformed.") from error
    if parts.scheme not in PORTS or not host or parts.username or parts.password:
        raise Forbidden("The address is not http or https, or holds a user name.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Forbidden("The address has characters that an address cannot have: write them as %XX.")
    return (
        parts.scheme,
        host,
        port or PORTS[parts.scheme],
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def _allowed(host: str, port: int, usual: int) -> bool:
    """True where an entry names the host in full, False where only a wildcard does. Raises Forbidden where none does."""
    entries = {entry.strip().lower() for entry in settings.OUTBOUND_ALLOW}
    if entries & ({f"{host}:{port}"} | ({host} if port == usual else set())):
        return True
    if port == usual and any(entry.startswith("*.") and host.endswith(entry[1:]) for entry in entries):
        return False
    raise Forbidden(f"{host}:{port} is not on the list of hosts that may be called: add it to OUTBOUND_ALLOW.")


def _resolve(host: str, port: int, named: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotReached(f"{host} has no address: check the name.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not named and not all(_public(address) for address in addresses):
        raise Forbidden(f"{host} leads to a private address: name it in full in OUTBOUND_ALLOW if that is meant.")
    return addresses[0]


def _public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name resolves to by now."""

    def __init__(self, host: str, port: int, address: str, tls: bool, patience: float) -> None:
        super().__init__(host, port, timeout=patience)
        self._address, self._tls = address, tls

    def connect(self) -> None:
        """Open the socket to the pinned address; TLS checks the certificate for the name."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def patience(self, deadline: float) -> None:
        """Wait for the next bytes until ``deadline`` at most. Raises TimeoutError once it is over."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("its time was over")
        if self.sock is not None:
            self.sock.settimeout(left)
