"""Forms of senders and CI identities. What they hold is checked by the serializers, so that pages and REST agree."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from deployments.intake import serializers as shapes
from deployments.models import CiIdentity, HookSender
from deployments.models.senders import HOOK_DIALECTS

DIALECT_WORDS = {
    "github": "GitHub", "gitlab": "GitLab", "sns": "Amazon SNS (CodeDeploy)", "eventbridge": "Amazon EventBridge", "flagger": "Flagger",
    "argo": "Argo Rollouts",
}  # fmt: skip
LISTS = ("teams", "services", "topics")


class ScopeForm(forms.Form):
    """The scope, and whatever `shape` knows by the same name."""

    shape: Any = shapes.SenderSerializer
    everything = forms.BooleanField(required=False, label="May report for every service")
    teams = forms.CharField(
        required=False, max_length=4_000, label="Teams", help_text="Names separated by blanks: all that they own."
    )
    services = forms.CharField(
        required=False, max_length=8_000, label="Services", help_text="Names separated by blanks."
    )

    def __init__(self, *args: Any, row: HookSender | CiIdentity | None = None, **kwargs: Any) -> None:
        self.row = row
        if row is not None:
            kwargs["initial"] = {
                name: self._shown(getattr(row, name)) for name in self.base_fields if hasattr(row, name)
            }
        super().__init__(*args, **kwargs)

    @staticmethod
    def _shown(value: Any) -> Any:
        return (
            " ".join(str(one).removeprefix("group:default/").removeprefix("component:default/") for one in value)
            if isinstance(value, list)
            else value
        )

    def clean(self) -> dict[str, Any]:
        """The checked values; lists are split at blanks and commas."""
        said = dict(super().clean() or {})
        for name in LISTS:
            if name in said:
                said[name] = said[name].replace(",", " ").split()
        shape = self.shape(self.row, data=said, partial=self.row is not None)
        if not shape.is_valid():
            for name, errors in shape.errors.items():
                words = (
                    errors if isinstance(errors, list) else [str(one) for listed in errors.values() for one in listed]
                )
                self.add_error(name if name in self.fields else None, [str(error) for error in words])
            return said
        return dict(shape.validated_data)


class NewSenderForm(ScopeForm):
    """A new sender."""

    shape = shapes.NewSenderSerializer
    field_order = ("name", "dialect", "everything", "teams", "services", "topics", "scheme", "secret")
    name = forms.SlugField(max_length=60, help_text="Such as github-shop: lower-case words and hyphens.")
    dialect = forms.ChoiceField(choices=[(name, DIALECT_WORDS[name]) for name in HOOK_DIALECTS], label="What sends")
    topics = forms.CharField(
        required=False, max_length=4_000, label="SNS topics", help_text="ARNs separated by blanks; for Amazon SNS only.",
    )  # fmt: skip
    scheme = forms.ChoiceField(
        required=False, label="Proof", choices=[("", "the best there is"), ("standard", "GitLab: signing token"), ("key", "GitLab: secret token")],
    )  # fmt: skip
    secret = forms.CharField(
        required=False, max_length=200, help_text="Leave it empty and one is made here. Only paste one that the other side has made.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class ChangeSenderForm(ScopeForm):
    """What can be changed of a sender."""

    topics = forms.CharField(required=False, max_length=4_000, label="SNS topics")
    rate = forms.IntegerField(min_value=1, max_value=1_000_000, label="Events a minute")

    def __init__(self, *args: Any, row: HookSender, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row.dialect != "sns":
            del self.fields["topics"]


class RotateForm(forms.Form):
    """The next secret."""

    overlap_hours = forms.TypedChoiceField(
        coerce=int, initial=24, label="The old one is good for", choices=[(0, "no time: it may be known to others"), (1, "an hour"), (24, "a day"), (168, "a week")],
    )  # fmt: skip
    secret = forms.CharField(
        required=False, max_length=200, help_text="Leave it empty and one is made here.", widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class CiIdentityForm(ScopeForm):
    """A CI identity, new or changed."""

    shape = shapes.CiIdentitySerializer
    field_order = (
        "name",
        "issuer",
        "repository_id",
        "owner_id",
        "repository",
        "environment",
        "ref",
        "workflow",
        "everything",
        "teams",
        "services",
    )
    name = forms.SlugField(max_length=60, help_text="Such as checkout-release.")
    issuer = forms.ChoiceField(label="Platform")
    repository_id = forms.CharField(
        max_length=20,
        label="Repository id",
        help_text="GitHub: repository_id. GitLab: project_id. A number, which stays when the name changes.",
    )
    owner_id = forms.CharField(
        max_length=20, label="Owner id", help_text="GitHub: repository_owner_id. GitLab: namespace_id."
    )
    repository = forms.CharField(
        max_length=200, required=False, label="Repository", help_text="Its name, for people only."
    )
    environment = forms.CharField(max_length=60, required=False, help_text="Empty: any.")
    ref = forms.CharField(
        max_length=200, required=False, help_text="Such as refs/heads/main or refs/heads/release/*. Empty: any."
    )
    workflow = forms.CharField(
        max_length=300, required=False, help_text="The workflow that must run, or its beginning with *. Empty: any."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issuer"].choices = [(issuer, issuer) for issuer in settings.OIDC_ISSUERS]  # type: ignore[attr-defined]
