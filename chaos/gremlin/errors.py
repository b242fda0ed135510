"""What can go wrong on the way to Gremlin; each sentence says what to do. All of them are ValueErrors for the pipeline."""

from __future__ import annotations


class GremlinError(ValueError):
    """Gremlin did not do what was asked. `sent` is false where nothing can have been started."""

    sent = True


class NotConnected(GremlinError):
    """There is no key, or it cannot be opened."""

    sent = False


class NotSent(GremlinError):
    """Nothing was sent: no connection, or the host is not on OUTBOUND_ALLOW."""

    sent = False


class Refused(GremlinError):
    """Gremlin answered with a refusal (4xx): nothing was started."""

    sent = False


class Throttled(Refused):
    """Gremlin asks to slow down."""


class Unsure(GremlinError):
    """It was sent, and whether Gremlin has acted is not known."""
