"""Writing the agreement and signing it, the first version and later ones."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from programs.role_names.rows import get_row_or_404

from .. import (
    amending,
    default_texts,
    drafting,
    expectations,
    presenters,
    renewal,
    signing,
    text,
    wording_pages,
)
from ..forms import PART_FORMS, RenewForm, SignForm
from ..models import PARTS, AgreementVersion
from .own import leave_ended, own_match, own_version


def part_update(request, match_id, part):
    """Write one part. A form based on an older revision comes back with both texts (status 409)."""
    match = own_match(request, match_id)
    if part not in PART_FORMS:
        raise Http404
    if response := leave_ended(request, match, drafting.CLOSED, "agreement-detail"):
        return response
    version = drafting.current_version(match)
    if version is not None and not version.is_editable:
        messages.info(request, drafting.IN_FORCE)
        return redirect("agreements:agreement-detail", match_id)
    data = request.POST if request.method == "POST" else None
    form = PART_FORMS[part](data, match=match, version=version)
    conflict = None
    if data is not None and form.is_valid():
        try:
            form.save(by=request.user)
        except drafting.ConflictingEdit as error:
            conflict = presenters.conflicting_edit(error.version, part, request.user)
            form = presenters.rebased_form(form, data, error.version)
        else:
            messages.success(request, _("Saved: %(part)s.") % {"part": text.PART_TITLES[part]})
            return redirect(presenters.url_after_part(match, part))
    context = {
        "form": form,
        "match": match,
        "program": match.program,
        "part": part,
        "title": text.PART_TITLES[part],
        "number": PARTS.index(part) + 1,
        "total": len(PARTS),
        "conflict": conflict,
        "is_shared": version is not None and version.state == AgreementVersion.State.SHARED,
        "default_texts": default_texts,
        "limits": presenters.limits(match, version) if part == "confidentiality" else [],
        "committee_sees": (
            presenters.committee_reads(match, version) if part == "confidentiality" else ""
        ),
        "partner": match.partner_of(request.user),
        "material": expectations.exchange_of(match, request.user).pairs(expectations.OF_PART[part]),
    }
    return render(request, "agreements/part_update.html", context, status=409 if conflict else 200)


@require_POST
def agreement_share(request, match_id):
    match, version = own_version(request, match_id)
    drafting.share(version, by=request.user)
    partner = match.partner_of(request.user)
    messages.success(
        request,
        _("Shared. You can both sign now; we are e-mailing %(name)s.")
        % {"name": partner.first_name},
    )
    return redirect("agreements:agreement-sign", match_id)


def agreement_sign(request, match_id):
    match, version = own_version(request, match_id)
    if not version.may_be_signed_by(request.user):
        return redirect("agreements:agreement-review", match_id)
    partner = match.partner_of(request.user)
    data = request.POST if request.method == "POST" else None
    initial = {"expected_revision": version.revision}
    form = SignForm(data, version=version, signer=request.user, initial=initial)
    if data is not None and form.is_valid():
        try:
            form.save(by=request.user)
        except signing.TextChanged as changed:
            messages.warning(request, str(changed))
            return redirect("agreements:agreement-sign", match_id)
        messages.success(request, presenters.message_after_signature(version, partner))
        return redirect("agreements:agreement-detail", match_id)
    context = presenters.full_text(match, version, request.user, partner)
    return render(request, "agreements/agreement_sign.html", {**context, "form": form})


def agreement_amend(request, match_id):
    match, version = own_version(request, match_id)
    if response := leave_ended(request, match, drafting.CLOSED, "agreement-detail"):
        return response
    if request.method == "POST":
        was_begun = version.is_editable
        amending.amend(match, by=request.user)
        if was_begun:
            messages.info(request, _("A new version has been started already. This is it."))
        else:
            done = _(
                "New version started. The signed one applies until you have both signed this one."
            )
            messages.success(request, done)
        return redirect("agreements:agreement-detail", match_id)
    context = {
        "match": match,
        "program": match.program,
        "wording_changes": [] if version.is_editable else wording_pages.differences(version),
        "button": _("Start a new version"),
        "back_url": presenters.url("agreement-detail", match),
    }
    return render(request, "agreements/agreement_amend.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def agreement_discard(request, match_id):
    """Drop the new version that is being written; the signed one stays in force."""
    match, version = own_version(request, match_id)
    if response := leave_ended(request, match, drafting.CLOSED, "agreement-detail"):
        return response
    if request.method == "POST":
        number = request.POST.get("number", "")
        rows = AgreementVersion.objects.of_match(match)
        meant = get_row_or_404(rows, number=number) if number.isdecimal() else version
        meant.agreement.match = match
        amending.discard(meant, by=request.user)
        messages.success(request, _("Discarded. The signed agreement applies as before."))
        return redirect("agreements:agreement-detail", match_id)
    in_force = presenters.version_in_force(match, version)
    if not version.is_editable or in_force is None:
        return redirect("agreements:agreement-detail", match_id)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "version": version,
        "in_force": in_force,
        "is_shared": version.state == AgreementVersion.State.SHARED,
        "is_dangerous": True,
        "button": _("Discard the new version"),
        "back_url": presenters.url("agreement-detail", match),
    }
    return render(request, "agreements/agreement_discard.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def agreement_renew(request, match_id):
    """Propose to go on for some more months; both sign the longer term."""
    match = own_match(request, match_id)
    version = renewal.version_to_renew(match)
    if version is None:
        messages.info(request, _("There is no signed agreement to make longer."))
        return redirect("matches:match-detail", match_id)
    form = RenewForm(request.POST if request.method == "POST" else None, version=version)
    if form.is_valid():
        form.save(by=request.user)
        messages.success(
            request, _("The longer term is ready. It takes effect once both of you have signed.")
        )
        return redirect("agreements:agreement-sign", match_id)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "form": form,
        "wording_changes": wording_pages.differences(version),
    }
    return render(request, "agreements/agreement_renew.html", context)
