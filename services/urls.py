"""Addresses of the catalog's pages."""

from __future__ import annotations

from django.urls import path

from services import advice_views, kinds_views, past, views
from services.direct import views as direct
from services.pages import untagged

app_name = "services"
urlpatterns = [
    path("", views.entity_list, name="list"),
    path("export.csv", views.export, name="export"),
    path("discovery/", views.discovery, name="discovery"),
    path("discovery/run/", views.discovery_run, name="discovery-run"),
    path("new/", direct.create, name="new"),
    path("edit/<str:kind>/<str:namespace>/<str:name>/", direct.edit, name="edit"),
    path("edit/<str:kind>/<str:namespace>/<str:name>/remove/", direct.remove, name="remove"),
    path("history/<str:kind>/<str:namespace>/<str:name>/", past.page, name="history"),
    path("untagged/", untagged.bucket, name="untagged"),
    path("untagged/export.csv", untagged.export, name="untagged-export"),
    *(
        path(f"untagged/<int:pk>/{verb}/", untagged.decide, {"verb": verb}, name=f"untagged-{verb}")
        for verb in untagged.VERBS
    ),
    path("imports/", views.imports, name="imports"),
    path("kinds/", kinds_views.kinds, name="kinds"),
    path("kinds/export.csv", kinds_views.export, name="kinds-export"),
    path("<str:kind>/<str:namespace>/<str:name>/", views.entity, name="entity"),
    path("<str:kind>/<str:namespace>/<str:name>/database-advice/", advice_views.edit, name="database-advice"),
    path("<str:kind>/<str:namespace>/<str:name>/<str:tab>/", views.entity, name="entity-tab"),
]
