"""Which service a pipeline or an application of CodeDeploy belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from services import facts
from services.models import Entity

FACTS = ("aws.codepipeline", "aws.codedeploy")


@dataclass(frozen=True)
class Owners:
    """Services by (account, region, name) as discovery has found them by their tags, and by their own name."""

    found: dict[tuple[str, str, str], int]
    names: dict[str, int]

    @classmethod
    def known(cls) -> Owners:
        """What is known now; two queries."""
        services = list(Entity.objects.services().only("pk", "name"))
        found = {}
        for pk, views in facts.bulk_current(services, keys=FACTS).items():
            for fact in views.values():
                for item in fact.value.get("items", []):
                    name = item.get("application") or item.get("name", "")
                    found[item.get("account", ""), item.get("region", ""), name] = pk
        return cls(found, {service.name: service.pk for service in services})

    def of(self, account: str, region: str, name: str) -> int | None:
        """The service's key; without tags the longest service name that `name` is, or goes on after with a hyphen."""
        if (account, region, name) in self.found:
            return self.found[account, region, name]
        fits = [known for known in self.names if name == known or name.startswith(f"{known}-")]
        return self.names[max(fits, key=len)] if fits else None
