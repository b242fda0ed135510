"""Pages under /costs/."""

from __future__ import annotations

from django.urls import path

from costs import views

app_name = "costs"
urlpatterns = [
    path("", views.home, name="home"),
    path("findings.csv", views.findings_csv, name="csv"),
    path("running/", views.running, name="running"),
    path("reviews/start/", views.start_review, name="start"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("findings/<int:pk>/", views.finding, name="finding"),
    path("findings/<int:pk>/decide/", views.decide_finding, name="decide"),
]
