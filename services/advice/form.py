"""The questionnaire as a form: one field for each question of the advisor, in its groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from services.engine.advisor.questionnaire import QUESTIONS, Invalid, Question, read

UNANSWERED = ("", "Not answered")
YES_NO = (UNANSWERED, ("true", "Yes"), ("false", "No"))


class AdviceForm(forms.Form):
    """All questions; an empty field is no answer. `cleaned_data["answers"]` holds what `advise.record` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in QUESTIONS:
            self.fields[question.name] = _field(question)

    def clean(self) -> dict[str, Any]:
        """The answers, checked by the advisor itself, so that form and REST refuse the same."""
        cleaned: dict[str, Any] = super().clean() or {}
        answers = {q.name: _value(q, cleaned.get(q.name)) for q in QUESTIONS}
        answers = {name: value for name, value in answers.items() if value is not None}
        try:
            read(answers)
        except Invalid as error:
            for name, text in error.problems.items():
                self.add_error(name, text)
        return {**cleaned, "answers": answers}

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the heading of their group."""
        found: dict[str, list[forms.BoundField]] = {}
        for question in QUESTIONS:
            found.setdefault(question.group, []).append(self[question.name])
        return list(found.items())


def initial(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers as the form shows them."""
    return {name: _shown(value) for name, value in answers.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _field(question: Question) -> forms.Field:
    if question.kind == "number":
        return forms.FloatField(
            label=question.text, required=False, min_value=question.low, max_value=question.high,
            help_text=f"{question.help} Unit: {question.unit}.".strip(),
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        )  # fmt: skip
    choices = YES_NO if question.kind == "yes" else (UNANSWERED, *question.choices)
    return forms.ChoiceField(label=question.text, choices=choices, required=False, help_text=question.help)


def _value(question: Question, given: Any) -> Any:
    if given in (None, ""):
        return None
    return given == "true" if question.kind == "yes" else given
