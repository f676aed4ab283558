"""Forms that are opened when nothing can be saved with them any more, by an old link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise


def leave_form(
    request: HttpRequest, why: str | Promise, to: str, *args: str
) -> HttpResponse | None:
    """Return the way to the page `to`, which shows `why`; None for what was sent.

    A form that was sent says itself why it can't be saved, so that what was typed stays.
    """
    if request.method == "POST":
        return None
    messages.info(request, str(why))
    return redirect(to, *args)
