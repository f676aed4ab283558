"""Pages that belong to no app: health, theme, refused forms."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from . import form_recovery


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Report health. The database and the outbox decide; the broker is only reported."""
    from notifications import alarms, outbox_health

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        report = outbox_health.report()
        alarms.look_in_background()
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse({"database": "up", **report}, status=200 if report["healthy"] else 503)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the device's own choice for this browser."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)
    choice = request.POST.get("theme", "")
    if choice in {"light", "dark"}:
        response.set_cookie(
            "theme",
            choice,
            max_age=365 * 24 * 3600,
            secure=settings.SECURE,
            samesite="Lax",
            httponly=True,
        )
    else:
        response.delete_cookie("theme")
    return response


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer an expired CSRF token with the form's text, if one of our own pages sent it."""
    is_account_page = request.path.startswith(reverse("account_login").removesuffix("login/"))
    if (
        form_recovery.comes_from_here(request)
        and not is_account_page
        and form_recovery.fields_of(request)
    ):
        return form_recovery.show_form_again(request)
    return render(request, "403_csrf.html", status=403)
