"""Installs what `make` needs into this folder, then runs the given command with the project's Python.

Usage: python scripts/setup.py run|dev [-- ARGUMENTS OF PYTHON...]

Standard library only: it runs before anything is installed. A stamp file holds the hash of the pinned requirements,
so that a second start installs nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
UV_VERSION = "0.13.9"
REQUIREMENTS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
# uv does not read pip's configuration, so a mirror or a certificate that pip knows is handed on to it.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "no-index": "UV_NO_INDEX",
}


def main(arguments: list[str]) -> int:
    """Install the set named by the first argument; replace this process by the command after `--`."""
    started = time.time()
    if sys.version_info < (3, 11):  # noqa: UP036 - `make` calls it with whatever is there
        return refuse(
            f"Colonnade needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try make PYTHON=python3.12."
        )
    wanted, command = arguments[0], arguments[2:]
    # Beside the Python packages: the one waits for the network while the other computes.
    frontend = subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "frontend.py", wanted], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    failed = install_python(wanted)
    if frontend.wait() != 0:  # it has said why
        return 1
    if failed:
        return refuse(failed)
    if command:
        os.chdir(ROOT)
        environment = {**os.environ, "COLONNADE_STARTED": os.environ.get("COLONNADE_STARTED", str(started))}
        os.execve(PYTHON, [PYTHON, *command], environment)  # noqa: S606 - our own interpreter, no shell
    return 0


def install_python(wanted: str) -> str:
    """Create `.venv` and install the pinned packages when the stamp says they changed. Returns "" or why it failed."""
    stamp, digest = VENV / f".installed-{wanted}", requirements_digest(wanted)
    if Path(PYTHON).exists() and stamp.is_file() and stamp.read_text() == digest:
        return ""
    with Phase("Python packages"):
        uv = shutil.which("uv")
        failed = create_venv(uv)
        if failed:
            return failed
        failed = install_with(uv or bootstrap_uv(), ROOT / REQUIREMENTS[wanted])
    if failed:
        return failed
    stamp.write_text(digest)
    if wanted == "dev":  # the development set contains the other one
        (VENV / ".installed-run").write_text(requirements_digest("run"))
    return ""


def requirements_digest(wanted: str) -> str:
    """Hash of the pins and of the interpreter's minor version: whatever must lead to a new installation."""
    text = (ROOT / REQUIREMENTS[wanted]).read_bytes() + repr(sys.version_info[:2]).encode()
    return hashlib.sha256(text).hexdigest()


def create_venv(uv: str | None) -> str:
    """Create the virtual environment; with uv present pip is not needed in it. Returns "" or why it failed."""
    if Path(PYTHON).exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0:
        return ""
    options = ["--without-pip"] if uv else []
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", *options, str(VENV)], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    return f"Python could not create {VENV}. On Debian or Ubuntu: apt install python3-venv. It said: {last_line(done)}"


def bootstrap_uv() -> str | None:
    """uv inside `.venv` (it installs the set about ten times faster than pip), or None: then pip does it."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"uv=={UV_VERSION}"]
        subprocess.run(pip, capture_output=True, check=False)
    return str(uv) if uv.exists() else None


def install_with(uv: str | None, requirements: Path) -> str:
    """Install one requirements file with uv, and with pip where uv is absent or fails. Returns "" or why it failed."""
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", PYTHON, "-r", str(requirements)]
        if (
            subprocess.run(command, env={**uv_settings(), **os.environ}, capture_output=True, check=False).returncode
            == 0
        ):
            return ""
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode != 0:
        subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True, check=False)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
    done = subprocess.run(pip, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return ""
    return f"The Python packages could not be installed; check the network or pip's index, then run make again. pip said: {last_line(done)}"


def uv_settings() -> dict[str, str]:
    """pip's configured index, links and certificate under the names which uv reads."""
    done = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    settings: dict[str, str] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        target = UV_NAMES.get(name.rpartition(".")[2])
        if target:
            settings[target] = value.strip("'\"")
    if "UV_INDEX" in settings:  # pip looks for the best version in every index; uv would stop at the first
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return settings


class Phase:
    """Prints how many seconds a phase of the set-up took."""

    def __init__(self, title: str) -> None:
        self.title = title

    def __enter__(self) -> None:
        self.started = time.time()
        if sys.stdout.isatty():
            print(f"  {self.title} …", end="\r", flush=True)

    def __exit__(self, *_: object) -> None:
        report(self.title, time.time() - self.started)


def report(title: str, seconds: float) -> None:
    """One line per phase, aligned with those of the launcher."""
    print(f"  {title:<28}{seconds:6.1f} s", flush=True)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """The last thing a failed command said: mostly the reason."""
    lines = [line for line in f"{done.stdout or ''}\n{done.stderr or ''}".splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"


def refuse(sentence: str) -> int:
    """Say why it stops, in one sentence with the remedy."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
