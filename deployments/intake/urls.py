"""Pages of intake, within those of deployments."""

from __future__ import annotations

from django.urls import path

from deployments.intake import views
from deployments.intake.senders import views as senders

urlpatterns = [
    path("events/", views.accepted, name="intake-events"),
    path("refused/", views.refused_list, name="refused"),
    path("refused/replay/", views.replay_several, name="refused-replay-several"),
    path("refused/<int:pk>/", views.refused_event, name="refused-event"),
    path("refused/<int:pk>/<slug:verb>/", views.decide, name="refused-decide"),
    path("sources/", views.sources, name="sources"),
    path("senders/", senders.senders, name="senders"),
    path("senders/new/", senders.new, name="sender-new"),
    path("senders/<int:pk>/", senders.sender, name="sender"),
    path("senders/<int:pk>/rotate/", senders.rotate, name="sender-rotate"),
    path("senders/<int:pk>/switch/", senders.switch, name="sender-switch"),
    path("senders/ci/new/", senders.ci_identity, name="ci-identity-new"),
    path("senders/ci/<int:pk>/", senders.ci_identity, name="ci-identity"),
    path("senders/ci/<int:pk>/switch/", senders.switch_ci, name="ci-identity-switch"),
]
