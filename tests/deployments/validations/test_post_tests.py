"""Post-deployment tests: started once a try, answered once, given up in time, whatever dies on the way."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from deployments.models import PostTest, PostTestAnswer, Rollout
from deployments.validations import calls, tests
from deployments.validations.api import AnswerThrottle
from deployments.validations.tokens import token_of
from portal.access.models import AuditEvent
from portal.aws import lambda_invoke, session, sns
from portal.aws.errors import AwsThrottled, AwsUnavailable
from portal.sandbox import functions

from .conftest import ACCOUNT, LAMBDA, REGION, Wall, later, look
from .test_hosts import killed, refuse

SNS = {"name": "orders-e2e", "kind": "sns", "topic": "tests", "timeout_seconds": 60, "payload": {"depth": 2}}
DIRECT = {"name": "smoke", "kind": "lambda", "function": "tester", "timeout_seconds": 60}


def function(answer: str = "", after: float = 0) -> Any:
    """The function `tester`, which says ``answer`` after so many seconds."""
    iam = session.client(ACCOUNT, REGION, "iam", role="rollout")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="tester", AssumeRolePolicyDocument="{}")
    variables = {"ANSWER": answer, "ANSWER_AFTER": str(after)} if answer else {}
    return session.client(ACCOUNT, REGION, "lambda", role="rollout").create_function(
        FunctionName="tester", Runtime="python3.13", Handler="a.b", Role=f"arn:aws:iam::{ACCOUNT}:role/tester",
        Code={"ZipFile": b"1"}, Environment={"Variables": variables},
    )  # fmt: skip


def topic(name: str = "tests") -> str:
    """A topic to which `tester` subscribes."""
    client = session.client(ACCOUNT, REGION, "sns", role="rollout")
    fifo = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
    arn: str = client.create_topic(Name=name, Attributes=fifo)["TopicArn"]
    target = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tester"
    client.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=target)
    return arn


@pytest.fixture(autouse=True)
def address(settings: Any) -> None:
    """Where the portal is reached; nobody has called it yet."""
    settings.PUBLIC_URL = "http://portal.example:8000"
    cache.clear()


def heard(aws: Any) -> list[dict[str, Any]]:
    """The events that `tester` has taken."""
    with aws.state.lock:
        return functions.events(aws.state, "tester")


def say(api: Callable[..., Any], row: PostTest, body: Any) -> Any:
    """Answer as the test does."""
    return api().post(f"/api/v1/deployments/tests/{token_of(row.key)}/", body, format="json")


def test_a_topic_is_told_all_that_a_test_needs_and_only_a_hash_is_kept(
    aws: Any, segment_of: Callable[..., Any]
) -> None:
    function("passed")
    topic()
    segment = segment_of(LAMBDA, tests=[SNS])
    assert look(tests, segment).state == "waiting"
    row, event = PostTest.objects.get(), heard(aws)[0]
    assert (row.state, row.calls) == ("started", 1)
    assert (event["test"], event["version"], event["segment"], event["payload"]) == (
        "orders-e2e", "2026.11.3", "Canary", {"depth": 2},
    )  # fmt: skip
    assert event["callback"] == f"http://portal.example:8000/api/v1/deployments/tests/{event['token']}/"
    kept = json.dumps({name: str(value) for name, value in PostTest.objects.values()[0].items()})
    assert event["token"] not in kept
    assert AuditEvent.objects.filter(action="test.start").count() == 1


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"status": "passed", "detail": "14 assertions"}, "passed"),
        ({"status": "Succeeded"}, "passed"),
        ({"hookStatus": "SUCCEEDED"}, "passed"),
        ({"status": "Failed", "detail": {"assertion": 3}}, "failed"),
    ],
)
def test_the_answer_decides_and_rings_the_rollout(
    said: dict[str, Any], state: str, aws: Any, segment_of: Callable[..., Any], api: Callable[..., Any]
) -> None:
    function()
    topic()
    segment = segment_of(LAMBDA, tests=[SNS])
    look(tests, segment)
    before = Rollout.objects.get().due_at
    reply = say(api, PostTest.objects.get(), said)
    assert (reply.status_code, reply.json()["counted"], reply.json()["state"]) == (200, True, state)
    assert look(tests, segment).state == state
    assert Rollout.objects.get().due_at > before


def test_a_second_answer_is_kept_and_changes_nothing(
    aws: Any, segment_of: Callable[..., Any], api: Callable[..., Any]
) -> None:
    function()
    topic()
    segment = segment_of(LAMBDA, tests=[SNS])
    look(tests, segment)
    row = PostTest.objects.get()
    say(api, row, {"status": "passed"})
    reply = say(api, row, {"status": "failed", "detail": "changed my mind"})
    assert (reply.status_code, reply.json()["counted"], reply.json()["state"]) == (200, False, "passed")
    assert list(PostTestAnswer.objects.values_list("status", "counted")) == [("passed", True), ("failed", False)]
    assert look(tests, segment).state == "passed"
    for _ in range(30):
        say(api, row, {"status": "failed"})
    assert PostTestAnswer.objects.count() == 20


def test_a_test_that_never_answers_has_failed_after_its_time_and_a_late_answer_changes_nothing(
    aws: Any, segment_of: Callable[..., Any], api: Callable[..., Any]
) -> None:
    function("silent")
    topic()
    segment = segment_of(LAMBDA, tests=[SNS])
    look(tests, segment)
    later(61)
    row = PostTest.objects.get()
    assert say(api, row, {"status": "passed"}).json()["counted"] is False
    outcome = look(tests, segment)
    assert (outcome.state, outcome.note) == (
        "failed", "Post-deployment test orders-e2e timed out: no answer within 60 s.",
    )  # fmt: skip
    assert say(api, row, {"status": "passed"}).json()["state"] == "timed_out"


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, 400), ({"status": "maybe"}, 400), ([], 400), ("passed", 400), ({"status": ["passed"]}, 400)],
)
def test_an_answer_that_says_nothing_is_refused_in_words(
    body: Any, code: int, aws: Any, segment_of: Callable[..., Any], api: Callable[..., Any]
) -> None:
    function()
    topic()
    look(tests, segment_of(LAMBDA, tests=[SNS]))
    reply = say(api, PostTest.objects.get(), body)
    assert reply.status_code == code
    assert "passed, failed or in_progress" in reply.json()["error"]["message"] or "JSON object" in str(reply.json())
    assert PostTest.objects.get().state == "started"


def test_an_unknown_token_is_404_and_guessing_is_throttled(db: None, api: Callable[..., Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(AnswerThrottle, "rate", "5/min")
    paths = [f"/api/v1/deployments/tests/{number:043d}/" for number in range(7)]
    codes = [api().post(path, {"status": "passed"}).status_code for path in paths]
    assert codes == [404] * 5 + [429] * 2


@pytest.mark.parametrize("dies_at", ["row", "call", "after", "note"])
@pytest.mark.parametrize("wanted", [SNS, DIRECT], ids=["sns", "lambda"])
def test_a_try_has_one_id_wherever_the_worker_dies(
    wanted: dict[str, Any], dies_at: str, aws: Any, wall: Wall, segment_of: Callable[..., Any], monkeypatch: Any
) -> None:
    function("passed")
    topic()
    segment = segment_of(LAMBDA, tests=[wanted])
    module, name = (sns, "publish") if wanted is SNS else (lambda_invoke, "invoke")
    real = getattr(module, name)

    def called_and_killed(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        raise SystemExit

    place = {"row": (tests, "_call"), "call": (calls, "call"), "after": (module, name), "note": (tests, "_noted")}
    with monkeypatch.context() as patch, contextlib.suppress(SystemExit):
        patch.setattr(*place[dies_at], called_and_killed if dies_at == "after" else killed)
        look(tests, segment)
    look(tests, segment)
    look(tests, segment)
    row = PostTest.objects.get()
    assert {event["id"] for event in heard(aws)} == {row.key}
    assert {event["token"] for event in heard(aws)} == {token_of(row.key)}
    assert len(heard(aws)) == (2 if dies_at in ("after", "note") else 1)
    if dies_at != "row" and wanted is SNS:
        assert "sent again with the same id" in row.detail


def test_a_fifo_topic_is_told_the_key_by_which_it_drops_the_second(
    aws: Any, segment_of: Callable[..., Any], monkeypatch: Any
) -> None:
    function()
    topic("tests.fifo")
    segment = segment_of(LAMBDA, tests=[{**SNS, "topic": "tests.fifo"}])
    look(tests, segment)
    assert PostTest.objects.get().state == "started"


def test_a_failed_test_is_tried_again_as_often_as_the_plan_says(
    aws: Any, segment_of: Callable[..., Any], api: Callable[..., Any]
) -> None:
    function()
    topic()
    segment = segment_of(LAMBDA, tests=[{**SNS, "retries": 1}])
    look(tests, segment)
    say(api, PostTest.objects.get(), {"status": "failed"})
    assert look(tests, segment).state == "waiting"
    second = PostTest.objects.get(number=2)
    assert second.key != PostTest.objects.get(number=1).key
    say(api, second, {"status": "passed"})
    assert look(tests, segment).state == "passed"
    assert PostTest.objects.count() == 2


@pytest.mark.parametrize(
    ("says", "state", "words"),
    [
        ("passed", "passed", "1 post-deployment test passed."),
        ('{"hookStatus": "SUCCEEDED"}', "passed", "1 post-deployment test passed."),
        ("failed", "failed", "smoke failed: The sandbox's function says failed"),
        ("error", "failed", "The function failed (Unhandled)"),
        ('{"statusCode": 200}', "failed", "status is passed, failed or in_progress"),
    ],
)
def test_a_function_answers_at_once(
    says: str, state: str, words: str, aws: Any, segment_of: Callable[..., Any]
) -> None:
    function(says)
    outcome = look(tests, segment_of(LAMBDA, tests=[DIRECT]))
    assert outcome.state == state
    assert words in outcome.note


def test_a_function_in_progress_is_asked_again_after_its_delay(
    aws: Any, wall: Wall, segment_of: Callable[..., Any]
) -> None:
    function("passed", after=20)
    segment = segment_of(LAMBDA, tests=[DIRECT])
    assert look(tests, segment).state == "waiting"
    assert look(tests, segment).state == "waiting"
    assert len(heard(aws)) == 1  # callBackDelay is 5 s
    wall.move(21)
    later(6)
    assert look(tests, segment).state == "passed"
    assert len({event["id"] for event in heard(aws)}) == 1


def test_a_function_that_is_slow_to_answer_is_not_called_twice(
    aws: Any, segment_of: Callable[..., Any], api: Callable[..., Any], monkeypatch: Any
) -> None:
    function("passed")

    def slow(*_: Any, **__: Any) -> Any:
        raise AwsUnavailable("lambda:InvokeFunction", ACCOUNT, REGION, "ReadTimeoutError", "no reply in 10 s")

    segment = segment_of(LAMBDA, tests=[DIRECT])
    with monkeypatch.context() as patch:
        patch.setattr(lambda_invoke, "invoke", slow)
        assert look(tests, segment).state == "waiting"
    later(30)
    assert look(tests, segment).state == "waiting"
    assert heard(aws) == []
    say(api, PostTest.objects.get(), {"status": "passed"})
    assert look(tests, segment).state == "passed"


def test_a_function_that_is_not_there_or_not_allowed_fails_with_the_remedy(
    aws: Any, segment_of: Callable[..., Any]
) -> None:
    outcome = look(tests, segment_of(LAMBDA, tests=[DIRECT]))
    assert outcome.state == "failed"
    assert "Function not found" in outcome.note


def test_a_throttled_call_is_made_later_with_the_same_key(
    aws: Any, segment_of: Callable[..., Any], monkeypatch: Any
) -> None:
    function("passed")
    segment = segment_of(LAMBDA, tests=[DIRECT])
    with monkeypatch.context() as patch:
        patch.setattr(lambda_invoke, "invoke", refuse(AwsThrottled))
        assert look(tests, segment).state == "waiting"
    key = PostTest.objects.get().key
    later(11)
    assert look(tests, segment).state == "passed"
    assert [event["id"] for event in heard(aws)] == [key]


def test_without_an_address_of_the_portal_nothing_is_sent(
    aws: Any, segment_of: Callable[..., Any], settings: Any
) -> None:
    settings.PUBLIC_URL = ""
    function()
    topic()
    outcome = look(tests, segment_of(LAMBDA, tests=[SNS]))
    assert outcome.state == "failed"
    assert "set PUBLIC_URL" in outcome.note
    assert heard(aws) == []


def test_an_answer_that_comes_while_the_call_is_still_out_stands(
    aws: Any, segment_of: Callable[..., Any], api: Callable[..., Any], monkeypatch: Any
) -> None:
    function()
    topic()
    segment, real = segment_of(LAMBDA, tests=[SNS]), sns.publish

    def answered_first(*args: Any, **kwargs: Any) -> str:
        message_id = real(*args, **kwargs)
        say(api, PostTest.objects.get(), {"status": "failed", "detail": "quick"})
        return message_id

    monkeypatch.setattr(sns, "publish", answered_first)
    assert "failed: quick" in look(tests, segment).note


@pytest.mark.django_db(transaction=True)
def test_a_function_called_by_sns_answers_the_portal_itself(
    aws: Any, wall: Wall, live_server: Any, segment_of: Callable[..., Any], settings: Any
) -> None:
    settings.PUBLIC_URL = live_server.url
    function("passed", after=30)
    topic()
    segment = segment_of(LAMBDA, tests=[SNS])
    assert look(tests, segment).state == "waiting"
    assert functions.answer_due(aws.state) == 0
    wall.move(31)
    assert functions.answer_due(aws.state) == 1
    assert look(tests, segment).state == "passed"
    assert "says passed" in PostTest.objects.get().detail
