"""Metrics come from CloudWatch, from Prometheus and from the target itself; what cannot be read is missing, never good."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from deployments.judging import measure
from deployments.judging.sources.contract import SourceError
from deployments.models import MetricPoint, MetricSample, Rollout, RolloutSegment
from portal.aws import session

from .conftest import bucket

SINCE = timedelta(minutes=10)
CUSTOM = {
    "name": "latency", "kind": "latency", "source": "cloudwatch",
    "query": {"value": {"namespace": "Shop", "name": "Duration", "dimensions": {"Version": "$version"}}},
}  # fmt: skip
SPARSE = {
    "name": "failed", "source": "cloudwatch",
    "query": {
        "requests": {"namespace": "Shop", "name": "Orders", "dimensions": {"Version": "$version"}},
        "errors": {"namespace": "Shop", "name": "Failed", "dimensions": {"Version": "$version"}},
    },
}  # fmt: skip


def publish(namespace: str, name: str, dimensions: dict[str, str], values: dict[int, float]) -> None:
    """Put values at so many minutes ago."""
    client = session.client("111111111111", "eu-west-1", "cloudwatch", role="read")
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    data = [
        {"MetricName": name, "Dimensions": listed, "Timestamp": bucket(ago) + timedelta(seconds=20), "Value": value}
        for ago, value in values.items()
    ]
    client.put_metric_data(Namespace=namespace, MetricData=data)


def collect(rollout: Rollout, *, whole: bool = False) -> int:
    """Read since the first weight."""
    return measure.collect(rollout, timezone.now() - SINCE, whole=whole)


def test_the_targets_own_streams_are_the_default(aws: Any, rolling: Callable[..., Rollout]) -> None:
    rollout = rolling()
    for version, count in (("2", 50), ("1", 950)):
        where = {"FunctionName": "checkout", "Resource": "checkout:live", "ExecutedVersion": version}
        publish("AWS/Lambda", "Invocations", where, {3: count, 2: count})
        publish("AWS/Lambda", "Errors", where, {3: 1})
    assert collect(rollout) == 1
    row = MetricSample.objects.get()
    assert (row.canary_requests, row.baseline_requests) == (50, 950)


def test_counts_of_an_alias_that_serves_one_version_alone_are_read_without_the_version(
    aws: Any, rolling: Callable[..., Rollout]
) -> None:
    rollout = rolling()
    where = {"FunctionName": "checkout", "Resource": "checkout:live"}
    publish("AWS/Lambda", "Invocations", where, {3: 1000})
    publish("AWS/Lambda", "Errors", where, {3: 4})
    assert collect(rollout) == 0
    assert collect(rollout, whole=True) == 1
    row = MetricSample.objects.get()
    assert (row.canary_requests, row.canary_errors, row.baseline_requests) == (1000, 4, 0)


def test_where_errors_are_told_only_when_there_are_some_absent_is_zero(
    aws: Any, rolling: Callable[..., Rollout]
) -> None:
    rollout = rolling({"metrics": [SPARSE, CUSTOM]})
    for version, count in (("2", 40), ("1", 400)):
        publish("Shop", "Orders", {"Version": version}, {4: count, 3: count})
        publish("Shop", "Duration", {"Version": version}, {4: 120, 3: 130})
    publish("Shop", "Failed", {"Version": "2"}, {3: 2})
    collect(rollout)
    assert list(MetricSample.objects.order_by("at").values_list("canary_requests", "canary_errors")) == [
        (40, 0),
        (40, 2),
    ]
    assert MetricPoint.objects.filter(metric="latency", side="baseline").count() == 2


def test_late_counts_replace_what_was_read_before(aws: Any, rolling: Callable[..., Rollout]) -> None:
    rollout = rolling({"metrics": [SPARSE]})
    publish("Shop", "Orders", {"Version": "2"}, {2: 40})
    collect(rollout)
    publish("Shop", "Orders", {"Version": "2"}, {2: 25})
    publish("Shop", "Failed", {"Version": "2"}, {2: 3})
    collect(rollout)
    assert list(MetricSample.objects.values_list("canary_requests", "canary_errors")) == [(65, 3)]


class Prometheus(ThreadingHTTPServer):
    """Answers each query with what the test has put into `answers`, and remembers what it was asked."""

    answers: dict[str, Any]
    asked: list[dict[str, str]]
    status = 200


class Handler(BaseHTTPRequestHandler):
    """One range query."""

    def do_POST(self) -> None:
        """Answer by the text of the query."""
        server: Prometheus = self.server  # type: ignore[assignment]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        server.asked.append({"path": self.path, **form})
        found = server.answers.get(form["query"], [])
        reply = found if isinstance(found, bytes) else json.dumps(
            {"status": "success", "data": {"resultType": "matrix", "result": found}}
        ).encode()  # fmt: skip
        self.send_response(server.status)
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *args: Any) -> None:
        """Be quiet."""


@pytest.fixture
def prometheus(settings: Any) -> Iterator[Prometheus]:
    """A server on loopback that an admin has set up and allowed."""
    server = Prometheus(("127.0.0.1", 0), Handler)
    server.answers, server.asked = {}, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    settings.PROMETHEUS_SERVERS = {"main": f"http://{host}/prom/"}
    settings.OUTBOUND_ALLOW = [host]
    yield server
    server.shutdown()
    server.server_close()


def series(values: dict[int, Any], **labels: str) -> dict[str, Any]:
    """One series with values for the minute that ended so many minutes ago."""
    return {"metric": labels, "values": [[bucket(ago).timestamp(), str(value)] for ago, value in values.items()]}


COUNTED = {
    "name": "failed", "source": "prometheus",
    "query": {"server": "main", "requests": 'all{v="$version"}[$periods]', "errors": 'bad{v="$version"}'},
}  # fmt: skip
TIMED = {
    "name": "p90", "kind": "latency", "source": "prometheus", "quantile": 0.9,
    "query": {"server": "main", "histogram": 'le{v="$version"}'},
}  # fmt: skip


def test_prometheus_is_asked_for_whole_buckets_and_a_value_belongs_to_the_minute_before_it(
    prometheus: Prometheus, rolling: Callable[..., Rollout], aws: Any
) -> None:
    prometheus.answers = {
        'all{v="2"}[60s]': [series({3: 40, 2: "NaN", 1: 44})],
        'all{v="1"}[60s]': [series({3: 400, 2: 410, 1: 420})],
        'bad{v="2"}': [series({3: 2})],
    }
    rollout = rolling({"metrics": [COUNTED]})
    collect(rollout)
    rows = {
        row.at: (row.canary_requests, row.canary_errors, row.baseline_requests) for row in MetricSample.objects.all()
    }
    assert rows == {bucket(4): (40, 2, 400), bucket(3): (0, 0, 410), bucket(2): (44, 0, 420)}
    assert prometheus.asked[0]["path"] == "/prom/api/v1/query_range"
    assert float(prometheus.asked[0]["start"]) % 60 == 0


def test_percentiles_of_prometheus_are_computed_from_its_histogram(
    prometheus: Prometheus, rolling: Callable[..., Rollout], aws: Any
) -> None:
    for version, slow in (("2", 200), ("1", 100)):
        prometheus.answers[f'le{{v="{version}"}}'] = [
            series({2: 500}, le="0.1"), series({2: 500 + slow}, le="0.5"), series({2: 500 + slow}, le="+Inf"),
        ]  # fmt: skip
    rollout = rolling({"metrics": [COUNTED, TIMED]})
    collect(rollout)
    verdict = measure.assess(rollout, RolloutSegment.objects.first())  # type: ignore[arg-type]
    ours, theirs = verdict.metrics[1].canary, verdict.metrics[1].baseline
    assert ours == pytest.approx(0.1 + 0.4 * 130 / 200)
    assert theirs == pytest.approx(0.1 + 0.4 * 40 / 100)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (b"<html>", 200, "not one of Prometheus"),
        (b'{"status": "error", "error": "parse error"}', 400, "parse error"),
        (b'{"status": "success", "data": {"resultType": "vector", "result": []}}', 200, "no range"),
        (b'{"status": "success", "data": null}', 200, "not one of Prometheus"),
        (b"[]", 200, "not one of Prometheus"),
        (b"x" * 70_000, 200, "longer than 64 KiB"),
        ([{"metric": {"a": "1"}, "values": []}, {"metric": {"a": "2"}, "values": []}], 200, "sum them into one"),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_clear_error_and_stores_nothing(
    answer: Any, status: int, words: str, prometheus: Prometheus, rolling: Callable[..., Rollout], aws: Any
) -> None:
    prometheus.answers, prometheus.status = {'all{v="2"}[60s]': answer}, status
    with pytest.raises(SourceError, match=words):
        collect(rolling({"metrics": [COUNTED]}))
    assert not MetricSample.objects.exists()


def test_only_servers_that_an_admin_has_set_up_and_allowed_are_asked(
    prometheus: Prometheus, rolling: Callable[..., Rollout], settings: Any, aws: Any
) -> None:
    rollout = rolling({"metrics": [COUNTED]})
    settings.OUTBOUND_ALLOW = []
    with pytest.raises(SourceError, match="OUTBOUND_ALLOW"):
        collect(rollout)
    settings.PROMETHEUS_SERVERS = {}
    with pytest.raises(SourceError, match="PROMETHEUS_SERVERS"):
        collect(rollout)
    assert prometheus.asked == []


def test_a_version_cannot_leave_the_quotes_of_its_query(
    prometheus: Prometheus, rolling: Callable[..., Rollout], aws: Any
) -> None:
    rollout = rolling({"metrics": [COUNTED]})
    rollout.target = {**rollout.target, "canary": '2"} or up{a="'}
    collect(rollout)
    assert prometheus.asked[0]["query"] == 'all{v="2\\"} or up{a=\\""}[60s]'


def test_a_source_that_fails_does_not_keep_the_others_from_being_read(
    aws: Any, rolling: Callable[..., Rollout], settings: Any
) -> None:
    settings.PROMETHEUS_SERVERS = {}
    rollout = rolling({"metrics": [SPARSE, {**TIMED, "must_have_data": True}]})
    publish("Shop", "Orders", {"Version": "2"}, {3: 40})
    with pytest.raises(SourceError):
        collect(rollout)
    assert MetricSample.objects.count() == 1
    verdict = measure.assess(rollout, RolloutSegment.objects.first())  # type: ignore[arg-type]
    assert verdict.state != "no_worse"
