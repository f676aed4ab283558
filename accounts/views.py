"""A person's own pages: settings and stored data."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import privacy, second_address, sign_in_choices
from .fact_changes import watched
from .forms import ErasureForm, SettingsForm


def sections() -> list[dict[str, str]]:
    """Return links to other apps' account pages, leaving out those that are not installed."""
    pages = [
        ("account_email", _("E-mail address"), _("Where we send e-mails and sign-in codes")),
        (
            "matches:merge-ask",
            _("I have another account"),
            _("Make two accounts with two addresses one"),
        ),
        (
            "account_change_password",
            _("Password"),
            _("Optional: you can always sign in with a code by e-mail"),
        ),
        ("mfa_index", _("Two-step sign-in"), _("Passkeys and an authenticator app")),
        (
            "usersessions_list",
            _("Where you are signed in"),
            _("Your devices, and how to sign them out"),
        ),
        ("notifications:preferences", _("Which e-mails you get"), _("Choose or pause e-mails")),
        (
            "announcements:announcement-list",
            _("Announcements"),
            _("What the committee has written to many people, and to you"),
        ),
        (
            "applications:profile",
            _("Your profile"),
            _("Phone, work, languages, usual times, and who sees each of them"),
        ),
        ("accounts:privacy", _("Your data"), _("See, download or erase your data")),
    ]
    found = []
    for name, label, hint in pages:
        try:
            found.append({"url": reverse(name), "label": label, "hint": hint})
        except NoReverseMatch:
            continue
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        with watched(request.user):
            person = form.save()
        with translation.override(person.language):  # of the next page, which may be a new one
            messages.success(request, _("Your settings have been saved."))
        return redirect("accounts:settings")
    pages = [*sections(), *sign_in_choices.account_pages(request.user)]
    return render(request, "accounts/settings.html", {"form": form, "sections": pages})


@require_POST
def second_address_decline(request: HttpRequest) -> HttpResponse:
    second_address.decline(request.user)
    messages.success(request, _("We won't ask again. You can add an address at any time."))
    return redirect("dashboard:home")


@require_safe
def privacy_page(request: HttpRequest) -> HttpResponse:
    blocks = privacy.erasure_blockers(request.user)
    context = {"blocks": blocks, "retention": privacy.retention_lines(request.user)}
    return render(request, "accounts/privacy.html", context)


@require_safe
@reauthentication_required
def data_export(request: HttpRequest) -> HttpResponse:
    """Send one file with everything. It is not stored on the server, so it cannot leak later."""
    data = privacy.export_person(request.user)
    response = JsonResponse(
        data, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def data_erase(request: HttpRequest) -> HttpResponse:
    form = ErasureForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        privacy.erase_person(request.user)
        logout(request)
        messages.success(request, _("Your data has been erased. Thank you for taking part."))
        return redirect("account_login")
    context = {
        "form": form,
        "blocks": privacy.erasure_blockers(request.user),
        "effects": privacy.erasure_effects(request.user),
    }
    return render(request, "accounts/erase.html", context)
