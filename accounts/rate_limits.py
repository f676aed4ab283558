"""The page for someone who asks too often: how long to wait, and where the code that was sent goes.

allauth limits its own pages; ours use the same page (`too_many_requests`).
"""

from __future__ import annotations

import math
import re
from copy import copy

from allauth.account import app_settings
from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

A_MINUTE = 60
# A limit reads "20/m/ip,5/300s/key": how often, in which time, for whom.
TIME = re.compile(r"/(\d*)([smhd])\b")
SECONDS = {"s": 1, "m": A_MINUTE, "h": 3600, "d": 86_400}

# The limits that a form of a page can meet, by the names that allauth gives them.
LIMITS = {
    "account_login": ("login", "request_login_code"),
    "account_request_login_code": ("request_login_code",),
    "account_signup": ("signup",),
    "account_reset_password": ("reset_password",),
    "account_email": ("manage_email",),
    "account_change_password": ("change_password",),
    "account_set_password": ("change_password",),
    "account_reauthenticate": ("reauthenticate",),
    "demo-sign-in": ("login",),
    "programs:opening-request": ("opening_request",),
    "programs:organisation-sign-in": ("organisation_sign_in",),
    "programs:organisation-code": ("organisation_code",),
}

# What the session holds while a code is waited for, and the page where it is entered.
CODE_PAGES = {
    "account_login": "account_confirm_login_code",
    "organisation_code": "programs:organisation-code",
    "account_email_verification_code": "account_email_verification_sent",
    "account_password_reset_verification": "account_confirm_password_reset_code",
}


def handler429(request: HttpRequest) -> HttpResponse:
    """Answer a form of allauth that was sent too often; it is named in `mentoring.urls`."""
    match = request.resolver_match
    return too_many_requests(request, seconds=seconds_to_wait(match.view_name if match else ""))


def take(request: HttpRequest, *, action: str, key: str | None = None) -> bool:
    """Count a request of any method; return whether the limit `action` of the settings allows it.

    allauth counts no GET, and signing in by an organisation has nothing else.
    """
    counted = copy(request)
    counted.method = "POST"
    return consume(counted, action=action, key=key)


def too_many_requests(request: HttpRequest, *, seconds: int) -> HttpResponse:
    """Say after how many `seconds` the form works again, and lead to the code that was sent."""
    context = {
        "minutes": max(1, math.ceil(seconds / A_MINUTE)),
        "code_url": code_page(request),
        "again_url": request.path,
    }
    response = render(request, "429.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


def seconds_to_wait(view_name: str) -> int:
    """Return after how many seconds every limit of a page is over."""
    limits: dict[str, str | None] = app_settings.RATE_LIMITS
    names = LIMITS.get(view_name, tuple(limits))
    times = [time for name in names for time in TIME.findall(limits.get(name) or "")]
    return max((int(n or 1) * SECONDS[unit] for n, unit in times), default=A_MINUTE)


def code_page(request: HttpRequest) -> str:
    """Return the page for the code that this browser waits for, "" if it waits for none."""
    for key, page in CODE_PAGES.items():
        if key in request.session:
            return reverse(page)
    return ""
