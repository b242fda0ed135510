"""The one filter of the catalog: the page, its CSV and REST answer the same question for the same address."""

from __future__ import annotations

import django_filters
from django.db.models import F, OrderBy, QuerySet

from portal.access import policy
from services import queries
from services.engine.facets import Terms
from services.lists.filter_values import Values, condition
from services.models import Entity

SORTS = {
    "name": "name",
    "kind": "kind",
    "type": "type",
    "owner": "owner_ref",
    "system": "system_ref",
    "lifecycle": "lifecycle",
    "tier": "tier",
    "updated": "updated_at",
}
NULLABLE = {"tier"}


class EntityFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`kind namespace type owner system lifecycle tier tag q uses mine sort`; owner and system are refs or bare names.

    The first eight take several values (any of them; of tags all), `!value` for not and `-` for none.
    """

    q = django_filters.CharFilter(method="by_text", label="Search name, title or description", max_length=200)
    kind = Values("kind", "Kind, such as component, or all")
    namespace = Values("namespace", "Namespace")
    type = Values("type", "Type, such as service")
    owner = Values("owner", "Owning team")
    system = Values("system", "System")
    lifecycle = Values("lifecycle", "Lifecycle")
    tier = Values("tier", "Tier")
    tag = Values("tag", "Tag")
    uses = django_filters.CharFilter(method="by_uses", label="What leans on this ref or calls it", max_length=200)
    mine = django_filters.BooleanFilter(method="by_mine", label="Only what my teams own")
    sort = django_filters.ChoiceFilter(
        method="by_sort",
        label="Sort by",
        choices=[(sign + key, sign + key) for key in SORTS for sign in ("", "-")],
    )

    class Meta:
        model = Entity
        fields: list[str] = []

    def by_terms(self, rows: QuerySet[Entity], name: str, value: Terms) -> QuerySet[Entity]:
        """One of the fields with several values; the kind "all" is no restriction."""
        return rows if name == "kind" and "all" in value.wanted else rows.filter(condition(name, value))

    def by_text(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """Every word somewhere in name, title or description."""
        return queries.with_words(rows, value)

    def by_uses(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """What depends on the entity with this ref or consumes it."""
        return rows.filter(pk__in=Entity.objects.by_refs(queries.users_of(value)).values("pk"))

    def by_mine(self, rows: QuerySet[Entity], name: str, value: bool) -> QuerySet[Entity]:
        """What the asking user's teams own."""
        user = getattr(self.request, "user", None)
        return rows.filter(owner_ref__in=policy.teams(user)) if value else rows

    def by_sort(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """By one field; what lacks it comes last, and the name breaks ties."""
        return rows.order_by(*ordering(value))


def ordering(sort: str) -> list[OrderBy | str]:
    """The ORDER BY of a `sort` value; unknown values sort by name."""
    key = sort.lstrip("-")
    column, down = F(SORTS.get(key, "name")), sort.startswith("-")
    last = True if key in NULLABLE else None
    first = column.desc(nulls_last=last) if down else column.asc(nulls_last=last)
    return [first, "kind", "namespace", "name"]
