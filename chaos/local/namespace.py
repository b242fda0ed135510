"""Packet loss by nftables, in a network namespace of our own and nowhere else.

The kernel drops a random share of what comes in. Two rules keep the host safe: only namespaces whose name begins with
`colonnade-` are touched, and nft is run inside the very namespace that was opened and compared with the host's before.
Deleting the namespace ends every fault in it. Needs root with CAP_NET_ADMIN and CAP_SYS_ADMIN, `ip`, `nft` and `nsenter`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from chaos.local.errors import LocalFaultError

PREFIX = "colonnade-"
NAME = re.compile(rf"{PREFIX}[a-z0-9-]{{1,40}}", re.ASCII)
TABLE = "colonnade_loss"
FOLDER = Path("/run/netns")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("ip", "nft", "nsenter")
CAP_NET_ADMIN, CAP_SYS_ADMIN = 12, 21
SECONDS = 10
PARTS = 10_000
"""A share is kept in hundredths of a percent."""


def unable() -> str:
    """Why this machine cannot do it, or ""."""
    missing = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
    if missing:
        return f"{', '.join(missing)} is not installed (Debian: nftables, iproute2, util-linux)"
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return "this is not Linux"
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", status, re.MULTILINE)
    rights = int(found.group(1), 16) if found else 0
    if not all(rights >> number & 1 for number in (CAP_NET_ADMIN, CAP_SYS_ADMIN)):
        return "the worker lacks CAP_NET_ADMIN and CAP_SYS_ADMIN"
    return ""


def create(name: str) -> None:
    """Make the namespace, with its loopback up; one that is there is kept. Raises LocalFaultError, ValueError."""
    _check(name)
    if not exists(name):
        _run(["ip", "netns", "add", name])
    with _inside(name) as entered:
        _run([*entered.command, "ip", "link", "set", "lo", "up"], keep=entered.fd)


def delete(name: str) -> None:
    """Delete the namespace with all its rules; one that is gone is no error. Raises LocalFaultError, ValueError."""
    _check(name)
    if exists(name):
        _run(["ip", "netns", "delete", name])


def exists(name: str) -> bool:
    """Whether there is such a namespace."""
    return (FOLDER / name).exists()


def drop(name: str, percent: float) -> None:
    """Lose a share of all packets that come in. Raises LocalFaultError, ValueError."""
    share = round(percent / 100 * PARTS)
    if not 1 <= share <= PARTS:
        raise ValueError("give a share from 0.01 to 100 percent")
    rule = f"numgen random mod {PARTS} < {share} drop" if share < PARTS else "drop"
    table = (
        f"add table inet {TABLE}\ndelete table inet {TABLE}\ntable inet {TABLE} {{\n"
        f"chain input {{\ntype filter hook input priority 0; policy accept;\n{rule}\n}}\n}}\n"
    )
    with _inside(name) as entered:
        _run([*entered.command, "nft", "-f", "-"], stdin=table, keep=entered.fd)


def restore(name: str) -> None:
    """Take the rule out; where there is none, or no namespace any more, nothing is done. Raises LocalFaultError."""
    if exists(name):
        with _inside(name) as entered:
            both = f"add table inet {TABLE}\ndelete table inet {TABLE}\n"
            _run([*entered.command, "nft", "-f", "-"], stdin=both, keep=entered.fd)


def dropping(name: str) -> bool:
    """Whether the rule is in place. False where the namespace is gone. Raises LocalFaultError."""
    if not exists(name):
        return False
    with _inside(name) as entered:
        listed = json.loads(_run([*entered.command, "nft", "-j", "list", "tables"], keep=entered.fd) or "{}")
    return any(row.get("table", {}).get("name") == TABLE for row in listed.get("nftables", []))


class _Entered:
    """An open namespace that is not the host's, and the command that runs others inside it."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.command = ["nsenter", f"--net=/proc/self/fd/{fd}", "--"]


@contextlib.contextmanager
def _inside(name: str) -> Iterator[_Entered]:
    """Open the namespace once, and refuse where it is the host's. What was checked is what is entered."""
    _check(name)
    try:
        fd = os.open(FOLDER / name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise LocalFaultError("enter a namespace", "missing", f"There is no namespace {name}") from error
    try:
        if os.fstat(fd).st_ino in _hosts():
            raise LocalFaultError("enter a namespace", "host", f"{name} is the host's own network: it is never touched")
        yield _Entered(fd)
    finally:
        os.close(fd)


def _hosts() -> set[int]:
    """The namespaces of this process and of the first one."""
    found = {os.stat("/proc/self/ns/net").st_ino}
    with contextlib.suppress(OSError):
        found.add(os.stat("/proc/1/ns/net").st_ino)
    return found


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name[:60]} is not ours: the name begins with {PREFIX}")


def _run(command: Sequence[str], stdin: str = "", keep: int | None = None) -> str:
    program = shutil.which(command[0], path=PATH)
    if program is None:
        raise LocalFaultError(command[0], "missing", f"{command[0]} is not installed")
    try:
        done = subprocess.run(  # noqa: S603 — a fixed program, checked arguments, no shell
            [program, *command[1:]], input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False,
            env={"PATH": PATH, "LC_ALL": "C"}, pass_fds=() if keep is None else (keep,),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LocalFaultError(command[0], "failed", str(error)) from error
    if done.returncode:
        raise LocalFaultError(command[0], str(done.returncode), done.stderr.strip()[:300] or "It failed")
    return done.stdout
