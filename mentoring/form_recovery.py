"""Keep the text of a form that arrives after the session, or its CSRF token, has expired.

The response shows everything that was sent, with a fresh token and a button that sends it again
once the person has signed in in another tab. Nothing is stored: the sender only gets back what was
in the request. Account pages are left out, so that no password or code is ever shown.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MAX_CHARACTERS = 200_000  # longer than any form of this site
MIN_SHOWN_CHARACTERS = 20  # shorter values are choices, unclear without labels


class SignInMiddleware(LoginRequiredMiddleware):
    """Answer a form with its text where Django would redirect and drop it."""

    def handle_no_permission(  # type: ignore[override]  # any response will do
        self, request: HttpRequest, view_func: Callable[..., HttpResponse]
    ) -> HttpResponse:
        if not view_func.__module__.startswith("allauth") and fields_of(request):
            return show_form_again(request)
        return super().handle_no_permission(request, view_func)


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields without the token; empty if they have no text, or include files."""
    if request.method != "POST" or request.FILES:
        return []
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    size = sum(len(name) + len(value) for name, value in fields)
    return (
        fields if any(value.strip() for _name, value in fields) and size <= MAX_CHARACTERS else []
    )


def comes_from_here(request: HttpRequest) -> bool:
    """Whether the Origin header names this site; False without the header."""
    return request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"


def show_form_again(request: HttpRequest) -> HttpResponse:
    fields = fields_of(request)
    context = {
        "fields": fields,
        "texts": [
            value for _name, value in fields if len(value) >= MIN_SHOWN_CHARACTERS or "\n" in value
        ],
        "is_signed_in": request.user.is_authenticated,
    }
    response = render(request, "form_recovery.html", context)
    response.headers["Cache-Control"] = "no-store, private"
    return response
