"""What must hold before anything is started: the data folder, the ports, the database and the broker.

Every function raises Refusal with one sentence that names the remedy.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Refusal(Exception):
    """The start cannot go on; the text says why and what to do."""


def data_folder() -> Path:
    """The writable folder that holds database, broker, key and logs (COLONNADE_DATA, default `.data`)."""
    folder = Path(os.environ.get("COLONNADE_DATA") or ROOT / ".data").expanduser().resolve()
    remedy = "name a folder that you may write to, for example: make run COLONNADE_DATA=$HOME/colonnade"
    try:
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refusal(f"The data folder {folder} cannot be used ({error.strerror}): {remedy}.") from error
    return folder


def hold(folder: Path) -> int:
    """Keep the data folder for this launcher. Returns the file descriptor that holds it while it stays open."""
    descriptor = os.open(folder / "running", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        other = os.read(descriptor, 20).decode() or "?"
        os.close(descriptor)
        raise Refusal(
            f"Colonnade already runs on the data folder {folder} (process {other}): "
            "stop it with Ctrl-C, or set COLONNADE_DATA to another folder."
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def port_number(text: str) -> int:
    """The port named on the command line."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Refusal(f"{text} is no port: choose a number from 1 to 65535, make run PORT=8001.")
    return int(text)


def check_web_port(host: str, port: int) -> None:
    """Refuse a port that somebody else listens on or that this user may not open, and a host that is not this machine."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Refusal(
                f"Port {port} needs more rights than you have: choose another, make run PORT=8001."
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refusal(
                    f"{host} is no address of this machine ({error.strerror}): "
                    "leave HOST out, or open it to others with make run HOST=0.0.0.0."
                ) from error
            free = next((n for n in range(port + 1, port + 50) if is_free(host, n)), port + 1)
            raise Refusal(f"Port {port} is in use on {host}: choose another, make run PORT={free}.") from error


def is_free(host: str, port: int) -> bool:
    """Whether a port can be bound at this moment."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def free_port() -> int:
    """A free loopback port, chosen by the system."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_services(environment: dict[str, str]) -> None:
    """Refuse a DATABASE_URL or REDIS_URL that does not answer. The embedded run has neither."""
    database, broker = environment.get("DATABASE_URL", ""), environment.get("REDIS_URL", "")
    if database:
        check_postgres(database)
    if broker:
        check_redis(broker)


def check_postgres(url: str) -> None:
    """Connect once."""
    import psycopg

    if not url.startswith(("postgres://", "postgresql://")):
        raise Refusal(
            "DATABASE_URL must name PostgreSQL, as in postgres://user:password@host:5432/name; "
            "without DATABASE_URL the portal uses its own SQLite file."
        )
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise Refusal(
            f"DATABASE_URL cannot be reached ({reason}): start PostgreSQL or correct the URL; "
            "without DATABASE_URL the portal uses its own SQLite file."
        ) from error


def check_redis(url: str) -> None:
    """Ping once."""
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=3).ping()
    except (redis.RedisError, ValueError) as error:
        raise Refusal(
            f"REDIS_URL cannot be reached ({error}): start Redis or correct the URL; "
            "without REDIS_URL the portal uses a broker in its data folder."
        ) from error


def secret_key(folder: Path) -> str:
    """The key of this installation, made once and kept in the data folder."""
    path = folder / "secret-key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text()
