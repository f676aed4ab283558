"""Record where a person is signed in and when they were last active, for their list of devices.

Written at most once a minute, and at once when the IP address or browser changes. The library's
own middleware would write to the database on every request.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

EVERY_SECONDS = 60
NOTED = "activity_noted"  # in the session: when, and from where as a digest


class ActivityMiddleware:
    """Replaces the library's UserSessionsMiddleware; place after AccountMiddleware."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key:
            note(request, time.time())
        return self.respond(request)


def note(request: HttpRequest, now: float) -> None:
    """Update the list of devices, if that is due."""
    here = _place(request)
    at, place = request.session.get(NOTED, (0, ""))
    if place == here and now - at < EVERY_SECONDS:
        return
    UserSession.objects.create_from_request(request)
    request.session[NOTED] = [int(now), here]


def _place(request: HttpRequest) -> str:
    longest = UserSession._meta.get_field("user_agent").max_length
    browser = request.META.get("HTTP_USER_AGENT", "")[:longest]
    return hashlib.sha256(f"{get_adapter().get_client_ip(request)} {browser}".encode()).hexdigest()[
        :16
    ]
