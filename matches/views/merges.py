"""Two accounts of one person: name the other address, enter its code, see what moves, confirm."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access.exceptions import ActionNotAllowed
from accounts.code_attempts import ADDRESS_LIFE, REQUEST_LIFE
from accounts.new_address import addresses_of
from accounts.rate_limits import too_many_requests

from .. import merge_requests
from ..merge_forms import OtherAddressForm, ProofForm


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def merge_ask(request: HttpRequest) -> HttpResponse:
    """Ask for the address of the other account; the answer is the same for any address."""
    form = OtherAddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        email = form.cleaned_data["email"]
        if not merge_requests.may_ask(request.user, email):
            return too_many_requests(request, seconds=int(REQUEST_LIFE.total_seconds()))
        try:
            merge_requests.ask(request.user, email)
        except ActionNotAllowed as refused:
            form.add_error("email", str(refused))
        else:
            text = _("We have sent an e-mail to %(address)s. It has a code if it opens an account.")
            messages.success(request, text % {"address": email})
            return redirect("matches:merge-code")
    return render(request, "matches/merge_ask.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def merge_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent to the other address."""
    form = ProofForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if not merge_requests.may_try(request.user):
            return too_many_requests(request, seconds=int(ADDRESS_LIFE.total_seconds()))
        try:
            merge_requests.prove(request.user, form.cleaned_data["code"])
        except ActionNotAllowed as refused:
            form.add_error("code", str(refused))
        else:
            return redirect("matches:merge-confirm")
    return render(request, "matches/merge_code.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def merge_confirm(request: HttpRequest) -> HttpResponse:
    """Show what moves and what stands in the way; POST makes the two accounts one."""
    row = merge_requests.proven(request.user)
    if row is None and merge_requests.just_joined(request.user):  # a second press
        return redirect("accounts:settings")
    if row is None or row.other is None:
        raise Http404
    obstacles = merge_requests.obstacles(row)
    if request.method == "POST" and not obstacles:
        merge_requests.join(request.user)
        messages.success(
            request, _("Your two accounts are one now. You can sign in with either address.")
        )
        return redirect("accounts:settings")
    applications, matches = merge_requests.moving_rows(row.other)
    context = {
        "addresses": addresses_of(row.other),
        "applications": applications,
        "pairs": [(match, match.partner_of(row.other)) for match in matches],
        "obstacles": obstacles,
    }
    return render(request, "matches/merge_confirm.html", context)


@require_POST
def merge_drop(request: HttpRequest) -> HttpResponse:
    """Leave both accounts as they are."""
    merge_requests.drop(request.user)
    messages.success(request, _("Your two accounts stay as they are."))
    return redirect("accounts:settings")
