"""Pages of chaos."""

from __future__ import annotations

from django.urls import path

from chaos import approval_views, coverage_views, editor_views, engine_views, import_views, views
from chaos.calendars import views as calendar_views
from chaos.gamedays import views as game_day_views
from chaos.suites import views as suite_views

app_name = "chaos"
urlpatterns = [
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("blackouts/", calendar_views.blackouts, name="blackouts"),
    path("blackouts/new/", calendar_views.edit_blackout, name="blackout-new"),
    path("blackouts/import/", calendar_views.import_blackouts, name="blackouts-import"),
    path("blackouts/<int:pk>/edit/", calendar_views.edit_blackout, name="blackout-edit"),
    path("blackouts/<int:pk>/end/", calendar_views.end_blackout, name="blackout-end"),
    path("rules/<path:scope>/", calendar_views.edit_rules, name="rules-edit"),
    path("coverage/", coverage_views.coverage, name="coverage"),
    path("game-days/", game_day_views.game_days, name="game-days"),
    path("game-days/new/", game_day_views.edit, name="game-day-new"),
    path("game-days/<int:pk>/", game_day_views.game_day, name="game-day"),
    path("game-days/<int:pk>/edit/", game_day_views.edit, name="game-day-edit"),
    path("game-days/<int:pk>/report/", game_day_views.report, name="game-day-report"),
    path("game-days/<int:pk>/note/", game_day_views.note, name="game-day-note"),
    path("game-days/<int:pk>/next/", game_day_views.start_next, name="game-day-next"),
    path("game-days/<int:pk>/end/", game_day_views.end, name="game-day-end"),
    path("suites/", suite_views.suites, name="suites"),
    path("suites/new/<int:service>/", suite_views.edit, name="suite-new"),
    path("suites/<int:pk>/", suite_views.suite, name="suite"),
    path("suites/<int:pk>/edit/", suite_views.edit, name="suite-edit"),
    path("suites/<int:pk>/run/", suite_views.run_now, name="suite-run"),
    path("", views.experiment_list, name="list"),
    path("halt/", views.halt, name="halt"),
    path("halt/clear/", views.clear_halt, name="clear-halt"),
    path("plan/<int:service>/<slug:key>/", views.plan, name="plan"),
    path("import/", import_views.import_file, name="import"),
    path("import/save/", import_views.save, name="import-save"),
    path("experiments/<slug:slug>/export/", import_views.export, name="export"),
    path("experiments/<slug:slug>/", views.experiment, name="experiment"),
    path("experiments/<slug:slug>/edit/", editor_views.edit, name="edit"),
    path("experiments/<slug:slug>/validate/", editor_views.validate, name="validate"),
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
