"""A form that arrives after the sign-in has ended, or with a token that is too old, keeps its text.

The answer is a page with everything that was sent, a fresh token, and a button that sends it again once the person
has signed in in another tab. Nothing is stored for a stranger and nothing is done: the sender only gets back what
was in the request. Pages of accounts are left out, so that no password or code is ever put on a page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MAX_CHARACTERS = 200_000  # characters; a longer form is no form of ours
MIN_SHOWN_CHARACTERS = (
    20  # characters; shorter values are choices, and mean nothing without their labels
)


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's, except that a form with text in it is answered with the text instead of a redirect that drops it."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        if not view_func.__module__.startswith("allauth") and fields_of(request):
            return show_form_again(request)
        return super().handle_no_permission(request, view_func)


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form held, without its token; empty when there is nothing worth keeping, or files that cannot be kept."""
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
    """Whether the browser says that one of our own pages sent this. Without its word the answer is no."""
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
