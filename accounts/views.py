"""A person's own pages: settings, and the data that we hold."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from . import privacy
from .forms import ErasureForm, SettingsForm


def sections() -> list[dict[str, str]]:
    """Pages of other rooms that belong to one's account; a room that is not there is left out."""
    pages = [
        ("programs:profile-edit", _("Profile"), _("Work, experience, languages, usual times")),
        ("account_email", _("E-mail address"), _("Where letters and sign-in codes go")),
        (
            "account_change_password",
            _("Password"),
            _("Not needed: a code by e-mail signs you in as well"),
        ),
        ("mfa_index", _("Two-step sign-in"), _("Passkeys and an authenticator app")),
        (
            "usersessions_list",
            _("Where you are signed in"),
            _("Devices, and a way to sign them out"),
        ),
        ("notifications:preferences", _("Which e-mails you get"), _("Pause them or choose")),
        ("accounts:privacy", _("Your data"), _("What we hold, a copy of it, and erasing it")),
    ]
    found = []
    for name, label, hint in pages:
        try:
            found.append({"url": reverse(name), "label": label, "hint": hint})
        except NoReverseMatch:
            continue
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest):
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your settings are saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/settings.html", {"form": form, "sections": sections()})


@require_safe
def privacy_page(request: HttpRequest):
    blocks = privacy.what_blocks_erasing(request.user)
    return render(request, "accounts/privacy.html", {"blocks": blocks})


@require_safe
@reauthentication_required
def data_export(request: HttpRequest):
    """One file with everything; nothing is stored, so there is nothing to leak later."""
    data = privacy.export_person(request.user)
    response = JsonResponse(
        data, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def data_erase(request: HttpRequest):
    form = ErasureForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        privacy.erase_person(request.user)
        logout(request)
        messages.success(request, _("Your data is erased. Thank you for having been part of this."))
        return redirect("account_login")
    blocks = privacy.what_blocks_erasing(request.user)
    return render(request, "accounts/erase.html", {"form": form, "blocks": blocks})
