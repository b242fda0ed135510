"""What the environment says, read once, with one clear sentence for each mistake."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE = Path(__file__).resolve().parent.parent
env = environ.Env()

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;"
)


def data_folder() -> Path:
    """The folder that holds the embedded database, broker and key (`COLONNADE_DATA`, default `.data`)."""
    folder = Path(env.str("COLONNADE_DATA", default=str(BASE / ".data"))).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"COLONNADE_DATA={folder} cannot be created ({error.strerror}): choose a folder you may write to."
        ) from error
    if not os.access(folder, os.W_OK):
        raise ImproperlyConfigured(f"COLONNADE_DATA={folder} is not writable: choose a folder you may write to.")
    return folder


def secret_key(folder: Path, *, embedded: bool) -> str:
    """`SECRET_KEY` (at least 50 characters); the embedded run makes one and keeps it in the data folder."""
    key: str = env.str("SECRET_KEY", default="")
    if key:
        if len(key) < 50 or len(set(key)) < 5:
            raise ImproperlyConfigured("SECRET_KEY is too weak: use at least 50 random characters.")
        return key
    if not embedded:
        raise ImproperlyConfigured("SECRET_KEY is missing: set it to at least 50 random characters.")
    path = folder / "secret-key"
    if not path.exists():
        # Two processes may start at once: the one that loses the race reads the winner's key.
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(64))
        except FileExistsError:
            pass
    return path.read_text()


def database(folder: Path) -> dict[str, Any]:
    """The `default` entry of `DATABASES`: PostgreSQL by `DATABASE_URL`, else SQLite in the data folder."""
    if not env.str("DATABASE_URL", default=""):
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "colonnade.sqlite3"),
            "OPTIONS": options,
            # Opening the file and reading its schema costs more than most questions do.
            "CONN_MAX_AGE": 60,
        }
    config: dict[str, Any] = env.db_url("DATABASE_URL")
    if "postgresql" not in config["ENGINE"]:
        raise ImproperlyConfigured("DATABASE_URL must start with postgres://: PostgreSQL is the only other database.")
    config["CONN_MAX_AGE"] = 60
    config["CONN_HEALTH_CHECKS"] = True
    prepared = 5 if env.bool("PREPARE_STATEMENTS", default=True) else None
    config.setdefault("OPTIONS", {}).update(
        connect_timeout=5, options="-c lock_timeout=5000", prepare_threshold=prepared
    )
    return config


def filesystem_broker(folder: Path) -> dict[str, Any]:
    """Transport options of Celery's filesystem broker, kept in the data folder."""
    queue, control = folder / "broker" / "queue", folder / "broker" / "control"
    for path in (queue, control):
        path.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "store_processed": False,
        "polling_interval": 0.05,
    }
