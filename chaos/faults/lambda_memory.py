"""A function becomes slow: its memory is lowered, and its share of a processor with it."""

from __future__ import annotations

from chaos.faults import function_setting
from chaos.faults.registry import Argument

KEY = "lambda-memory"
KIND = function_setting.kind(KEY, "Memory of a function lowered")
FAULT = function_setting.fault(
    KEY,
    "Function slow",
    "Lowers the memory of a function. The share of a processor goes with it, so that calls become slow or run out of memory.",
    "its calls become slow, or run out of memory",
    Argument("memory", "Memory in MB", r"12[89]|1[3-9]\d|[2-9]\d\d|[1-9]\d{3}", "128"),
    order=24,
)
