"""The filter of FIS templates."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from chaos.engine_models import FisTemplate

RELEASED = [("true", "released"), ("false", "not released")]


class FisTemplateFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By words, and by whether the account's owner has released it."""

    q = django_filters.CharFilter(
        label="Search", method="by_words", widget=forms.TextInput(attrs={"placeholder": "Template, service or account"})
    )
    released = django_filters.ChoiceFilter(
        label="Release", choices=RELEASED, empty_label="Released or not", method="by_release"
    )

    class Meta:
        model = FisTemplate
        fields = ["q", "released"]

    def by_words(self, rows: QuerySet[FisTemplate], name: str, value: Any) -> QuerySet[FisTemplate]:
        """Every word must stand somewhere."""
        for word in str(value).split()[:8]:
            rows = rows.filter(
                Q(template_id__icontains=word)
                | Q(description__icontains=word)
                | Q(service__icontains=word)
                | Q(account__icontains=word)
                | Q(region__icontains=word)
            )
        return rows

    def by_release(self, rows: QuerySet[FisTemplate], name: str, value: Any) -> QuerySet[FisTemplate]:
        """Only released ones, or only the others."""
        return rows.filter(released=value == "true")
