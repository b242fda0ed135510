"""A worker that is killed at any line of a look changes nothing in the outcome: every line is tried."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import deployments.validations
import portal.aws
from deployments.models import HostCheck, HostScript, PostTest, RolloutSegment
from deployments.validations import hosts, tests
from portal.sandbox.functions import events

from .conftest import ACCOUNT, LAMBDA, REGION, TARGET, Fleet, Wall, look
from .test_post_tests import DIRECT, SNS, function, topic

OURS = str(Path(deployments.validations.__file__).parent)
AWS = {str(Path(portal.aws.__file__).parent / name) for name in ("sns.py", "ssm.py", "lambda_invoke.py")}


class Killed(SystemExit):
    """What a killed worker looks like from inside."""


def kill_at(line: int) -> Callable[[FrameType, str, Any], Any]:
    """A tracer that kills the worker when it comes to its ``line``-th line of ours for the first time."""
    passed: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        place = (frame.f_code.co_filename, frame.f_lineno)
        if not place[0].startswith(OURS) and place[0] not in AWS:
            return None
        # A tracer that raises where a transaction ends would keep it open, which no killed process does.
        if event == "line" and place not in passed and "atomic" not in linecache.getline(*place):
            passed.add(place)
            if len(passed) == line:
                raise Killed
        return trace

    return trace


def attempts(module: Any, segment: RolloutSegment) -> Iterator[int]:
    """Attempts at the segment, each with a look that was killed: at its first line, its second, and so on to the last."""
    line, killed = 0, True
    while killed:
        line, killed = line + 1, False
        RolloutSegment.objects.filter(pk=segment.pk).update(attempt=line)
        before = sys.gettrace()
        sys.settrace(kill_at(line))
        try:
            look(module, segment)
        except Killed:
            killed = True
        finally:
            sys.settrace(before)
        yield line
    assert line > 40, "the tracer has seen too little"


@pytest.mark.parametrize("wanted", [SNS, DIRECT], ids=["sns", "lambda"])
def test_a_try_keeps_its_one_id_wherever_its_worker_is_killed(
    wanted: dict[str, Any], aws: Any, wall: Wall, segment_of: Callable[..., Any], settings: Any
) -> None:
    settings.PUBLIC_URL = "http://portal.example:8000"
    function("passed")
    topic()
    segment = segment_of(LAMBDA, tests=[wanted])
    for attempt in attempts(tests, segment):
        look(tests, segment)
        look(tests, segment)
        row = PostTest.objects.get(segment=segment, attempt=attempt)
        with aws.state.lock:
            heard = [event for event in events(aws.state, "tester") if event["attempt"] == attempt]
        assert {event["id"] for event in heard} == {row.key}, attempt
        assert len(heard) <= 2, attempt
        if len(heard) == 2 and wanted is SNS:
            assert "sent again with the same id" in row.detail, attempt
        assert row.state == ("started" if wanted is SNS else "passed"), attempt


def test_no_host_runs_the_script_twice_wherever_the_worker_is_killed(
    aws: Any, wall: Wall, fleet: Fleet, segment_of: Callable[..., Any]
) -> None:
    HostScript.objects.create(name="smoke", kind="script", body="true\n", created_by="admin")
    segment = segment_of(TARGET, validation={"ssm": {"script": "smoke"}, "target_health": True})
    for attempt in attempts(hosts, segment):
        look(hosts, segment)
        wall.move(5)
        assert look(hosts, segment).state == "passed", attempt
        checks = HostCheck.objects.filter(segment=segment, attempt=attempt)
        assert {check.state for check in checks} == {"passed"}
        with aws.state.lock:
            sent = aws.state.topic("ssm.commands", ACCOUNT, REGION)
            assert len(sent) == attempt, f"line {attempt} sent {len(sent) - attempt + 1} commands"


def test_no_answer_of_a_host_is_lost_wherever_the_worker_is_killed_while_it_reads(
    aws: Any, wall: Wall, fleet: Fleet, segment_of: Callable[..., Any]
) -> None:
    HostScript.objects.create(name="smoke", kind="script", body="true\n", created_by="admin")
    segment = segment_of(TARGET, validation={"ssm": {"script": "smoke"}})
    look(hosts, segment)
    wall.move(5)
    line, killed = 0, True
    while killed:
        line, killed = line + 1, False
        HostCheck.objects.update(state="waiting", output="", code=None)
        before = sys.gettrace()
        sys.settrace(kill_at(line))
        try:
            look(hosts, segment)
        except Killed:
            killed = True
        finally:
            sys.settrace(before)
        assert look(hosts, segment).state == "passed", line
        assert set(HostCheck.objects.values_list("state", "code", "output")) == {("passed", 0, "ok\n")}, line
    assert line > 40
