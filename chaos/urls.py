"""Pages of chaos."""

from __future__ import annotations

from django.urls import path

from chaos import approval_views, engine_views, import_views, views

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
    path("experiments/<slug:slug>/approve/", approval_views.approve, name="approve"),
    path("experiments/<slug:slug>/withdraw/", approval_views.withdraw, name="withdraw"),
    path("templates/", engine_views.templates, name="templates"),
    path("gremlin/", engine_views.gremlin, name="gremlin"),
    path("gremlin/remove/", engine_views.gremlin_remove, name="gremlin-remove"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/abort/", views.abort, name="abort"),
]
