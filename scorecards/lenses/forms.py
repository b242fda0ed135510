"""Forms of the pages of lenses and reviews."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.aws.models import Account
from scorecards.engine.lens.merge import NO_REASON, Said
from scorecards.engine.lens.reading import MAX_BYTES
from scorecards.lenses import milestones
from scorecards.models import Lens


class ImportForm(forms.Form):
    """A lens file."""

    file = forms.FileField(label="File", help_text="JSON in AWS's custom-lens format, at most 500 KB.")
    key = forms.SlugField(
        required=False, max_length=80, label="Key",
        help_text="Empty: made of the lens's name. A key that exists gets another version.",
    )  # fmt: skip

    def raw(self) -> bytes:
        """The file, one byte more than may be, so that one that is too large is told as such."""
        content: bytes = self.cleaned_data["file"].read(MAX_BYTES + 1)
        return content


class StartForm(forms.Form):
    """Under which lens."""

    lens = forms.ModelChoiceField(
        Lens.objects.exclude(versions__published_at=None).distinct(),
        to_field_name="key",
        empty_label=None,
        label="Lens",
    )


class MilestoneForm(forms.Form):
    """A name for the present."""

    name = forms.CharField(
        min_length=milestones.SHORTEST, max_length=milestones.LONGEST, label="Name",
        widget=forms.TextInput(attrs={"placeholder": "Before the launch", "autocomplete": "off"}),
    )  # fmt: skip


class PlaceForm(forms.Form):
    """An account and region that the portal has a review role for."""

    place = forms.ChoiceField(label="Account and region")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Account.objects.filter(enabled=True).exclude(review_role_arn="")
        self.fields["place"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (f"{row.account_id}/{region}", f"{row.name} ({row.account_id}), {region}")
            for row in rows for region in row.regions
        ]  # fmt: skip

    def place_of(self) -> tuple[str, str]:
        """(account id, region)."""
        account, _, region = str(self.cleaned_data["place"]).partition("/")
        return account, region


class LinkForm(PlaceForm):
    """Where in AWS a review has its workload."""

    workload = forms.CharField(
        required=False, max_length=32, label="Id of a workload",
        widget=forms.TextInput(attrs={"placeholder": "Workload id, or empty for a new one", "autocomplete": "off"}),
    )  # fmt: skip


class FetchForm(PlaceForm):
    """A custom lens in AWS."""

    arn = forms.RegexField(
        r"^arn:aws[a-z-]*:wellarchitected:[a-z0-9-]{1,30}:[0-9]{12}:lens/[0-9a-f]{32}$", max_length=128, label="ARN of the lens",
        widget=forms.TextInput(attrs={"placeholder": "arn:aws:wellarchitected:…:lens/…", "autocomplete": "off"}),
    )  # fmt: skip


def said_of(post: Any) -> Said:
    """The answer in the fields of an answer form; what is wrong with it is told when it is stored."""
    applicable = post.get("not_applicable") != "yes"
    reason = NO_REASON if applicable else str(post.get("reason", NO_REASON))
    return Said(tuple(post.getlist("selected"))[:20], applicable, reason, str(post.get("notes", "")))


def revision_of(post: Any) -> int | None:
    """The revision that the person saw; None where the form names none."""
    text = str(post.get("revision", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
