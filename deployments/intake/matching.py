"""Which service a report is about: by ref or name, repository, artifact, or AWS resource. Doubt is refused, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from deployments.intake import purl
from deployments.intake.record import Clue, Refusal
from services.models import Entity, Relation, SearchKey

SLUGS = {"github.com": "github.com/project-slug", "gitlab.com": "gitlab.com/project-slug"}
SOURCE = "metadata.annotations.backstage.io/source-location"
ARN = "metadata.annotations.aws/arn"
REMEDY = "Add the service to the catalog under this name, or name one of its services; then replay the event."


def find(clue: Clue) -> Entity:
    """The one service that the clue leads to. Raises Refusal where there is none, or more than one."""
    for field, text, ways in (
        ("service", clue.name, (by_name,)),
        ("repository", clue.repository, (by_repository,)),
        ("resource", clue.arn, (by_arn,)),
        ("application", clue.application, (by_beginning,)),
        ("artifact", clue.artifact, (by_artifact,)),
    ):
        found = {entity.pk: entity for way in ways if text for entity in way(text)}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            names = ", ".join(sorted(entity.ref for entity in found.values())[:5])
            raise Refusal(f"{text!r} leads to several services: {names}.", field, "Name the service in the event.")
    said = next((text for text in (clue.name, clue.repository, clue.application, clue.arn, clue.artifact) if text), "")
    if not said:
        raise Refusal("Nothing says which service it is.", "service", "Send the service's name or its repository.")
    raise Refusal(f"No service of the catalog fits {said!r}.", "service", REMEDY)


def by_name(text: str) -> Iterable[Entity]:
    """Services with this ref, this `namespace/name`, or this name in any namespace."""
    kind, colon, rest = text.lower().rpartition(":")
    if colon and kind != "component":
        return ()
    space, slash, name = rest.strip("/").rpartition("/")
    rows = Entity.objects.services().filter(name=name[:63]).order_by().defer("data", "description")
    return rows.filter(namespace=space) if slash and "/" not in space else rows


def by_repository(text: str) -> Iterable[Entity]:
    """Services whose project slug or source location is this repository (an address, or `host/owner/name`)."""
    host, path = _repository(text)
    if not path:
        return ()
    slugs = [SLUGS[host]] if host in SLUGS else list(SLUGS.values())
    keys = [f"metadata.annotations.{slug}" for slug in slugs]
    rows = SearchKey.objects.filter(key__in=keys, value=path).values("entity_id")
    found = list(Entity.objects.services().filter(pk__in=rows))
    return found or _by_location(host, path)


def _by_location(host: str, path: str) -> Iterable[Entity]:
    """By `backstage.io/source-location`, written `url:https://host/owner/name/…`."""
    base = f"url:https://{host}/{path}"
    rows = SearchKey.objects.filter(key=SOURCE, value__startswith=base).values_list("entity_id", "value")
    ends = ("", "/", ".")
    fits = [entity for entity, value in rows if value and value[len(base) : len(base) + 1] in ends]
    return Entity.objects.services().filter(pk__in=fits)


def _repository(text: str) -> tuple[str, str]:
    """(host, path) of a repository in lower case; the host is "" where none is named."""
    address = text.strip().lower().removeprefix("url:")
    if address.startswith("git@"):
        address = "ssh://" + address.replace(":", "/", 1)
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host, path = parts.hostname or "", parts.path
    except ValueError:
        return "", ""
    if "." not in host and "://" not in address:  # owner/name alone
        host, path = "", address
    return host, path.strip("/").removesuffix(".git")


def by_artifact(text: str) -> Iterable[Entity]:
    """Services that bear the artifact's name, or whose repository its purl names."""
    artifact = purl.read(text)
    named = list(by_name(artifact.name)) if artifact.name else []
    address = artifact.qualifiers.get("vcs_url", "").removeprefix("git+")
    return named or (by_repository(address.partition("@")[0]) if address else [])


def by_arn(text: str) -> Iterable[Entity]:
    """Services that discovery found to depend on the resource with this ARN."""
    resources = Entity.objects.live().filter(
        kind="resource", pk__in=SearchKey.objects.filter(key=ARN, value=text.lower()).values("entity_id")
    )
    refs = [entity.ref for entity in resources]
    if not refs:
        return ()
    ends = Relation.objects.filter(target_ref__in=refs, type="dependsOn").values_list("source_ref", flat=True)
    return Entity.objects.services().by_refs(set(ends))


def by_beginning(text: str) -> Iterable[Entity]:
    """The service with the longest name that this name is, or begins with and goes on after a hyphen."""
    words = text.lower().split("-")
    beginnings = ["-".join(words[:count]) for count in range(len(words), 0, -1)]
    rows = list(Entity.objects.services().filter(name__in=beginnings[:20]))
    longest = max((len(entity.name) for entity in rows), default=0)
    return [entity for entity in rows if len(entity.name) == longest]
