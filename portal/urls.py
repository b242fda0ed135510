"""Pages and REST of the portal and, by convention, of every plugin."""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from portal.discover_plugins import BUNDLED
from portal.plugins import active_plugins, failures
from portal.views import access, health, home, jobs, search

log = logging.getLogger(__name__)
Routes = list[URLPattern | URLResolver]


def _plugin_routes(module: str, prefix: str) -> Routes:
    """The routes of one plugin module; a third party's that fails is left out and reported."""
    plugin = module.rpartition(".")[0]
    try:
        if find_spec(module) is None:
            return []
        import_module(module)
    except Exception as error:
        if plugin in BUNDLED:
            raise
        failures[plugin] = f"Plugin {plugin!r}: {module} cannot be imported ({error}). Its pages are left out."
        log.exception("plugin routes of %s", module)
        return []
    return [path(prefix, include(module))]


def plugin_routes() -> Routes:
    """`<app>/urls.py` under `/<prefix>/`, `<app>/api.py` under `/api/v1/<prefix>/`, and what `extra_routes` names."""
    routes: Routes = []
    for plugin in active_plugins():
        if plugin.url_prefix:
            routes += _plugin_routes(f"{plugin.name}.urls", f"{plugin.url_prefix}/")
            routes += _plugin_routes(f"{plugin.name}.api", f"api/v1/{plugin.url_prefix}/")
        for prefix, module in plugin.extra_routes.items():
            routes += _plugin_routes(module, prefix)
    return routes


urlpatterns: list[Any] = [
    path("", home.home, name="home"),
    path("setup/", home.setup, name="setup"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", access.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("tokens/", access.tokens, name="tokens"),
    path("tokens/<str:token_key>/revoke/", access.revoke_token, name="token-revoke"),
    path("audit/", access.audit_trail, name="audit"),
    path("search/", search.search, name="search"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/runs/<int:pk>/", jobs.job_run, name="job-run"),
    path("jobs/runs/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", access.ApiDocs.as_view(), name="api-docs"),
    path("api/v1/", include("portal.api.urls")),
    *plugin_routes(),
]

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
