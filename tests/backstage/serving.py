"""A web server of the portal with a small catalog, on SQLite or PostgreSQL, and a host that its descriptors come from."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scripts.ground import free_port

ROOT = Path(__file__).resolve().parents[2]
FILES = Path(__file__).parent / "files"


@dataclass
class Served:
    """Where the portal answers, the tokens by role, and where descriptors lie."""

    url: str
    tokens: dict[str, str]
    files: str
    environment: dict[str, str]

    def node(self, *names: str) -> subprocess.CompletedProcess[str]:
        """Run Node test files against it."""
        told = {"CATALOG": f"{self.url}/api/catalog", "FILES": self.files, "PYTHON": sys.executable}
        told |= {f"TOKEN_{role.upper()}": secret for role, secret in self.tokens.items()}
        paths = [str(Path(__file__).parent / name) for name in names]
        return subprocess.run(
            ["node", "--test", *paths], cwd=ROOT, env={**self.environment, **told}, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *args: object) -> None:
        """Nothing."""


@contextmanager
def files() -> Iterator[str]:
    """The address below which the descriptors of the tests lie."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(FILES)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def serving(folder: Path, database_url: str = "") -> Iterator[Served]:
    """The portal's web server with a catalog that has been read; SQLite without `database_url`."""
    with files() as host:
        environment = _environment(folder, database_url, host)
        _python(environment, "manage.py", "migrate", "--verbosity", "0")
        told = _python(environment, "-m", "tests.backstage.seed", "seed", f"{host}/root.yaml")
        port = free_port()
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "portal.wsgi",
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--keep-alive",
            "75",
        ]
        with (folder / "web.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{port}", "--no-control-socket"], cwd=ROOT, env=environment,
                stdout=log, stderr=log,
            )  # fmt: skip
        try:
            _await(f"http://127.0.0.1:{port}/healthz")
            yield Served(f"http://127.0.0.1:{port}", json.loads(told.splitlines()[-1]), host, environment)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _environment(folder: Path, database_url: str, host: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    made = kept | {
        "COLONNADE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONPATH": str(ROOT),
        "READING_ALLOW": host.removeprefix("http://"), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "SECURE": "0",
    }  # fmt: skip
    if database_url:
        made |= {"DATABASE_URL": database_url, "SECRET_KEY": "0123456789" * 6, "ALLOWED_HOSTS": "127.0.0.1"}
    return made


def _python(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def _await(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end, pause = time.monotonic() + 60, threading.Event()
    while time.monotonic() < end:
        try:
            opener.open(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            pause.wait(0.1)
        else:
            return
    raise AssertionError(f"{url} did not answer within a minute")
