"""CloudWatch's metric math: arithmetic, comparisons and the functions that alarms and dashboards use most.

An expression is read with Python's own parser and walked; nothing of it is ever executed. A value is a number or a series
(start of period → number). Between two series only the periods count that both have; a function over several series takes each
period that any has. SEARCH, LOGS and anomaly bands are refused by name.
Source: "Using metric math" in the CloudWatch user guide.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

Series = dict[float, float]
Value = float | Series
OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.Gt: operator.gt, ast.Lt: operator.lt, ast.GtE: operator.ge, ast.LtE: operator.le, ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.And: lambda a, b: bool(a and b), ast.Or: lambda a, b: bool(a or b),
}  # fmt: skip
OVER: dict[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum, "AVG": lambda numbers: sum(numbers) / len(numbers), "MIN": min, "MAX": max,
}  # fmt: skip
EACH: dict[str, Callable[[float], float]] = {
    "ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor, "LOG": math.log, "LOG10": math.log10,
}  # fmt: skip
DEEPEST = 50


class BadExpression(ValueError):
    """The expression cannot be read, or asks for what the sandbox does not have."""


def evaluate(expression: str, known: Mapping[str, Value], period: float, times: Sequence[float]) -> Value:
    """The value of an expression over the named values. `times` are the periods of the window. Raises BadExpression."""
    try:
        tree = ast.parse(expression.replace("^", "**").replace("||", " or ").replace("&&", " and "), mode="eval")
        return Walk(known, period, times).value(tree.body)
    except (SyntaxError, ValueError, RecursionError, OverflowError, MemoryError) as error:
        raise BadExpression(f"{expression[:100]}: {error}") from error


class Walk:
    """One walk over an expression."""

    def __init__(self, known: Mapping[str, Value], period: float, times: Sequence[float]) -> None:
        self.known, self.period, self.times = known, period, times

    def value(self, node: ast.AST, depth: int = 0) -> Value:
        """The value of a node. Raises BadExpression."""
        if depth > DEEPEST:
            raise BadExpression("nested too deep")
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return float(number)
            case ast.Name(id=name) if name in self.known:
                return self.known[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._pairs(operator.mul, -1.0, self.value(operand, depth + 1))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return self._pairs(OPERATORS[type(op)], self.value(left, depth + 1), self.value(right, depth + 1))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
                return self._pairs(OPERATORS[type(op)], self.value(left, depth + 1), self.value(right, depth + 1))
            case ast.BoolOp(op=op, values=[first, *rest]):
                found = self.value(first, depth + 1)
                for one in rest:
                    found = self._pairs(OPERATORS[type(op)], found, self.value(one, depth + 1))
                return found
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name.upper(), arguments, depth + 1)
        raise BadExpression(f"{ast.unparse(node)[:60]} is not known here")

    def _pairs(self, act: Callable[[float, float], float], left: Value, right: Value) -> Value:
        """Number with number, or period by period; what has no value (a division by zero) has no point."""
        if not isinstance(left, dict) and not isinstance(right, dict):
            return float(act(left, right))
        first = left if isinstance(left, dict) else dict.fromkeys(right if isinstance(right, dict) else (), left)
        second = right if isinstance(right, dict) else dict.fromkeys(first, right)
        found: Series = {}
        for at in sorted(first.keys() & second.keys()):
            try:
                found[at] = float(act(first[at], second[at]))
            except (ZeroDivisionError, OverflowError, TypeError):
                continue
        return found

    def _call(self, name: str, arguments: Sequence[ast.expr], depth: int) -> Value:
        if name == "METRICS":
            raise BadExpression("METRICS() belongs into a function such as SUM(METRICS())")
        if name in OVER and len(arguments) == 1:
            return self._over(OVER[name], arguments[0], depth)
        if name == "FILL" and len(arguments) == 2:
            return self._fill(_series(self.value(arguments[0], depth)), arguments[1], depth)
        if name == "IF" and len(arguments) in (2, 3):
            return self._choice(*(self.value(one, depth) for one in arguments))
        if len(arguments) == 1:
            return self._single(name, self.value(arguments[0], depth))
        raise BadExpression(f"the function {name} with {len(arguments)} arguments is not known here")

    def _single(self, name: str, over: Value) -> Value:
        if name in EACH:
            return (
                {at: float(EACH[name](one)) for at, one in over.items()} if isinstance(over, dict) else EACH[name](over)
            )
        series = _series(over)
        if name == "PERIOD":
            return self.period
        if name == "RUNNING_SUM":
            total, found = 0.0, {}
            for at, one in sorted(series.items()):
                total += one
                found[at] = total
            return found
        steps = sorted(series.items())
        pairs = [(at, one - before, at - earlier) for (earlier, before), (at, one) in pairwise(steps)]
        if name in ("DIFF", "RATE"):
            return {at: step / seconds if name == "RATE" else step for at, step, seconds in pairs}
        raise BadExpression(f"the function {name} is not known here")

    def _over(self, act: Callable[[Sequence[float]], float], argument: ast.expr, depth: int) -> Value:
        """One series is taken to one number, several to a series."""
        match argument:
            case ast.Call(func=ast.Name(id="METRICS"), args=[]):
                several = [one for one in self.known.values() if isinstance(one, dict)]
            case ast.Call(func=ast.Name(id="METRICS"), args=[ast.Constant(value=str(part))]):
                several = [one for name, one in self.known.items() if part in name and isinstance(one, dict)]
            case ast.List(elts=items):
                several = [_series(self.value(item, depth)) for item in items]
            case _:
                numbers = list(_series(self.value(argument, depth)).values())
                return float(act(numbers)) if numbers else {}
        return {
            at: float(act([one[at] for one in several if at in one])) for at in sorted({at for one in several for at in one})
        }  # fmt: skip

    def _fill(self, series: Series, how: ast.expr, depth: int) -> Series:
        """Every period of the window, with a number, the last one (REPEAT), or a straight line between (LINEAR)."""
        if isinstance(how, ast.Name) and how.id in ("REPEAT", "LINEAR"):
            return _stretched(series, self.times, line=how.id == "LINEAR")
        number = self.value(how, depth)
        other = number if isinstance(number, dict) else dict.fromkeys(self.times, number)
        return {at: series.get(at, other.get(at, 0.0)) for at in self.times if at in series or at in other}

    def _choice(self, asked: Value, then: Value, otherwise: Value | None = None) -> Value:
        if not isinstance(asked, dict):
            chosen = then if asked else otherwise
            return {} if chosen is None else chosen
        found: Series = {}
        for at, holds in asked.items():
            chosen = then if holds else otherwise
            one = chosen.get(at) if isinstance(chosen, dict) else chosen
            if one is not None:
                found[at] = one
        return found


def _series(value: Value) -> Series:
    if not isinstance(value, dict):
        raise BadExpression("a series is needed where a number stands")
    return value


def _stretched(series: Series, times: Sequence[float], *, line: bool) -> Series:
    known = sorted(series)
    found: Series = {}
    for at in times:
        before = max((one for one in known if one <= at), default=None)
        after = min((one for one in known if one >= at), default=None)
        if before is None or (line and after is None):
            continue
        found[at] = series[before]
        if line and after is not None and after != before:
            found[at] += (series[after] - series[before]) * (at - before) / (after - before)
    return found
