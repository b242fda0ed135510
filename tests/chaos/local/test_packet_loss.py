"""Real packets lost in a namespace of our own, and never in the host's."""

from __future__ import annotations

import io
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chaos.faults import nft_packet_loss
from chaos.local import namespace
from chaos.local.errors import LocalFaultError
from portal.changes import engine

LEASE = timedelta(seconds=30)
SENT = 2000
COUNT_LOST = f"""
import socket
get = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); get.bind(("127.0.0.1", 0)); get.setblocking(False)
put = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
found = 0
for number in range({SENT}):
    put.sendto(b"x", get.getsockname())
    try:
        get.recv(1)
        found += 1
    except BlockingIOError:
        pass
get.settimeout(1)
try:
    while True:
        get.recv(1)
        found += 1
except TimeoutError:
    print({SENT} - found)
"""


@pytest.fixture
def name() -> Iterator[str]:
    """A namespace for one test."""
    made = f"colonnade-test-{secrets.token_hex(4)}"
    call_command("fault_namespace", made, stdout=io.StringIO())
    yield made
    namespace.delete(made)


def lost(name: str) -> int:
    """How many of 2000 UDP packets do not arrive inside the namespace."""
    command = ["nsenter", f"--net=/run/netns/{name}", sys.executable, "-c", COUNT_LOST]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout)


def host_tables() -> str:
    done = subprocess.run(["/usr/sbin/nft", "list", "tables"], capture_output=True, text=True, check=False)
    return done.stdout


def target(name: str, percent: float = 10) -> dict[str, Any]:
    return {"account": "local", "region": "here", "namespace": name, "percent": percent}


@pytest.mark.packets
def test_the_share_that_was_asked_for_is_lost_and_after_the_undo_nothing(name: str, db: None) -> None:
    before = host_tables()
    assert lost(name) == 0
    change = engine.arm("nft-packet-loss", target(name), owner="t:1", by="t", lease=LEASE, reason="t")
    change = engine.apply(change)
    assert change.state == "applied"
    # 2000 throws at 10 %: 200 with a standard deviation of 13.4; the bounds are five of them away.
    assert 133 <= lost(name) <= 267
    assert host_tables() == before
    assert engine.undo(change, "done").state == "undone"
    assert lost(name) == 0


@pytest.mark.packets
def test_all_of_it_may_be_lost_and_a_second_rule_replaces_the_first(name: str) -> None:
    namespace.drop(name, 100)
    assert lost(name) == SENT
    namespace.drop(name, 50)
    assert 850 <= lost(name) <= 1150
    namespace.restore(name)
    namespace.restore(name)
    assert not namespace.dropping(name)


@pytest.mark.packets
def test_deleting_the_namespace_ends_the_fault_and_the_undo_agrees(name: str, db: None) -> None:
    change = engine.arm("nft-packet-loss", target(name), owner="t:1", by="t", lease=LEASE, reason="t")
    change = engine.apply(change)
    call_command("fault_namespace", name, "--delete", stdout=io.StringIO())
    assert engine.undo(change, "done").state == "undone"


@pytest.mark.packets
def test_a_name_that_leads_to_the_hosts_own_network_is_refused() -> None:
    name = f"colonnade-test-{secrets.token_hex(4)}"
    link = Path("/run/netns") / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("/proc/self/ns/net")
    before = host_tables()
    try:
        for act in (lambda: namespace.drop(name, 10), lambda: namespace.restore(name), lambda: namespace.create(name)):
            with pytest.raises(LocalFaultError, match="never touched"):
                act()
    finally:
        link.unlink()
    assert host_tables() == before


@pytest.mark.parametrize("name", ["eth0", "colonnade-", "colonnade-../x", "colonnade-a b", "", "-colonnade-x"])
def test_a_name_that_is_not_ours_is_refused_before_anything_is_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chaos.local.namespace.subprocess.run", lambda *_, **__: pytest.fail("nothing may be run"))
    for act in (namespace.create, namespace.delete, lambda n: namespace.drop(n, 10)):
        with pytest.raises(ValueError, match="not ours"):
            act(name)


def test_the_command_says_why_it_refuses() -> None:
    with pytest.raises(CommandError, match="not ours"):
        call_command("fault_namespace", "eth0")


@pytest.mark.parametrize(
    ("status", "words"),
    [("CapEff:\t0000000000000000\n", "CAP_NET_ADMIN"), ("CapEff:\t0000000000001000\n", "CAP_SYS_ADMIN"), ("", "CAP_")],
)
def test_without_the_rights_the_fault_is_refused_with_the_reason(
    status: str, words: str, monkeypatch: pytest.MonkeyPatch, service: Callable[..., Any], settings: Any
) -> None:
    settings.FAULT_NAMESPACES = {"shop": "colonnade-shop"}
    monkeypatch.setattr("chaos.local.namespace.shutil.which", lambda name, path: f"/usr/sbin/{name}")
    monkeypatch.setattr("chaos.local.namespace.Path.read_text", lambda _: status)
    arguments = {"namespace": "colonnade-shop", "percent": "10"}
    found = nft_packet_loss.preview(service("shop"), arguments)
    assert words in found.refusal
    with pytest.raises(ValueError, match=words):
        nft_packet_loss.observe(found.target)


def test_without_the_programs_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chaos.local.namespace.shutil.which", lambda name, path: None)
    assert "ip, nft, nsenter is not installed" in namespace.unable()


def test_only_the_services_own_namespace_may_be_hit(service: Callable[..., Any], settings: Any) -> None:
    settings.FAULT_NAMESPACES = {"shop": "colonnade-shop"}
    for name, wanted in (("cart", "colonnade-shop"), ("shop", "colonnade-other")):
        found = nft_packet_loss.preview(service(name), {"namespace": wanted, "percent": "10"})
        assert "FAULT_NAMESPACES" in found.refusal
