"""Starts the whole portal and stops the whole portal: sandbox, worker with beat, web server, demo organisation.

Usage: python -m scripts.launch [--host 127.0.0.1] [--port 8000]. Ctrl-C or SIGTERM stops everything; the data stays in
COLONNADE_DATA (default `.data`). Children that die are started again.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from scripts import ground
from scripts.children import Child, stop_all
from scripts.progress import Screen, answers, bar, last_event, sandbox_status

WEB_THREADS = 8
WORKER_THREADS = 4
START_SECONDS = 120
SIGN_INS = "mira (operator of payments), jon (operator of search), ana (editor of logistics), vera (viewer), admin"


class Stop(Exception):
    """Somebody asked the launcher to end."""


def main(arguments: list[str]) -> int:
    """Run until asked to stop. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8000")
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    try:
        port = ground.port_number(options.port)
        folder = ground.data_folder()
        held = ground.hold(folder)
        ground.check_web_port(options.host, port)
        ground.check_services(dict(os.environ))
    except ground.Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    try:
        return Launch(folder, options.host, port).run()
    finally:
        os.close(held)


def ask_to_stop(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exception of the main loop; further ones are ignored while it stops."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Stop(signal.Signals(number).name)


class Launch:
    """One run of the portal."""

    def __init__(self, folder: Path, host: str, port: int) -> None:
        self.screen = Screen()
        self.folder = folder
        shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else host  # noqa: S104 - only compared
        self.address = f"http://{shown}:{port}"
        self.local = f"http://127.0.0.1:{port}" if host == "0.0.0.0" else f"http://{host}:{port}"  # noqa: S104
        self.sandbox_port = 0 if os.environ.get("AWS_ENDPOINT_URL") else ground.free_port()
        self.environment = {"PUBLIC_URL": self.local, **environment(folder, self.sandbox_port)}
        python = Path(sys.executable)
        self.prepare = self.child("preparation", [python, "-m", "scripts.prepare"])
        self.web = self.child("web server", web_command(python, host, port))
        self.worker = self.child("worker", worker_command(python), patience=10)
        self.sandbox = self.child("sandbox", sandbox_command(python, self.sandbox_port))
        self.served = [self.web, self.worker] + ([self.sandbox] if self.sandbox_port else [])

    def child(self, name: str, command: list[str | Path], patience: float = 5) -> Child:
        """A process of this run, with a fresh log in the data folder."""
        log = self.folder / "logs" / f"{name.replace(' ', '-')}.log"
        log.write_bytes(b"")
        return Child(name, command, self.environment, log, patience)

    def run(self) -> int:
        """Start, show progress, watch over the children, stop."""
        try:
            self.start()
            self.follow_demo()
            while True:
                self.watch_children()
                time.sleep(0.5)
        except Stop:
            self.screen.line("Stopping …")
            return 0
        except RuntimeError as error:
            self.screen.line(str(error))
            return 1
        finally:
            stop_all([self.prepare, self.web, self.worker])
            stop_all([self.sandbox])
            self.screen.line(f"Stopped. The data stays in {self.folder}.")

    def start(self) -> None:
        """Start everything; what does not depend on each other starts at the same time."""
        began = time.time()
        if self.sandbox_port:
            self.sandbox.start()
        self.prepare.start()
        collects = bool(
            self.environment.get("DATABASE_URL")
        )  # then the web server must find the collected static files
        if not collects:
            self.web.start()
        self.await_event("migrated")
        self.screen.phase("Database", began)
        began = time.time()
        if collects:
            self.web.start()
        # The embedded AWS forgets everything at its end. Kept data must not be compared with a half-loaded account:
        # the worker waits until all is back. On the first run the demo job waits by itself, and shows its progress.
        if not (last_event(self.prepare.log, "migrated").get("loaded") and self.sandbox_port):
            self.worker.start()
        self.await_event("queued")
        self.await_web()
        self.screen.phase("Web server", began)
        self.screen.phase("First page", self.screen.started)
        self.screen.line(f"\n  Colonnade is at {self.address}")
        self.screen.line(f'  Sign in as {SIGN_INS}; the password is "colonnade".')
        self.screen.line("  Ctrl-C stops it.\n")

    def await_event(self, phase: str) -> None:
        """Wait until the preparation has come to this phase."""
        order = ["migrated", "queued", "demo", "ready"]
        while True:
            if last_event(self.prepare.log).get("phase") in order[order.index(phase) :]:
                return
            if self.prepare.ended() not in (None, 0):
                raise RuntimeError(
                    f"The database could not be prepared; its log: {self.prepare.log}\n{self.prepare.last_lines(1)}"
                )
            self.watch_children()
            time.sleep(0.1)

    def await_web(self) -> None:
        """Wait for the first good answer of the web server."""
        for _ in range(START_SECONDS * 5):
            if answers(f"{self.local}/healthz"):
                return
            self.watch_children()
            time.sleep(0.2)
        raise RuntimeError(f"The web server did not answer within {START_SECONDS} s.\n{self.web.last_lines()}")

    def follow_demo(self) -> None:
        """Show the seeding of the sandbox and the demo job until both have ended."""
        began, seeded = time.time(), not self.sandbox_port
        while True:
            self.watch_children()
            event = last_event(self.prepare.log)
            status = {} if seeded else sandbox_status(self.environment["AWS_ENDPOINT_URL"])
            if status.get("ready"):
                self.screen.phase("Embedded AWS seeded", began)
                seeded = True
                if self.worker.process is None:
                    self.worker.start()
            elif status:
                self.screen.live(
                    f"Embedded AWS {progress(status.get('seeded'), status.get('total'), status.get('text'))}"
                )
            if seeded and event.get("phase") == "demo":
                self.screen.live(f"Demo {progress(event.get('done'), event.get('total'), event.get('text'))}")
            if seeded and self.prepare.ended() is not None:
                self.screen.phase("Demo organisation", began)
                if event.get("failed") or self.prepare.ended():
                    self.screen.line(f"  The demo is incomplete: {event.get('text') or self.prepare.last_lines(3)}")
                return
            time.sleep(1)

    def watch_children(self) -> None:
        """Start again what has died."""
        for child in self.served:
            if child.process and child.ended() is not None:
                self.screen.line(child.revive())


def progress(done: object, total: object, text: object) -> str:
    """A bar with figures and what is being done."""
    at, of = int(str(done or 0)), int(str(total or 0))
    return f"{bar(at, of)} {at}/{of} {text or ''}" if of else str(text or "…")


def environment(folder: Path, sandbox_port: int) -> dict[str, str]:
    """What the children see. With the sandbox nothing of the user's own AWS settings reaches them."""
    found = {
        **os.environ,
        "COLONNADE_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
    }
    if found.get("DATABASE_URL"):  # a local run on PostgreSQL is still plain HTTP on loopback
        found.setdefault("SECRET_KEY", ground.secret_key(folder))
        found.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
        found.setdefault("SECURE", "false")
    if sandbox_port:
        found = {name: value for name, value in found.items() if not name.startswith("AWS_")}
        found |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{sandbox_port}",
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
    bypass = [found[name] for name in ("NO_PROXY", "no_proxy") if found.get(name)]
    found["NO_PROXY"] = found["no_proxy"] = ",".join([*bypass, "127.0.0.1", "localhost"])
    return found


def web_command(python: Path, host: str, port: int) -> list[str | Path]:
    """gunicorn with one process: the embedded run is for a handful of people, and memory is dear."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--worker-class", "gthread", "--workers", "1", "--threads", str(WEB_THREADS), "--bind", bind]
    quiet = ["--no-control-socket", "--graceful-timeout", "3", "--timeout", "60", "--log-level", "warning"]
    return [python, "-m", "gunicorn", "portal.wsgi", *options, *quiet]


def worker_command(python: Path) -> list[str | Path]:
    """One Celery worker on all queues with beat inside."""
    options = ["--pool", "threads", "--concurrency", str(WORKER_THREADS), "-B", "--queues", "default,chaos,rescue"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    return [python, "-m", "celery", "-A", "portal", "worker", *options, *quiet]


def sandbox_command(python: Path, port: int) -> list[str | Path]:
    """The embedded AWS, seeded and with its clock running."""
    return [python, "-m", "portal.sandbox", "--port", str(port), "--seed", "--clock"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
