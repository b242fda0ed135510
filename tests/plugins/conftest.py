"""Starts the portal with another set of plugins, in a process and with a database of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Not ready without a beat; nothing to roll out without ?service=.
# What these answer without the parameters that they need.
ANSWERS = {
    "/readyz": 503, "/deployments/rollouts/new/": 404, "/api/catalog/entity-facets": 400, "/api/v1/services/graph/": 400,
    "/api/v1/deployments/gates/": 400,
}  # fmt: skip
BUNDLED = ("services", "scorecards", "deployments", "chaos", "costs")


def command(
    arguments: list[str | Path], plugins: str, data: Path, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python in the project with these plugins switched on; `path` holds installed third-party packages."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment = {
        **kept,
        "PORTAL_PLUGINS": plugins,
        "COLONNADE_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *([str(path)] if path else [])]),
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def probe(plugins: str, data: Path, path: Path | None = None, owner: str = "acme_flags") -> dict[str, Any]:
    """What the portal looks like with these plugins (see probe.py)."""
    done = command([HERE / "probe.py", owner], plugins, data, path)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def troubles(found: dict[str, Any]) -> dict[str, int]:
    """Paths that do not answer as they should. 405 is the answer of what only takes POST."""
    return {
        path: status
        for path, status in found["pages"].items()
        if status >= 400 and status not in (405, ANSWERS.get(path))
    }


def install(package: Path, target: Path) -> Path:
    """Install a package the way an installer does, without one: its files, and its entry points beside them."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    module = project["name"].replace("-", "_")
    shutil.copytree(package / module, target / module, ignore=shutil.ignore_patterns("__pycache__"))
    info = target / f"{module}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]
    (info / "entry_points.txt").write_text(
        "".join(f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in items.items()) for group, items in points.items())
    )
    return target


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the third-party package is installed in."""
    return install(HERE / "acme_flags", tmp_path_factory.mktemp("site"))
