"""Slow calls of a function fail: its timeout is lowered. This is what AWS offers by itself for errors of functions."""

from __future__ import annotations

from chaos.faults import function_setting
from chaos.faults.registry import Argument

KEY = "lambda-timeout"
KIND = function_setting.kind(KEY, "Timeout of a function lowered")
FAULT = function_setting.fault(
    KEY,
    "Function times out",
    "Lowers the timeout of a function, so that each call that takes longer fails as it would on a slow dependency.",
    "every call that takes longer fails",
    Argument("timeout", "Timeout in seconds", r"[1-9]\d?|[1-8]\d\d", "1"),
    order=23,
)
