"""Signing in by an organisation: the way there and back, the code that proves an address, links."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)
from requests import RequestException

from accounts.models import User
from accounts.rate_limits import seconds_to_wait, take, too_many_requests

from .forms import OrganisationCodeForm
from .models import OrganisationSignIn
from .organisations import codes, linking, social_adapter
from .organisations.id_tokens import SignInRefused
from .organisations.provider import OrganisationProvider, OrganisationSteps, app_of

STARTING = "organisation_sign_in"  # the rate limit, in the settings


@login_not_required
@require_GET
def sign_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the person to their organisation's own sign-in page."""
    row = get_object_or_404(OrganisationSignIn.objects.switched_on(), public_id=public_id)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not take(request, action=STARTING):
        return too_many_requests(request, seconds=seconds_to_wait("programs:organisation-sign-in"))
    try:
        return OAuth2LoginView.adapter_view(OrganisationSteps(request, row))(request)
    except (OAuth2Error, RequestException) as error:
        return social_adapter.out_of_reach(request, row, error)


@login_not_required
@require_GET
def callback(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take what the organisation says; every check is in `organisations`."""
    row = get_object_or_404(OrganisationSignIn.objects.switched_on(), public_id=public_id)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not take(request, action=STARTING):
        return too_many_requests(request, seconds=seconds_to_wait("programs:organisation-sign-in"))
    issuer = request.GET.get("iss")
    if issuer is not None and issuer.rstrip("/") != row.issuer.rstrip("/"):
        return social_adapter.refused(request, row, SignInRefused("another issuer has answered"))
    try:
        return OAuth2CallbackView.adapter_view(OrganisationSteps(request, row))(request)
    except (OAuth2Error, RequestException) as error:  # before it asks for what the code is worth
        return social_adapter.out_of_reach(request, row, error)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent to the address that the organisation named."""
    waiting = codes.waiting_in(request)
    rows = OrganisationSignIn.objects.switched_on().select_related("program")
    row = rows.filter(link_key=waiting.link_key).first() if waiting else None
    if waiting is None or row is None or request.user.is_authenticated:
        return redirect("account_login")
    form = OrganisationCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not codes.take_attempt(request, waiting):
            codes.forget(request)
            messages.error(request, _("Too many wrong codes. Sign in again."))
            return redirect("account_login")
        if codes.is_right(waiting, form.cleaned_data["code"]):
            return _finish(request, row, waiting)
        form.add_error("code", _("This code is not right. Check it, or sign in again."))
    context = {"form": form, "email": waiting.email, "organisation": row}
    return render(request, "programs/organisation_code.html", context)


def _finish(request: HttpRequest, row: OrganisationSignIn, waiting: codes.Waiting) -> HttpResponse:
    """Link the account whose address was proven, and sign it in as allauth does."""
    codes.forget(request)
    social_adapter.link(row, subject=waiting.subject, email=waiting.email, name=waiting.name)
    login = SocialLogin(
        user=User(),
        account=SocialAccount(provider=row.link_key, uid=waiting.subject),
        provider=OrganisationProvider(request, app=app_of(row), row=row),
    )
    login.state = {"process": AuthProcess.LOGIN, social_adapter.PROVEN: True}
    if waiting.next_url:
        login.state["next"] = waiting.next_url
    response: HttpResponse = complete_social_login(request, login)
    return response


@require_safe
def links(request: HttpRequest) -> HttpResponse:
    """Show by which organisations the person can sign in."""
    rows = list(linking.links_of(request.user))
    keys = [row.provider for row in rows]
    found = {row.link_key: row for row in OrganisationSignIn.objects.filter(link_key__in=keys)}
    context = {"links": [{"row": row, "organisation": found.get(row.provider)} for row in rows]}
    return render(request, "programs/organisation_links.html", context)


@require_POST
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a link; the person signs in with a code by e-mail as before."""
    link = get_object_or_404(linking.links_of(request.user), pk=pk)
    link.delete()
    get_adapter().send_notification_mail("socialaccount/email/account_disconnected", link.user)
    messages.success(request, _("Removed. You sign in with a code by e-mail from now on."))
    return redirect("programs:organisation-links")
