"""Where metrics come from, one module each; `contract` says what a source offers."""

from deployments.judging.sources import cloudwatch, prometheus, target
from deployments.judging.sources.contract import Source, sources

PUSHED = Source("pushed", "Pushed over REST", None, order=40)
ALL = (target.SOURCE, cloudwatch.SOURCE, prometheus.SOURCE, PUSHED)

__all__ = ["ALL", "PUSHED", "sources"]
