"""Pages of senders and CI identities: how to connect each, and for admins to make, change and rotate them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from deployments.intake import present
from deployments.intake.forms import DIALECT_WORDS, ChangeSenderForm, CiIdentityForm, NewSenderForm, RotateForm
from deployments.intake.oidc import manage as identities
from deployments.intake.oidc.authentication import address, audience
from deployments.intake.senders import manage
from deployments.models import CiIdentity, HookSender, IssuerKeys, RefusedEvent
from deployments.models.intake import OPEN
from portal.access import policy

CONNECT = (
    ("github", "GitHub", "webhook"), ("gitlab", "GitLab", "webhook"), ("ci", "CI jobs without a secret", "shield-check"),
    ("cdevents", "CDEvents and CloudEvents", "api"), ("argo", "Argo Rollouts", "topology-star-3"), ("flagger", "Flagger", "flag"),
    ("eventbridge", "Amazon EventBridge", "brand-aws"), ("sns", "CodeDeploy over Amazon SNS", "brand-aws"),
    ("plain", "A few fields by hand", "terminal-2"),
)  # fmt: skip


def senders(request: HttpRequest) -> HttpResponse:
    """Who sends, and how to connect each kind of sender to this portal."""
    may = policy.may(request.user, "admin")
    context = {
        "tabs": present.tabs(request.user, "senders"),
        "senders": [(row, DIALECT_WORDS[row.dialect]) for row in HookSender.objects.all()[:200]],
        "identities": CiIdentity.objects.all()[:200],
        "base": address(request),
        "audience": audience(request),
        "connect": [(key, title, icon, f"deployments/intake/connect/{key}.html") for key, title, icon in CONNECT],
        "may": may,
    }
    return render(request, "deployments/intake/senders.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Make a sender; its secret is shown once."""
    policy.require(request.user, "admin")
    form, secret, sender = NewSenderForm(request.POST or None, initial=_asked(request)), "", None
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        scheme, given = fields.pop("scheme", ""), fields.pop("secret", "")
        try:
            sender, secret = manage.create(fields, request.user, scheme=scheme, secret=given)
        except manage.Unfit as error:
            form.add_error(error.field, str(error))
        else:
            if not secret:
                return redirect(sender)
            return _shown(request, sender, secret)
    context = {"form": form, "title": "New sender", "tabs": present.tabs(request.user, "senders")}
    return render(request, "deployments/intake/sender_new.html", context, status=422 if form.errors else 200)


def sender(request: HttpRequest, pk: int) -> HttpResponse:
    """One sender: change its scope, or switch it off."""
    policy.require(request.user, "admin")
    row = get_object_or_404(HookSender, pk=pk)
    form = ChangeSenderForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            manage.change(row, form.cleaned_data, request.user)
        except manage.Unfit as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "The sender is changed.")
            return redirect(row)
    return render(
        request, "deployments/intake/sender.html", _context(request, row, form), status=422 if form.errors else 200
    )


@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the next secret; it is shown once."""
    policy.require(request.user, "admin")
    row = get_object_or_404(HookSender, pk=pk)
    form = RotateForm(request.POST)
    if form.is_valid():
        overlap = timedelta(hours=form.cleaned_data["overlap_hours"])
        try:
            return _shown(
                request, row, manage.rotate(row, request.user, overlap=overlap, secret=form.cleaned_data["secret"])
            )
        except manage.Unfit as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    context = _context(request, row, ChangeSenderForm(row=row)) | {"rotate": form}
    return render(request, "deployments/intake/sender.html", context, status=422)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a sender on or off."""
    policy.require(request.user, "admin")
    row = get_object_or_404(HookSender, pk=pk)
    manage.change(row, {"enabled": not row.enabled}, request.user)
    messages.success(request, "The sender is on." if row.enabled else "The sender is off: what it sends is refused.")
    return redirect(row)


def ci_identity(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Bind CI jobs, or change what they are bound to."""
    policy.require(request.user, "admin")
    row = get_object_or_404(CiIdentity, pk=pk) if pk else None
    form = CiIdentityForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        if row is None:
            row = identities.create(form.cleaned_data, request.user)
        else:
            identities.change(row, form.cleaned_data, request.user)
        messages.success(request, "The identity is bound.")
        return redirect(row)
    keys = IssuerKeys.objects.filter(issuer=row.issuer).first() if row else None
    context = {
        "form": form,
        "row": row,
        "keys": keys,
        "audience": audience(request),
        "tabs": present.tabs(request.user, "senders"),
    }
    return render(request, "deployments/intake/ci_identity.html", context, status=422 if form.errors else 200)


@require_POST
def switch_ci(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch an identity on or off."""
    policy.require(request.user, "admin")
    row = get_object_or_404(CiIdentity, pk=pk)
    identities.change(row, {"enabled": not row.enabled}, request.user)
    messages.success(request, "The identity is on." if row.enabled else "The identity is off: its jobs are refused.")
    return redirect(row)


def _asked(request: HttpRequest) -> dict[str, Any]:
    wanted = request.GET.get("dialect", "")
    return {"dialect": wanted} if wanted in DIALECT_WORDS else {}


def _shown(request: HttpRequest, row: HookSender, secret: str) -> HttpResponse:
    """The sender's page with its new secret. The answer to the POST itself: a redirect would have to keep the secret somewhere."""
    response = render(
        request,
        "deployments/intake/sender.html",
        _context(request, row, ChangeSenderForm(row=row)) | {"secret": secret},
    )
    response["Cache-Control"] = "no-store"
    return response


def _context(request: HttpRequest, row: HookSender, form: Any) -> dict[str, Any]:
    return {
        "tabs": present.tabs(request.user, "senders"), "row": row, "form": form, "rotate": RotateForm(), "words": DIALECT_WORDS[row.dialect],
        "secrets": manage.live_secrets(row, timezone.now()), "base": address(request),
        "refused": RefusedEvent.objects.filter(hook=row, state=OPEN).count(), "issuers": settings.OIDC_ISSUERS,
    }  # fmt: skip
