"""Memory of the running embedded portal: the proportional share of every process under the launcher (Linux)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from benchmarks.figure import Figure

LIMIT_MB = 700


def run() -> Iterator[Figure]:
    """One figure per process of the portal that runs on this data folder, and their sum."""
    held = Path(settings.DATA) / "running"
    launcher = held.read_text() if held.exists() else ""
    if not launcher or not Path(f"/proc/{launcher}").exists():
        return
    sizes = {pid: share(pid) for pid in family(launcher)}
    for pid, size in sizes.items():
        yield Figure(f"memory: {title(pid)}", round(size), "MB")
    yield Figure("memory: the whole portal", round(sum(sizes.values())), "MB", LIMIT_MB)


def family(root: str) -> list[str]:
    """The process and all its descendants."""
    children: dict[str, list[str]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = stat.read_text().rpartition(")")[2].split()
        children[fields[1]].append(stat.parent.name)
    found = [root]
    for pid in found:
        found += children[pid]
    return found


def share(pid: str) -> float:
    """Proportional set size in MB: shared pages count in parts."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def title(pid: str) -> str:
    """What the process is, from its command line."""
    words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    names = {
        "scripts.launch": "launcher",
        "portal.sandbox": "sandbox",
        "gunicorn": "web",
        "celery": "worker",
        "scripts.prepare": "preparation",
    }
    return f"{next((name for part, name in names.items() if part in words), 'other')} {pid}"
