"""Any public file of experiments → a draft and a report, whatever its format."""

from __future__ import annotations

from chaos.formats import source
from chaos.formats.fis import read as fis
from chaos.formats.fis import shape
from chaos.formats.report import BROKEN, Finding, Findings, Imported
from chaos.formats.toolkit import read as toolkit
from services.descriptors import Problem


def read(raw: bytes) -> Imported:
    """Read a file as data: no import, no program, no host, no environment, no other file. Never raises."""
    try:
        found = source.read(raw)
    except Problem as problem:
        return _unreadable(problem.field, f"{problem.reason} {problem.remedy}", problem.line)
    if shape.looks_like(found.data):
        return fis.read(found)
    if toolkit.looks_like(found.data):
        return toolkit.read(found)
    reason = (
        "This is neither an experiment of Chaos Toolkit (method, steady-state-hypothesis) nor a template of AWS FIS "
        "(actions with actionId, or a resource AWS::FIS::ExperimentTemplate)."
    )
    return _unreadable("", reason, 1)


def _unreadable(path: str, reason: str, line: int) -> Imported:
    finding = Finding(path, BROKEN, reason, line=line)
    return Imported("", {}, 0, 0, [finding], Findings([finding]).totals())
