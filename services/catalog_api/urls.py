"""The twenty endpoints of the catalog API."""

from __future__ import annotations

from django.urls import path

from services.catalog_api import analysis, entities, facets, query, registered, validation
from services.catalog_api.door import Way, door, nowhere

NAME = "<str:kind>/<str:namespace>/<str:name>"

urlpatterns = [
    path("entities", door(GET=entities.listed), name="catalog-entities"),
    path("entities/by-query", door(GET=query.get, POST=query.post), name="catalog-by-query"),
    path(
        "entities/by-uid/<str:uid>",
        door(GET=entities.by_uid, DELETE=Way(entities.remove, "editor")),
        name="catalog-by-uid",
    ),
    path(f"entities/by-name/{NAME}", door(GET=entities.by_name), name="catalog-by-name"),
    path(f"entities/by-name/{NAME}/ancestry", door(GET=entities.ancestry), name="catalog-ancestry"),
    path("entities/by-refs", door(POST=entities.by_refs), name="catalog-by-refs"),
    path("entity-facets", door(GET=facets.get, POST=facets.post), name="catalog-facets"),
    path("refresh", door(POST=Way(registered.refresh, "editor")), name="catalog-refresh"),
    path("locations", door(GET=registered.every, POST=Way(registered.add, "editor")), name="catalog-locations"),
    path("locations/by-query", door(POST=registered.query), name="catalog-locations-by-query"),
    path(f"locations/by-entity/{NAME}", door(GET=registered.of_entity), name="catalog-location-of-entity"),
    path(
        "locations/<str:ident>",
        door(GET=registered.one, PUT=Way(registered.change, "editor"), DELETE=Way(registered.remove, "editor")),
        name="catalog-location",
    ),
    path("analyze-location", door(POST=analysis.analyze), name="catalog-analyze"),
    path("validate-entity", door(POST=validation.validate), name="catalog-validate"),
    path("<path:path>", door(GET=nowhere, POST=nowhere, PUT=nowhere, DELETE=nowhere, PATCH=nowhere)),
]
