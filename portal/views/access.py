"""Sign-in, tokens, the audit trail and the REST documentation page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from portal.access import policy
from portal.access import tokens as token_store
from portal.access.models import ROLES, ApiToken, AuditEvent
from portal.access.throttle import SignInThrottle
from portal.demo import SIGN_INS


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page. Ten failures a minute from one address are enough."""

    redirect_authenticated_user = True

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse with 429 once the throttle is full."""
        if request.method == "POST" and not SignInThrottle.allows(request):
            text = "Too many attempts. Wait a minute and try again."
            return render(request, "registration/login.html", {"form": self.get_form(), "too_many": text}, status=429)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The demo's sign-ins are shown only where the embedded AWS is used."""
        demo = SIGN_INS if settings.EMBEDDED and settings.AWS_ENDPOINT_URL else ()
        return super().get_context_data(**kwargs) | {"demo_signins": demo}


class TokenForm(forms.Form):
    """A new token."""

    label = forms.CharField(max_length=100, help_text="What it is for, such as “CI of checkout”.")
    role = forms.ChoiceField(choices=[(role, role) for role in ROLES])
    days = forms.IntegerField(min_value=1, max_value=token_store.MAX_DAYS, initial=90, help_text="1 to 365")


def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens; a new one's secret is shown once."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            secret = token_store.issue(request.user, data["role"], label=data["label"], days=data["days"])
        except ValueError as error:
            form.add_error("role", str(error).removeprefix("role: "))
    status = 422 if form.errors else 200
    mine = ApiToken.objects.filter(user=request.user)
    return render(request, "portal/tokens.html", {"tokens": mine, "form": form, "secret": secret}, status=status)


@require_POST
def revoke_token(request: HttpRequest, token_key: str) -> HttpResponse:
    """Revoke one of my tokens."""
    token = get_object_or_404(ApiToken, token_key=token_key, user=request.user)
    token_store.revoke(token, by=request.user)
    messages.success(request, "The token is revoked.")
    return redirect("tokens")


def audit_trail(request: HttpRequest) -> HttpResponse:
    """Who did what; for admins."""
    policy.require(request.user, "admin")
    events = AuditEvent.objects.all()
    filters = {name: request.GET.get(name, "").strip() for name in ("actor", "action", "target")}
    for name, value in filters.items():
        if value:
            events = events.filter(**{f"{name}__icontains": value})
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    return render(request, "portal/audit.html", {"page": page, "filters": filters})


class ApiDocs(TemplateView):
    """A readable index of the REST operations, drawn from the OpenAPI document; no third-party script."""

    template_name = "portal/api_docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Operations by first path word."""
        from portal.api.schema import operations

        return super().get_context_data(**kwargs) | {"groups": operations(self.request)}
