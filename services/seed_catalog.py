"""A large catalog as descriptor files, for benchmarks: the same text each time.

12,120 entities (10,000 components, 1,000 APIs, 500 resources, 300 users, 200 systems, 100 groups, 20 domains) with 51,364
edges, which are 102,728 relation rows: 11,720 owners, 11,700 places in systems and domains, 90 parents, 300 memberships,
1,000 provided and 10,000 called APIs, and 16,554 dependencies, of which 9,999 lean on an earlier component (few on many, so
that some components have hundreds of dependents) and 6,555 on a resource.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from portal.bulk import batches

COMPONENTS, APIS, RESOURCES, USERS, SYSTEMS, GROUPS, DOMAINS = 10_000, 1_000, 500, 300, 200, 100, 20
ENTITIES = COMPONENTS + APIS + RESOURCES + USERS + SYSTEMS + GROUPS + DOMAINS
RELATIONS = 102_728
ROOT_GROUPS = 10
LEAN_ON_A_RESOURCE = 6_555
FILES = 30
TYPES = ("service", "service", "service", "website", "library")
LIFECYCLES = ("production", "production", "production", "experimental", "deprecated")
LANGUAGES = ("python", "go", "java", "typescript", "rust")
STORES = ("database", "s3-bucket", "queue", "cache", "dynamodb-table")
WORDS = ("ledger", "orders", "stock", "search", "identity", "billing", "routing", "reports", "pricing", "mail")


def write_catalog(folder: Path) -> list[Path]:
    """Write the files into the folder, which must be there; returns their paths in order."""
    chance = random.Random(7)  # noqa: S311 equal text is wanted, not secrets
    places = []
    for number, documents in enumerate(batches(_documents(chance), ENTITIES // FILES)):
        path = folder / f"catalog-{number:02}.yaml"
        path.write_text("---\n".join(documents), encoding="utf-8")
        places.append(path)
    return places


def _documents(chance: random.Random) -> Iterator[str]:
    return chain(
        map(_domain, range(DOMAINS)),
        map(_system, range(SYSTEMS)),
        map(_group, range(GROUPS)),
        map(_user, range(USERS)),
        map(_api, range(APIS)),
        map(_resource, range(RESOURCES)),
        (_component(number, chance) for number in range(COMPONENTS)),
    )


def _head(kind: str, name: str, title: str, description: str) -> str:
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n  title: {title}\n"
        f"  description: {description}\n"
    )


def _word(number: int) -> str:
    return WORDS[number % len(WORDS)]


def _domain(number: int) -> str:
    head = _head("Domain", f"domain-{number:02}", f"Domain {number}", f"All that has to do with {_word(number)}.")
    return f"{head}spec:\n  owner: group-{number % GROUPS:03}\n"


def _system(number: int) -> str:
    head = _head("System", f"system-{number:03}", f"System {number}", f"The {_word(number)} of one market.")
    return f"{head}spec:\n  owner: group-{number % GROUPS:03}\n  domain: domain-{number % DOMAINS:02}\n"


def _group(number: int) -> str:
    head = _head("Group", f"group-{number:03}", f"Team {number}", f"Builds and runs {_word(number)}.")
    parent = f"  parent: group-{number % ROOT_GROUPS:03}\n" if number >= ROOT_GROUPS else ""
    return f"{head}spec:\n  type: team\n{parent}  children: []\n"


def _user(number: int) -> str:
    head = _head("User", f"user-{number:03}", f"User {number}", f"Works on {_word(number)}.")
    profile = f"  profile:\n    displayName: User {number}\n    email: user-{number:03}@example.com\n"
    return f"{head}spec:\n{profile}  memberOf: [group-{number % GROUPS:03}]\n"


def _api(number: int) -> str:
    head = _head("API", f"api-{number:04}", f"API {number}", f"Reads and writes {_word(number)}.")
    definition = f"  definition: |\n    openapi: 3.1.0\n    info: {{title: API {number}, version: 1.{number % 9}.0}}\n"
    paths = f"    paths:\n      /{_word(number)}: {{get: {{responses: {{'200': {{description: ok}}}}}}}}\n"
    return f"{head}spec:\n  type: openapi\n  lifecycle: production\n{_whose(number)}{definition}{paths}"


def _resource(number: int) -> str:
    head = _head("Resource", f"resource-{number:03}", f"Store {number}", f"Keeps {_word(number)}.")
    return f"{head}spec:\n  type: {STORES[number % len(STORES)]}\n{_whose(number)}"


def _component(number: int, chance: random.Random) -> str:
    name = f"component-{number:05}"
    head = _head("Component", name, f"Component {number}", f"Serves {_word(number)} to {_word(number // 10)}.")
    language, tier = LANGUAGES[number % len(LANGUAGES)], f"tier-{number % 4}"
    metadata = (
        f"  tags: [{language}, {tier}]\n  annotations:\n    backstage.io/source-location: "
        f"url:https://git.example.com/{name}\n    example.com/cost-center: '{4000 + number % 40}'\n"
        f"  links:\n    - url: https://wiki.example.com/{name}\n      title: Runbook\n      type: runbook\n"
    )
    kind, lifecycle = TYPES[number % len(TYPES)], LIFECYCLES[number // 7 % len(LIFECYCLES)]
    spec = f"spec:\n  type: {kind}\n  lifecycle: {lifecycle}\n{_whose(number)}"
    provided = f"  providesApis: [api-{number:04}]\n" if number < APIS else ""
    called = f"  consumesApis: [api-{number * 7 % APIS:04}]\n"
    return f"{head}{metadata}{spec}{provided}{called}{_leaning(number, chance)}"


def _whose(number: int) -> str:
    """Owner and system; the system's owner owns half of what it holds."""
    system = number % SYSTEMS
    owner = system if number // SYSTEMS % 2 else number // 3
    return f"  owner: group-{owner % GROUPS:03}\n  system: system-{system:03}\n"


def _leaning(number: int, chance: random.Random) -> str:
    leans = [f"component:component-{int(number * chance.random() ** 2):05}"] if number else []
    if number < LEAN_ON_A_RESOURCE:
        leans.append(f"resource:resource-{number % RESOURCES:03}")
    return f"  dependsOn: [{', '.join(leans)}]\n" if leans else ""
