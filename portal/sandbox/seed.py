"""Loading the demo organisation over HTTP: the same calls that a person would make with boto3."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.request import Request, urlopen

from botocore.exceptions import BotoCoreError, ClientError

from .organisation import BY_NAME, SERVICES
from .parts import Service
from .seeding import SEEDERS, Place
from .seeding.aws import Aws
from .seeding.foundations import seed_account, seed_region

Report = Callable[[int, int, str], None]
"""Called with (services done, services in all, a short text)."""


def _post(url: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """POST JSON to the sandbox's own pages; returns its JSON answer (an empty one as {})."""
    headers = {"Content-Type": "application/json"}
    request = Request(url + path, json.dumps(body or {}).encode(), headers)  # noqa: S310
    with urlopen(request, timeout=60) as answer:  # noqa: S310
        text = answer.read()
    return dict(json.loads(text)) if text.startswith(b"{") else {}


@lru_cache(maxsize=2)
def _aws(url: str) -> Aws:
    """The clients of a sandbox; making them anew for each service costs more than the calls."""
    return Aws(url)


def seed_service(url: str, name: str) -> None:
    """Create one service with its account, region and metric history; a service that is there is left as it is.

    Ids are deterministic: moto's random source starts from the service's name. KeyError for an unknown name.
    """
    _seed(_aws(url), BY_NAME[name])


def seed_all(url: str, progress: Report | None = None) -> None:
    """Create the whole organisation, the services of the first minutes first."""
    aws = _aws(url)
    for number, service in enumerate(SERVICES):
        if progress:
            progress(number, len(SERVICES), f"Loading {service.name}")
        _seed(aws, service)
    if progress:
        progress(len(SERVICES), len(SERVICES), "The demo organisation is loaded.")


def _seed(aws: Aws, service: Service) -> None:
    place = Place(aws, service.account, service.region)
    _once(aws.url, f"account {service.account}", lambda: seed_account(place))
    _once(aws.url, f"region {service.account} {service.region}", lambda: seed_region(place))
    _once(aws.url, service.name, lambda: _seed_parts(place, service))


def _once(url: str, mark: str, create: Callable[[], None]) -> None:
    """Create something unless the sandbox holds its mark."""
    if not _post(url, "/_sandbox/begin", {"mark": mark})["present"]:
        create()
        _post(url, "/_sandbox/finish", {"mark": mark})


def _seed_parts(place: Place, service: Service) -> None:
    _post(place.aws.url, f"/moto-api/seed?a={zlib.crc32(service.name.encode())}")
    for part in service.parts:
        SEEDERS[type(part)](place, service, part)


def start_seeding(url: str) -> subprocess.Popen[bytes]:
    """Seed everything from a process of its own, which gives its memory back at the end."""
    return subprocess.Popen([sys.executable, "-m", "portal.sandbox.seed", url])  # noqa: S603


def main(url: str) -> int:
    """Seed a sandbox and report the progress to its status page; returns the exit code."""

    def report(done: int, total: int, text: str) -> None:
        _post(url, "/_sandbox/progress", {"seeded": done, "total": total, "text": text})

    try:
        seed_all(url, report)
    except (OSError, ClientError, BotoCoreError) as error:
        print(f"Seeding stopped: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
