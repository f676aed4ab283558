"""Reading the agreement: the overview, the whole text, and who may read it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matches.models import Match
from programs.role_names.rows import get_row_or_404

from .. import agreement_document, comments, drafting, paper, presenters, wording
from ..goals.presenters import goal_list
from ..models import Agreement, AgreementVersion, PaperRecord
from .own import own_match, own_version


@require_safe
def agreement_detail(request, match_id):
    match = own_match(request, match_id)
    version = drafting.current_version(match)
    partner = match.partner_of(request.user)
    in_force = presenters.version_in_force(match, version)
    is_on_paper = PaperRecord.objects.filter(version__agreement__match=match).exists()
    context = {
        "match": match,
        "program": match.program,
        "partner": partner,
        "version": version,
        "in_force": in_force,
        "tasks": presenters.tasks(match, version),
        "next_step": presenters.next_step(match, version, request.user, partner),
        "goals": goal_list(match, request.user) if in_force else None,
        "may_share": version is not None and version.may_be_shared_by(request.user),
        "is_term_over": match.ends_on is not None and match.ends_on < timezone.localdate(),
        "is_opened_by_me": version is not None and version.agreement.is_opened_by(request.user),
        "committee_sees": presenters.committee_reads(match, version),
        "is_wording_outdated": version is not None
        and version.is_editable
        and match.state != Match.State.CLOSED
        and wording.is_outdated(version),
        "deniable": is_on_paper and paper.deniable(match, request.user, at=timezone.now()),
        "scans": presenters.scans(match, request.user) if is_on_paper else [],
        "earlier": presenters.earlier_versions(match, version),
        "to_answer": comments.count_waiting(match, request.user),
    }
    return render(request, "agreements/agreement_detail.html", context)


@require_safe
def agreement_review(request, match_id):
    match, version = own_version(request, match_id)
    partner, said = match.partner_of(request.user), comments.of_match(match, request.user)
    context = presenters.full_text(match, version, request.user, partner, said)
    context["may_comment"] = comments.may_comment_on(version, request.user)
    return render(request, "agreements/agreement_review.html", context)


def _document(request, match_id):
    """Return a version and its words, for the pair, and for the committee once both allow it.

    The address may name the version; else it is the one in force, or the draft while none is.
    """
    agreements = Agreement.objects.visible_to(request.user)
    agreement = get_row_or_404(agreements, match__public_id=match_id)
    match = Match.objects.visible_to(request.user).with_people().get(pk=agreement.match_id)
    number = request.GET.get("version", "")
    if number.isdecimal() and len(number) < 5:
        version = AgreementVersion.objects.of_match(match).filter(number=number).first()
    else:
        current = drafting.current_version(match)
        version = presenters.version_in_force(match, current) or current
    if version is None:
        raise Http404
    agreement.match = match
    version.agreement = agreement
    document = agreement_document.document_of(version, request.user)
    if document is None:
        raise Http404
    return version, document


@require_safe
def agreement_print(request, match_id):
    """The text as a document."""
    version, document = _document(request, match_id)
    context = {
        "match": version.match,
        "program": version.program,
        "version": version,
        "document": document,
    }
    return render(request, "agreements/agreement_print.html", context)


@require_safe
def agreement_pdf(request, match_id):
    """The same words as tagged PDF."""
    version, document = _document(request, match_id)
    program = version.program
    content = agreement_document.pdf_of(document, author=program.name, zone=program.time_zone)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="agreement-{version.number}.pdf"'
    return response


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
