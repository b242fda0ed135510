"""Running the sandbox: as a process of its own, or in a thread for tests."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import subprocess
import threading
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from .app import SandboxApp
from .clock import start_clock
from .organisation import SERVICES
from .seed import start_seeding
from .state import State

log = logging.getLogger(__name__)

HOST = "127.0.0.1"


class PortInUse(RuntimeError):
    """Another process listens on the wanted port; the text says what to do."""


class _Connection(MotoRequestHandler):
    """Keep-alive connections without Nagle's delay; idle ones are closed so that threads do not pile up."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 15

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Stay silent: a request a line would drown the launcher's output."""


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortInUse(
                f"Port {port} on {HOST} is not free: stop the program that uses it or choose another with --port."
            ) from error
        raise
    listener.listen(128)
    return listener


class Sandbox:
    """A running sandbox: `url`, `app` (its state), `reset()` to an empty AWS and `stop()`."""

    def __init__(self, port: int = 0, state: State | None = None) -> None:
        self.app = SandboxApp(state)
        listener = _listen(port)
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        self._server: BaseWSGIServer = make_server(
            HOST, port, self.app, threaded=True, request_handler=_Connection, fd=listener.detach()
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
        self._thread.start()

    @property
    def state(self) -> State:
        """What handlers, seeding and clock share."""
        return self.app.state

    def reset(self) -> None:
        """Forget all resources and metrics."""
        self.app.reset()

    def stop(self) -> None:
        """Close the port; connections that are open end with the process."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=2)


def start_thread(port: int = 0) -> Sandbox:
    """A sandbox in a thread of this process, without seeding and clock; port 0 takes any free one."""
    return Sandbox(port)


def run(port: int, *, seed: bool, clock: bool) -> None:
    """Serve until SIGTERM or SIGINT; the seeding is a child process, the clock a thread. Raises PortInUse."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    sandbox = Sandbox(port)
    log.info("The sandbox listens on %s", sandbox.url)
    child = _seed(sandbox) if seed else None
    if clock:
        start_clock(sandbox.state, stopped)
    while not stopped.wait(0.5):
        if child is not None and child.poll() is not None:
            if child.returncode != 0:
                sandbox.state.progress.fail("Seeding stopped before its end; restart the sandbox to try again.")
            child = None
    if child is not None:
        child.terminate()
    sandbox.stop()


def _seed(sandbox: Sandbox) -> subprocess.Popen[bytes]:
    sandbox.state.progress.report(0, len(SERVICES), "Loading the demo organisation")
    return start_seeding(sandbox.url)
