"""Recovering an account: the link that stops it, and the page where the code is entered.

Both are open to anyone: the link is signed, and the code was sent to the new address only.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.exceptions import ActionNotAllowed
from accounts import code_attempts

from .. import recovering
from ..recovery_forms import CodeForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; pressing it stops the recovery, and a second time changes nothing."""
    recovery = recovering.of_token(token)
    if recovery is None:
        return render(request, "notifications/link_expired.html", status=404)
    is_over = recovery.state in {recovery.State.DONE, recovery.State.EXPIRED}
    if request.method == "POST" and not is_over:
        recovering.stop(recovery, by=None)
    is_stopped = recovery.state == recovery.State.STOPPED
    return render(
        request, "matches/recovery_stop.html", {"is_over": is_over, "is_stopped": is_stopped}
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_code(request: HttpRequest) -> HttpResponse:
    """Ask for the new address and the code that was sent there."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if request.session.session_key is None:
            request.session.create()
        email, code = form.cleaned_data["email"], form.cleaned_data["code"]
        session = request.session.session_key or ""
        if not recovering.may_try(email, session=session):
            form.add_error(None, _("That was too often. Please wait some minutes and try again."))
            return render(request, "matches/recovery_code.html", {"form": form}, status=429)
        try:
            recovering.finish(email, code)
        except ActionNotAllowed as refused:
            form.add_error("code", str(refused))
        else:
            code_attempts.give_back(email=email)
            messages.success(
                request, _("This address opens your account now. Sign in with it to go on.")
            )
            return redirect("account_login")
    return render(request, "matches/recovery_code.html", {"form": form})
