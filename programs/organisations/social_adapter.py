"""Where allauth asks us: whom a provider may sign in, and what a sign-in that failed shows."""

from __future__ import annotations

import logging

import requests
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.rate_limits import seconds_to_wait, take, too_many_requests

from ..models import OrganisationSignIn
from . import codes, linking
from .id_tokens import SignInRefused
from .provider import OrganisationProvider, app_of
from .safe_requests import AddressRefused, new_session

log = logging.getLogger(__name__)

PROVEN = "is_proven"  # in the state of a sign-in whose address was proven by a code just now


class SocialAdapter(DefaultSocialAccountAdapter):
    def get_requests_session(self) -> requests.Session:
        return new_session()

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return none: each program has its own settings, in `OrganisationSignIn`."""
        return []

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> OrganisationProvider:
        row = OrganisationSignIn.objects.switched_on().filter(link_key=provider).first()
        if row is None:
            raise SocialApp.DoesNotExist
        return OrganisationProvider(request, app=app_of(row), row=row)

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Find no account by an address: that is for `linking`, after the address is proven."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let through who has a link, or gets one at once; send all others to the code."""
        row = sociallogin.provider.row
        if sociallogin.is_existing:
            user = sociallogin.user
            if not sociallogin.state.get(PROVEN) and linking.needs_code_each_time(user):
                raise ImmediateHttpResponse(ask_for_code(request, sociallogin, user.email))
            return
        if not sociallogin.email_addresses:
            raise ImmediateHttpResponse(no_address(request, row))
        email = sociallogin.email_addresses[0].email
        user = linking.account_of(email) if row.vouches_for(email) else None
        if not row.vouches_for(email) or (user and not linking.may_link_at_once(row, user)):
            raise ImmediateHttpResponse(ask_for_code(request, sociallogin, email))
        link(row, subject=sociallogin.account.uid, email=email, name=sociallogin.user.name)
        sociallogin.lookup()

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: OrganisationProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, object] | None = None,
    ) -> None:
        """Lead back to the code by e-mail, in words that fit what went wrong."""
        if error == AuthError.CANCELLED:
            messages.info(request, _("You did not sign in. You can use a code by e-mail instead."))
            raise ImmediateHttpResponse(redirect("account_login"))
        if isinstance(exception, requests.RequestException):
            raise ImmediateHttpResponse(out_of_reach(request, provider.row, exception))
        raise ImmediateHttpResponse(refused(request, provider.row, exception))


def link(row: OrganisationSignIn, *, subject: str, email: str, name: str) -> SocialAccount:
    """Link an account to who was proven, and tell its owner if it was there before."""
    known = linking.account_of(email)
    had = (
        known is not None
        and linking.links_of(known).filter(provider=row.link_key, uid=subject).exists()
    )
    account = linking.link_proven(row, subject=subject, email=email, name=name)
    if known is not None and not had:
        get_account_adapter().send_notification_mail("socialaccount/email/account_connected", known)
    return account


def ask_for_code(request: HttpRequest, sociallogin: SocialLogin, email: str) -> HttpResponse:
    row = sociallogin.provider.row
    if not take(request, action="organisation_code", key=email):
        return too_many_requests(request, seconds=seconds_to_wait("programs:organisation-code"))
    codes.send(
        request,
        row=row.public_id,
        link_key=row.link_key,
        subject=sociallogin.account.uid,
        email=email,
        name=sociallogin.user.name,
        next_url=sociallogin.get_redirect_url(request) or "",
    )
    return redirect("programs:organisation-code")


def out_of_reach(
    request: HttpRequest, row: OrganisationSignIn, error: Exception | None
) -> HttpResponse:
    """Lead to the code by e-mail: the provider is down, or its settings are wrong."""
    log.warning("sign-in by an organisation: no answer", extra={"reason": reason_of(error)})
    text = _("The sign-in of %(name)s does not answer. Use a code by e-mail instead.")
    messages.warning(request, text % {"name": row.name})
    return redirect("account_login")


def refused(
    request: HttpRequest, row: OrganisationSignIn, error: Exception | None = None
) -> HttpResponse:
    """Say that the sign-in was not accepted; the reason is for the log, not for a stranger."""
    log.warning("sign-in by an organisation: refused", extra={"reason": reason_of(error)})
    context = {"organisation": row, "has_no_address": False}
    return render(request, "programs/organisation_refused.html", context, status=400)


def reason_of(error: Exception | None) -> str:
    """Return what the log may say: what a provider answered can hold an address or a token."""
    if error is None:
        return "the sign-in was not begun in this browser, was too long ago, or ended in an error"
    is_ours = isinstance(error, SignInRefused | AddressRefused)
    return str(error) if is_ours else type(error).__name__


def no_address(request: HttpRequest, row: OrganisationSignIn) -> HttpResponse:
    context = {"organisation": row, "has_no_address": True}
    return render(request, "programs/organisation_refused.html", context, status=400)
