"""Addresses of the catalog's pages."""

from __future__ import annotations

from django.urls import path

from services import import_views, views

app_name = "services"
urlpatterns = [
    path("", views.entity_list, name="list"),
    path("export.csv", views.export, name="export"),
    path("discovery/", views.discovery, name="discovery"),
    path("discovery/run/", views.discovery_run, name="discovery-run"),
    path("imports/", import_views.imports, name="imports"),
    path("imports/register/", import_views.register, name="import-register"),
    path("imports/upload/", import_views.upload, name="import-upload"),
    path("imports/<uuid:pk>/", import_views.location, name="import"),
    path("imports/<uuid:pk>/refresh/", import_views.refresh, name="import-refresh"),
    path("imports/<uuid:pk>/unregister/", import_views.unregister, name="import-unregister"),
    path("<str:kind>/<str:namespace>/<str:name>/", views.entity, name="entity"),
    path("<str:kind>/<str:namespace>/<str:name>/<str:tab>/", views.entity, name="entity-tab"),
]
