"""Addresses of the catalog's pages."""

from __future__ import annotations

from django.urls import path

from services import entity_views, past, views
from services.advice import views as advice_views
from services.direct import views as direct
from services.graphs import views as graph_views
from services.imports import views as import_views
from services.kinds import views as kinds_views
from services.lists import views as list_views
from services.untagged import views as untagged

app_name = "services"
urlpatterns = [
    path("", list_views.entity_list, name="list"),
    path("export.csv", list_views.export_csv, name="export"),
    path("export.json", list_views.export_json, name="export-json"),
    path("views/", list_views.views, name="views"),
    path("views/save/", list_views.view_save, name="view-save"),
    path("views/<int:pk>/rename/", list_views.view_rename, name="view-rename"),
    path("views/<int:pk>/delete/", list_views.view_delete, name="view-delete"),
    path("graph/", graph_views.graph, name="graph"),
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
    path("kinds/", kinds_views.kinds, name="kinds"),
    path("kinds/export.csv", kinds_views.export, name="kinds-export"),
    path("imports/", import_views.imports, name="imports"),
    path("imports/register/", import_views.register, name="import-register"),
    path("imports/upload/", import_views.upload, name="import-upload"),
    path("imports/<uuid:pk>/", import_views.location, name="import"),
    path("imports/<uuid:pk>/refresh/", import_views.refresh, name="import-refresh"),
    path("imports/<uuid:pk>/unregister/", import_views.unregister, name="import-unregister"),
    path("<str:kind>/<str:namespace>/<str:name>/", entity_views.entity, name="entity"),
    path("<str:kind>/<str:namespace>/<str:name>/database-advice/", advice_views.edit, name="database-advice"),
    path("<str:kind>/<str:namespace>/<str:name>/descriptor.<str:form>", entity_views.descriptor, name="descriptor"),
    path("<str:kind>/<str:namespace>/<str:name>/<str:tab>/", entity_views.entity, name="entity-tab"),
]
