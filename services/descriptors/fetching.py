"""Reading a descriptor from an address: only hosts on READING_ALLOW, pinned to the address that was checked.

Entries of READING_ALLOW: `git.example.com` (port of the scheme), `git.example.com:8443`, `*.example.com`. A host that
is named in full may have a private address; one that only a wildcard lets in must not.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from services.descriptors import LIMITS, Problem

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
PORTS = {"http": 80, "https": 443}


def fetch(url: str, allow: Iterable[str]) -> bytes:
    """The file at `url`. Raises Problem, with the remedy, for whatever is not plainly allowed."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    if parts.scheme not in PORTS or not host:
        raise Problem("It is not a web address.", "Use http or https.")
    if parts.username or parts.password:
        raise Problem("The address holds a user name.", "Leave it out.")
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise Problem("The port is not a number.", "Mend the address.") from error
    named = _allowed(host, port, PORTS[parts.scheme], allow)
    address = _resolve(host, port, named)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _get(parts.scheme, host, port, address, path)


def _allowed(host: str, port: int, usual: int, allow: Iterable[str]) -> bool:
    """True where an entry names the host in full, False where only a wildcard does. Raises Problem where none does."""
    entries = [entry.strip().lower() for entry in allow]
    names = {f"{host}:{port}"} | ({host} if port == usual else set())
    if names & set(entries):
        return True
    if port == usual and any(entry.startswith("*.") and host.endswith(entry[1:]) for entry in entries):
        return False
    raise Problem(f"{host}:{port} is not on the list of hosts to read from.", "Add it to READING_ALLOW.")


def _resolve(host: str, port: int, named: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Problem(f"{host} has no address.", "Check the name.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not named and not all(_global(address) for address in addresses):
        raise Problem(f"{host} leads to a private address.", "Name the host in full in READING_ALLOW if that is meant.")
    return addresses[0]


def _global(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name resolves to by now."""

    def __init__(self, host: str, port: int, address: str, tls: bool) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._address, self._tls = address, tls

    def connect(self) -> None:
        """Open the socket to the pinned address; TLS checks the certificate for the name."""
        self.sock = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _get(scheme: str, host: str, port: int, address: str, path: str) -> bytes:
    connection = _Pinned(host, port, address, scheme == "https")
    try:
        connection.request("GET", path, headers={"Accept": "text/yaml, text/plain, */*", "Accept-Encoding": "identity"})
        response = connection.getresponse()
        if 300 <= response.status < 400:
            raise Problem("The address sends readers on to another one.", "Give the final address.")
        if response.status != 200:
            raise Problem(f"The host answered {response.status}.", "Check the address and whether it needs a sign-in.")
        return _body(response)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Problem(f"It could not be read: {error}."[:300], "Check the address and the network.") from error
    finally:
        connection.close()


def _body(response: http.client.HTTPResponse) -> bytes:
    deadline = time.monotonic() + TOTAL_SECONDS
    body = b""
    while chunk := response.read1(65_536):
        body += chunk
        if len(body) > LIMITS.bytes:
            raise Problem("The file is larger than 1 MiB.", "Split it into several files.")
        if time.monotonic() > deadline:
            raise Problem(f"It took longer than {TOTAL_SECONDS:.0f} s.", "Try again later.")
    return body
