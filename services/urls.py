"""Addresses of the catalog's pages."""

from __future__ import annotations

from django.urls import path

from services import entity_views, graph_views, list_views, views

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
    path("imports/", views.imports, name="imports"),
    path("<str:kind>/<str:namespace>/<str:name>/", entity_views.entity, name="entity"),
    path("<str:kind>/<str:namespace>/<str:name>/descriptor.<str:form>", entity_views.descriptor, name="descriptor"),
    path("<str:kind>/<str:namespace>/<str:name>/<str:tab>/", entity_views.entity, name="entity-tab"),
]
