"""Where the value of a probe comes from: data only, one of five shapes. `words` says it to people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An AWS account and region; empty: those of the experiment's first fault that names them."""

    account: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One CloudWatch metric: namespace, name, its exact dimensions and the statistic that is read."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()
    statistic: str = "Average"
    missing: str = "unknown"
    """"zero" where the metric is only published when something happened (error counts)."""
    place: Place = Place()
    per: Metric | None = None
    """The denominator, where the value is a ratio; it is read in the same place."""

    @property
    def words(self) -> str:
        """What is measured."""
        return f"{self.name} over {self.per.name}" if self.per else self.name


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A PromQL query that gives one value; `$window` in it becomes seconds."""

    query: str
    server: str = "default"

    @property
    def words(self) -> str:
        """What is measured."""
        return f"{self.query} in Prometheus"


@dataclass(frozen=True, slots=True)
class Http:
    """A GET of an allowed host. The value is 1 where the answer is as wanted, else 0."""

    url: str
    status: int = 200
    within_ms: int | None = None
    contains: str = ""

    @property
    def words(self) -> str:
        """What is measured."""
        quick = f" within {self.within_ms} ms" if self.within_ms else ""
        text = f" with the text “{self.contains}”" if self.contains else ""
        return f"GET {self.url} answers {self.status}{quick}{text}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A CloudWatch alarm. The value is 1 where its state is OK, 0 where it is ALARM."""

    name: str
    place: Place

    @property
    def words(self) -> str:
        """What is measured."""
        return f"the alarm {self.name}"


@dataclass(frozen=True, slots=True)
class Steady:
    """Errors of requests, compared with the run's own time before the fault. Counts, read from CloudWatch.

    The value is the evidence that the errors are more than `margin` times as frequent as before, as odds to 1.
    """

    errors: Metric
    requests: Metric
    baseline: int = 600
    """Seconds before the fault that are compared with."""
    margin: float = 1.05

    @property
    def words(self) -> str:
        """What is measured."""
        return f"{self.errors.name} over {self.requests.name} against the {self.baseline} s before the fault"


Source = Metric | Prometheus | Http | Alarm | Steady
