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
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from services.descriptors import LIMITS, Gone, Problem, Unread

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
PORTS = {"http": 80, "https": 443}
DAY = 86_400


@dataclass(frozen=True)
class Fetched:
    """An answer: the file, or None where it has not changed; and what to show the host the next time."""

    body: bytes | None
    etag: str = ""
    modified: str = ""


def fetch(url: str, allow: Iterable[str], *, etag: str = "", modified: str = "") -> Fetched:
    """The file at `url`; with `etag` or `modified` (HTTP dates) only if it has changed since.

    Raises Gone for 404 and 410, Unread for what may work later, Problem for what is not allowed; each with its remedy.
    """
    scheme, host, port, path = check_address(url)
    named = _allowed(host, port, PORTS[scheme], allow)
    address = _resolve(host, port, named)
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    return _get(_Pinned(host, port, address, scheme == "https"), path, {k: v for k, v in conditions.items() if v})


def check_address(url: str) -> tuple[str, str, int, str]:
    """(scheme, host, port, path with query) of a web address. Raises Problem for anything else."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower().rstrip(".")
        port = parts.port
    except ValueError as error:
        raise Problem("The host or port is malformed.", "Mend the address.") from error
    if parts.scheme not in PORTS or not host:
        raise Problem("It is not a web address.", "Use http or https.")
    if parts.username or parts.password:
        raise Problem("The address holds a user name.", "Leave it out.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Problem("The address has characters that an address cannot have.", "Write them as %XX.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or PORTS[parts.scheme], path


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
        raise Unread(f"{host} has no address.", "Check the name.") from error
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


def _get(connection: _Pinned, path: str, conditions: dict[str, str]) -> Fetched:
    headers = {"Accept": "text/yaml, application/json, text/plain, */*", "Accept-Encoding": "identity", **conditions}
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        marks = {"etag": response.getheader("ETag", "")[:300], "modified": response.getheader("Last-Modified", "")[:60]}
        if response.status == 304 and conditions:
            return Fetched(None, **marks)
        _refuse(response)
        return Fetched(_body(response), **marks)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unread(f"It could not be read: {error}."[:300], "Check the address and the network.") from error
    finally:
        connection.close()


def _refuse(response: http.client.HTTPResponse) -> None:
    status = response.status
    if 300 <= status < 400:
        # Following would mean to check, and to trust, one more address for each hop.
        raise Unread("The address sends readers on to another one.", "Give the final address.")
    if status in (404, 410):
        raise Gone(f"The host answered {status}.", "Check whether the file was moved; if so, register its new address.")
    if status != 200:
        wait = _seconds(response.getheader("Retry-After", ""))
        remedy = "Check the address and whether it needs a sign-in." if status < 500 and not wait else "Wait."
        raise Unread(f"The host answered {status}.", remedy, retry_after=wait)


def _seconds(retry_after: str) -> int:
    """`Retry-After` in seconds: a number or an HTTP date; 0 where it says neither. At most a day."""
    if retry_after.strip().isdigit():
        return min(int(retry_after.strip()[:9]), DAY)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, min(int((moment - datetime.now(UTC)).total_seconds()), DAY))


def _body(response: http.client.HTTPResponse) -> bytes:
    deadline = time.monotonic() + TOTAL_SECONDS
    body = b""
    while chunk := response.read1(65_536):
        body += chunk
        if len(body) > LIMITS.bytes:
            raise Problem("The file is larger than 1 MiB.", "Split it into several files.")
        if time.monotonic() > deadline:
            raise Unread(f"It took longer than {TOTAL_SECONDS:.0f} s.", "Try again later.")
    return body
