"""Backstage's catalog API at /api/catalog/: its own clients find our entities without a change.

A request goes through `door` (who calls, may they), `asked` (what is asked, strictly), `filters` or `predicates` (the grammar),
`conditions` (what both become), `select` (SQL) and comes back as the stored text of each entity.
"""

from __future__ import annotations

from services.catalog_api.urls import urlpatterns

__all__ = ["urlpatterns"]
