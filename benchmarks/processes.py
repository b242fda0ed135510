"""Processor time of whole programs, with what their ended children used (Linux)."""

from __future__ import annotations

import psutil


def spent(pid: int) -> float:
    """Seconds of processor time of a process and its living and ended children."""
    try:
        top = psutil.Process(pid)
        family = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(_own(process) for process in family)


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def postgres() -> int:
    """The pid of the PostgreSQL server on this machine; 0 where there is none to be seen."""
    for process in psutil.process_iter(["name", "ppid"]):
        if process.info["name"] == "postgres":
            parent = process.parent()
            if parent is None or parent.name() != "postgres":
                return int(process.pid)
    return 0
