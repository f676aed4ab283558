"""Rules for committee sessions: they are short and, in production, need a second factor.

A committee member's session ends a day after signing in, or an hour after the last page. The
person then has to sign in again. Committee pages need an authenticator app or a passkey: members
without one are sent to the set-up page, members who haven't used it in this session are asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from programs.committee import is_committee

SINCE, SEEN = "committee_since", "committee_seen"  # seconds since 1970, in the session
SEEN_EVERY_SECONDS = 60  # not every page needs to write the session
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class CommitteeSessionMiddleware:
    """Place after AuthenticationMiddleware and before SignInMiddleware."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and (request.user.is_staff or is_committee_page(request)):
            if is_over(request, time.time()):
                logout(request)
            else:
                remember(request, time.time())
        return self.respond(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponse | None:
        # Here and not in __call__: only after the address was resolved is it known which page
        # answers, and signing out must stay possible without a second factor.
        if (
            not settings.REQUIRE_SECOND_FACTOR
            or not is_committee_page(request)
            or not is_committee(request.user)
        ):
            return None
        if request.resolver_match and request.resolver_match.view_name == "admin:logout":
            return None
        return ask_for_second_factor(request)


def is_committee_page(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def is_over(request: HttpRequest, now: float) -> bool:
    """Whether this session is too old, or was idle for too long."""
    since, seen = request.session.get(SINCE, now), request.session.get(SEEN, now)
    return (
        now - since > settings.COMMITTEE_SESSION_HOURS * 3600
        or now - seen > settings.COMMITTEE_IDLE_HOURS * 3600
    )


def remember(request: HttpRequest, now: float) -> None:
    session = request.session
    if SINCE not in session:
        # For a participant who joined the committee during this session, the day counts from
        # signing in, not from the first committee page.
        signed_in = [
            float(record["at"]) for record in get_authentication_records(request, request.user)
        ]
        session[SINCE] = int(min(signed_in, default=now))
    if now - session.get(SEEN, 0) > SEEN_EVERY_SECONDS:
        session[SEEN] = int(now)


def ask_for_second_factor(request: HttpRequest) -> HttpResponseRedirect | None:
    """Return a redirect to the second factor, or None when this session has used one."""
    if not is_mfa_enabled(request.user, FACTORS):
        messages.warning(
            request,
            _("Committee pages need two-step sign-in. Set it up now; it takes a minute."),
        )
        return redirect("mfa_index")
    if any(
        record.get("method") == "mfa"
        for record in get_authentication_records(request, request.user)
    ):
        return None
    return HttpResponseRedirect(
        f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
    )
