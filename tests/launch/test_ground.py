"""Bad ground gives one sentence with the remedy, before anything is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.ground import free_port
from tests.running import ROOT, environment


def refused(data: Path, port: int | str | None = None, host: str = "127.0.0.1", **more: str) -> str:
    """What the launcher says when it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.launch", "--host", host, "--port", str(port or free_port())],
        cwd=ROOT, env=environment(data, **more), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_a_port_in_use_names_a_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refused(tmp_path, taken.getsockname()[1])
    assert "is in use" in said
    assert "make run PORT=" in said


@pytest.mark.parametrize("port", ["eight", "70000", "-1"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    assert f"{port} is no port" in refused(tmp_path, port)


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1"])
def test_a_host_that_is_not_this_machine_is_not_called_a_port_in_use(tmp_path: Path, host: str) -> None:
    assert f"{host} is no address of this machine" in refused(tmp_path, host=host)


def test_a_data_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "COLONNADE_DATA=" in refused(tmp_path / "file" / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_data_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "COLONNADE_DATA=" in refused(tmp_path / "data")


def test_an_unreachable_database_is_named_with_the_way_out(tmp_path: Path) -> None:
    said = refused(tmp_path, DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/none")
    assert "DATABASE_URL cannot be reached" in said
    assert "refused" in said
    assert "SQLite" in said


@pytest.mark.parametrize("url", ["nonsense", "mysql://user@host/name"])
def test_another_database_is_refused_before_anything_starts(tmp_path: Path, url: str) -> None:
    assert "DATABASE_URL must name PostgreSQL" in refused(tmp_path, DATABASE_URL=url)


def test_an_unreachable_broker_is_named_with_the_way_out(tmp_path: Path) -> None:
    said = refused(tmp_path, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert "REDIS_URL cannot be reached" in said


def test_a_missing_node_gives_one_sentence(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (scripts / "frontend.py").write_bytes((ROOT / "scripts" / "frontend.py").read_bytes())
    done = subprocess.run(
        [sys.executable, scripts / "frontend.py"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Node.js 18 or newer")


def test_a_python_that_is_too_old_gives_one_sentence() -> None:
    done = subprocess.run(
        ["make", "-C", str(ROOT), "run", "PYTHON="],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode != 0
    assert "Colonnade needs Python 3.11 or newer" in done.stderr
