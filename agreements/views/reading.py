"""Reading the agreement: the overview, the whole text, and who may read it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matches.models import Match

from .. import comment_pages, comments, default_texts, drafting, presenters, text
from ..goals.presenters import goal_list
from ..models import Agreement, AgreementVersion, Signature
from .own import own_match, own_version


@require_safe
def agreement_detail(request, match_id):
    match = own_match(request, match_id)
    version = drafting.current_version(match)
    partner = match.partner_of(request.user)
    said = comments.of_match(match, request.user)
    in_force = presenters.version_in_force(match, version)
    context = {
        "match": match,
        "program": match.program,
        "partner": partner,
        "version": version,
        "in_force": in_force,
        "tasks": presenters.tasks(match, version),
        "next_step": presenters.next_step(match, version, request.user, partner),
        "goals": goal_list(match, request.user),
        "may_share": version is not None and version.may_be_shared_by(request.user),
        "is_term_over": match.ends_on is not None and match.ends_on < timezone.localdate(),
        "is_opened_by_me": version is not None and version.agreement.is_opened_by(request.user),
        "committee_sees": default_texts.COMMITTEE_SEES,
        "to_answer": comment_pages.waiting_for(request.user, said),
    }
    return render(request, "agreements/agreement_detail.html", context)


@require_safe
def agreement_review(request, match_id):
    match, version = own_version(request, match_id)
    partner, said = match.partner_of(request.user), comments.of_match(match, request.user)
    context = presenters.full_text(match, version, request.user, partner, said)
    context["may_comment"] = comments.may_comment_on(version, request.user)
    return render(request, "agreements/agreement_review.html", context)


@require_safe
def agreement_print(request, match_id):
    """The text as a document: for the pair, and for the committee once both allow it."""
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user), match__public_id=match_id
    )
    match = Match.objects.visible_to(request.user).with_people().get(pk=agreement.match_id)
    version = drafting.current_version(match)
    content = text.content_for(version, request.user) if version else None
    if content is None:
        raise Http404
    context = {
        "match": match,
        "program": match.program,
        "version": version,
        "parts": comment_pages.part_rows(text.by_part(content), []),
        "limits": default_texts.LIMITS,
        "signatures": Signature.objects.visible_to(request.user).valid().under(version),
        "fingerprint": text.sha256(content.text.signed_text) if content.text.signed_text else "",
        "is_signed": version.state == AgreementVersion.State.SIGNED,
    }
    return render(request, "agreements/agreement_print.html", context)


@require_POST
def committee_access(request, match_id):
    """Allow the committee to read the text, or not; it can read it once both people allow it."""
    _match, version = own_version(request, match_id)
    if request.POST.get("answer") == "yes":
        version.agreement.open_to_committee(by=request.user, at=timezone.now())
        done = (
            _("You both allow the committee to read the text. It can read it now.")
            if version.agreement.is_opened_to_committee
            else _("You allow the committee to read the text. It can once you both do.")
        )
        messages.success(request, done)
    else:
        version.agreement.close_to_committee(by=request.user)
        messages.success(request, _("The committee can't read the text."))
    return redirect("agreements:agreement-detail", match_id)
