"""Sign in to a demonstration with one button. Neither routed nor shown without settings.DEMO."""

from __future__ import annotations

from allauth.account.forms import LoginForm
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from . import personas


@require_POST
@login_not_required
@rate_limit(action="login")
def sign_in(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as the demo's mentee, mentor, committee member or chair, with their password."""
    if not settings.DEMO or role not in personas.SIGN_INS:
        raise Http404
    credentials = {"login": personas.sign_in_address(role), "password": personas.PASSWORD}
    form: LoginForm = import_string(settings.ACCOUNT_FORMS["login"])(credentials, request=request)
    if not form.is_valid():  # someone changed the password
        messages.error(request, _("This person's password was changed. Sign in with a code."))
        return redirect("account_login")
    return form.login(request)
