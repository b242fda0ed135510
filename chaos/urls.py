"""Pages of chaos."""

from __future__ import annotations

from django.urls import path

from chaos import import_views, views

app_name = "chaos"
urlpatterns = [
    path("", views.experiment_list, name="list"),
    path("halt/", views.halt, name="halt"),
    path("halt/clear/", views.clear_halt, name="clear-halt"),
    path("plan/<int:service>/<slug:key>/", views.plan, name="plan"),
    path("import/", import_views.import_file, name="import"),
    path("import/save/", import_views.save, name="import-save"),
    path("experiments/<slug:slug>/export/", import_views.export, name="export"),
    path("experiments/<slug:slug>/", views.experiment, name="experiment"),
    path("experiments/<slug:slug>/edit/", views.edit, name="edit"),
    path("experiments/<slug:slug>/run/", views.run_now, name="run-now"),
    path("experiments/<slug:slug>/preview/", views.preview, name="preview"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/abort/", views.abort, name="abort"),
]
