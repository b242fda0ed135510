"""The same command on PostgreSQL and Redis."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.running import LOOPBACK, launch, serving, until

pytestmark = [pytest.mark.service, pytest.mark.postgres, pytest.mark.redis]


def test_it_serves_pages_with_their_styles_and_its_worker_is_heard(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    portal = launch(tmp_path / "data", DATABASE_URL=postgres_url, REDIS_URL=redis_url)
    try:
        serving(portal)
        with LOOPBACK.open(f"{portal.url}/login/", timeout=60) as answer:
            styles = re.findall(r'href="(/static/[^"]+\.css)"', answer.read().decode())
        assert styles
        for style in styles:
            with LOOPBACK.open(f"{portal.url}{style}", timeout=60) as answer:
                assert answer.headers["Content-Type"].startswith("text/css")
        until(lambda: portal.get("/readyz")["parts"]["beat"] == "ok", 180, portal, "a beat")
        assert not (portal.data / "colonnade.sqlite3").exists()
    finally:
        portal.stop()
