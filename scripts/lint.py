"""Runs every static check and says at the end which failed; all of them run, so that one look is enough."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

APPS = ["portal", "services", "scorecards", "deployments", "chaos", "costs"]
BIN = f"{Path(sys.executable).parent}/"

PRODUCTION = [
    "DATABASE_URL=postgres://portal@database.internal/portal",
    "REDIS_URL=redis://queue.internal/0",
    f"SECRET_KEY={secrets.token_urlsafe(64)}",
    "ALLOWED_HOSTS=portal.example.com",
]

CHECKS: dict[str, list[str]] = {
    "ruff": [f"{BIN}ruff", "check", "."],
    "format": [f"{BIN}ruff", "format", "--check", "--exclude", "*/migrations/*", "--exclude", "*.md", "."],
    "types": [f"{BIN}mypy", *APPS, "scripts"],
    "imports": [f"{BIN}lint-imports", "--no-cache"],
    "templates": [f"{BIN}djlint", "--lint", "--quiet", "templates"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "django": [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
    "production": ["env", *PRODUCTION, sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


def main(names: list[str]) -> int:
    """Run the named checks (all without names). Returns 1 if one failed."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COLONNADE_DATA": os.environ.get("COLONNADE_DATA", folder)}
        failed = [name for name in names or CHECKS if not passes(name, environment)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def passes(name: str, environment: dict[str, str]) -> bool:
    """Run one check; print its output only when it fails."""
    started = time.monotonic()
    done = subprocess.run(CHECKS[name], capture_output=True, text=True, env=environment, check=False)
    print(f"  {name:<28}{'ok' if done.returncode == 0 else 'FAILED':<8}{time.monotonic() - started:6.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="\n")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
