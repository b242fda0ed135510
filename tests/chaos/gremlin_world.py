"""A loopback server in the place of Gremlin, after its public Python client: it records every call, and answers as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, TEAM = "test-key-of-gremlin-0001", "9676868b-60d2-5ebe-aa66-c1de8162ff9d"
GUID = "0f4f6a38-6a0c-4c39-8f6a-386a0c4c39aa"
SCENARIO = "5c1b1f0e-2a55-4d5f-9b1f-0e2a55ed5f9b"
SERVICE = "8d1a3c55-7c0e-4e5b-9a3c-557c0e4e5b11"


@dataclass
class Call:
    """One call as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass
class Gremlin:
    """What Gremlin holds. `stage` is the word for the attack's state; `say` answers a (method, path) in another way."""

    calls: list[Call] = field(default_factory=list)
    stage: str = "Running"
    scenario_state: str = "Running"
    attacks: int = 0
    active: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    agents: list[dict[str, Any]] = field(default_factory=lambda: [
        {"identifier": "host-1", "tags": {"service": ["web"]}}, {"identifier": "host-2", "tags": {"service": ["web"]}},
        {"identifier": "host-3", "tags": {"service": ["checkout"]}},
    ])  # fmt: skip
    scenario_text: str = "Made for colonnade:web to test its database"
    say: dict[tuple[str, str], tuple[int, str, dict[str, str]]] = field(default_factory=dict)
    drop: set[tuple[str, str]] = field(default_factory=set)

    def made(self, method: str, path: str) -> list[Call]:
        """The calls of this method and path."""
        return [one for one in self.calls if (one.method, one.path) == (method, path)]

    def answer(self, call: Call) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers."""
        where = (call.method, call.path)
        if where in self.say:
            return self.say[where]
        answers: dict[tuple[str, str], Any] = {
            ("GET", "/attacks/active/paged"): lambda: {"items": [{"guid": guid} for guid in self.active]},
            ("GET", "/attacks/completed/paged"): lambda: {"items": [{"guid": guid} for guid in self.completed]},
            ("GET", f"/attacks/{GUID}"): lambda: {"guid": GUID, "stage": self.stage},
            ("GET", "/clients/active"): lambda: self.agents,
            ("GET", f"/scenarios/{SCENARIO}"): lambda: {"name": "Database gone", "description": self.scenario_text},
            ("GET", f"/scenarios/{SCENARIO}/runs/7"): lambda: {"stage": self.scenario_state},
            ("GET", f"/scenarios/{SCENARIO}/runs/7/resultFlags"): lambda: {"flags": []},
            ("POST", f"/scenarios/{SCENARIO}/runs"): lambda: 7,
            ("POST", f"/scenarios/halt/{SCENARIO}/runs/7"): self._halt_scenario,
            ("DELETE", f"/attacks/{GUID}"): self._halt,
            ("POST", "/halts"): self._halt,
            ("GET", "/reliability-tests"): lambda: {"global": [{"guid": "latency-test"}]},
            ("POST", "/reliability-tests/latency-test/runs"): lambda: {"runId": "1"},
            ("GET", "/reliability-tests/runs"): lambda: {"items": [{"status": "PASSED"}]},
            ("GET", f"/reliability-management/services/{SERVICE}"): lambda: {"score": 75.5},
        }
        if where == ("POST", "/attacks/new"):
            self.attacks += 1
            self.active = [GUID]
            return 201, GUID, {}
        found = answers.get(where)
        return (200, json.dumps(found()), {}) if found else (404, "not found", {})

    def _halt(self) -> str:
        self.stage, self.active = "UserHalted", []
        return ""

    def _halt_scenario(self) -> str:
        self.scenario_state = "Halted"
        return ""


@contextmanager
def serve(settings: Any) -> Iterator[Gremlin]:
    """Gremlin on loopback, with the key in the environment and the host on the list."""
    world = Gremlin()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path = parts.path.removeprefix("/v1").rstrip("/")
            call = Call(self.command, path, parse_qs(parts.query), dict(self.headers.items()), body)
            world.calls.append(call)
            status, text, headers = world.answer(call)
            if (call.method, call.path) in world.drop:
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_DELETE = _any

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.server_port}"]
    settings.GREMLIN_URL = f"http://127.0.0.1:{server.server_port}/v1"
    settings.GREMLIN_API_KEY, settings.GREMLIN_TEAM_ID = KEY, TEAM
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
