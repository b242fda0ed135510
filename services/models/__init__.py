"""Rows of the catalog and their invariants, one module for each concern."""

from services.models.advice import DatabaseAnswers
from services.models.entities import Entity, EntityQuerySet, Relation
from services.models.facts import Fact
from services.models.reports import DiscoveryReport, Import

__all__ = ["DatabaseAnswers", "DiscoveryReport", "Entity", "EntityQuerySet", "Fact", "Import", "Relation"]
