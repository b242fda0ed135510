"""What the environment gets wrong is one clear sentence; a database that is away is 503, not a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import OperationalError
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "SECRET_KEY is missing"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": "0123456789" * 6}, "check DATABASE_URL"),
        ({"DATABASE_URL": "mysql://root@127.0.0.1/x", "SECRET_KEY": "0123456789" * 6}, "PostgreSQL is the only other"),
        ({"COLONNADE_DATA": "/proc/nothing"}, "choose a folder you may write to"),
    ],
)
def test_a_wrong_environment_is_one_sentence_with_its_remedy(
    env: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    full = {**os.environ, "COLONNADE_DATA": str(tmp_path), **env}
    command = [sys.executable, "manage.py", "migrate"]
    done = subprocess.run(command, cwd=ROOT, env=full, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", ["/jobs/", "/api/v1/jobs/runs/"])
def test_a_database_that_is_away_is_503_with_retry_after(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", away)
    monkeypatch.setattr("portal.access.tokens.BearerToken.authenticate_credentials", away)
    client = Client(raise_request_exception=False, headers={"Authorization": "Bearer cln_x"})
    client.cookies["sessionid"] = "x" * 32
    reply = client.get(path)
    assert reply.status_code == 503
    assert reply.headers["Retry-After"] == "5"
    assert "database cannot be reached" in reply.content.decode()
