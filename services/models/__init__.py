"""Rows of the catalog and their invariants, one module for each concern."""

from services.models.adoption import Stray
from services.models.advice import DatabaseAnswers
from services.models.entities import Document, Entity, EntityQuerySet, Relation, StaleDocument
from services.models.facts import Fact
from services.models.history import EntityVersion
from services.models.reports import DiscoveryReport, Import
from services.models.search import Revision, SearchKey
from services.models.sources import Location, Source
from services.models.views import SavedView

__all__ = [
    "DatabaseAnswers",
    "DiscoveryReport",
    "Document",
    "Entity",
    "EntityQuerySet",
    "EntityVersion",
    "Fact",
    "Import",
    "Location",
    "Relation",
    "Revision",
    "SavedView",
    "SearchKey",
    "Source",
    "StaleDocument",
    "Stray",
]
