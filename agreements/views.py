"""Pages of the agreement. All but the printed text are the pair's own."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matches.models import Match

from . import default_texts, drafting, presenters, signing, text
from .forms import PART_FORMS, SignForm
from .models import PARTS, Agreement, AgreementVersion, Goal, Signature


def own_match(request, match_id):
    return get_object_or_404(Match.objects.of(request.user).with_people(), public_id=match_id)


def own_version(request, match_id):
    """The match of the signed-in person and its current version; 404 while there is none."""
    match = own_match(request, match_id)
    version = drafting.current_version(match)
    if version is None:
        raise Http404
    return match, version


@require_safe
def agreement_detail(request, match_id):
    match = own_match(request, match_id)
    version = drafting.current_version(match)
    in_force = presenters.in_force(match, version)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "version": version,
        "in_force": in_force,
        "tasks": presenters.tasks(match, version),
        "next_step": presenters.next_step(match, version, request.user),
        "goals": presenters.goals_with_moves(in_force, request.user),
        "may_share": version is not None and version.may_be_shared_by(request.user),
        "is_opened_by_me": version is not None and version.agreement.is_opened_by(request.user),
        "committee_sees": default_texts.COMMITTEE_SEES,
    }
    return render(request, "agreements/agreement_detail.html", context)


def part_update(request, match_id, part):
    match = own_match(request, match_id)
    if part not in PART_FORMS:
        raise Http404
    version = drafting.current_version(match)
    if version is not None and not version.is_editable:
        messages.info(request, drafting.IN_FORCE)
        return redirect("agreements:agreement-detail", match_id)
    form = PART_FORMS[part](
        request.POST if request.method == "POST" else None, match=match, version=version
    )
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            form.save(by=request.user)
        except drafting.Stale as stale:
            theirs = presenters.saved_meanwhile(stale.version, part, request.user)
            form = presenters.form_with_new_number(form, request.POST, stale.version)
        else:
            messages.success(request, _("Saved: %(part)s.") % {"part": text.PART_TITLES[part]})
            return redirect(presenters.after_part(match, part))
    context = {
        "form": form,
        "match": match,
        "program": match.program,
        "part": part,
        "title": text.PART_TITLES[part],
        "number": PARTS.index(part) + 1,
        "total": len(PARTS),
        "theirs": theirs,
        "is_shared": version is not None and version.state == AgreementVersion.State.SHARED,
        "wording": default_texts,
    }
    return render(request, "agreements/part_update.html", context, status=409 if theirs else 200)


@require_POST
def agreement_share(request, match_id):
    match, version = own_version(request, match_id)
    drafting.share(version, by=request.user)
    partner = match.partner_of(request.user)
    messages.success(
        request,
        _("Shared. %(name)s has been told and can sign now. So can you.")
        % {"name": partner.first_name},
    )
    return redirect("agreements:agreement-sign", match_id)


@require_safe
def agreement_review(request, match_id):
    match, version = own_version(request, match_id)
    return render(
        request,
        "agreements/agreement_review.html",
        presenters.reading(match, version, request.user),
    )


def agreement_sign(request, match_id):
    match, version = own_version(request, match_id)
    if not version.may_be_signed_by(request.user):
        return redirect("agreements:agreement-review", match_id)
    data = request.POST if request.method == "POST" else None
    form = SignForm(data, version=version, signer=request.user, initial={"seen": version.revision})
    if data is not None and form.is_valid():
        try:
            form.save(by=request.user)
        except signing.TextChanged as changed:
            messages.warning(request, str(changed))
            return redirect("agreements:agreement-sign", match_id)
        messages.success(request, presenters.after_signature(match, version, request.user))
        return redirect("agreements:agreement-detail", match_id)
    context = presenters.reading(match, version, request.user)
    return render(request, "agreements/agreement_sign.html", {**context, "form": form})


@require_safe
def agreement_print(request, match_id):
    """The text as a document: for the pair, and for the committee once both have opened it."""
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
        "parts": presenters.by_part(content),
        "limits": default_texts.LIMITS,
        "signatures": Signature.objects.visible_to(request.user)
        .standing()
        .filter(version=version)
        .select_related("person"),
        "fingerprint": text.sha256(content.text.signed_text) if content.text.signed_text else "",
        "is_signed": version.state == AgreementVersion.State.SIGNED,
    }
    return render(request, "agreements/agreement_print.html", context)


def agreement_amend(request, match_id):
    match, _version = own_version(request, match_id)
    if request.method == "POST":
        drafting.amend(match, by=request.user)
        messages.success(
            request,
            _(
                "A new version is begun. The signed one holds until you have both signed the new one."
            ),
        )
        return redirect("agreements:agreement-detail", match_id)
    back = presenters.url("agreement-detail", match)
    context = {
        "match": match,
        "program": match.program,
        "button": _("Begin a new version"),
        "back_url": back,
    }
    return render(request, "agreements/agreement_amend.html", context)


@require_POST
def agreement_open(request, match_id):
    """Say yes or no to the committee reading the text; it reads once both have said yes."""
    _match, version = own_version(request, match_id)
    if request.POST.get("answer") == "yes":
        version.agreement.open_to_committee(by=request.user, at=timezone.now())
        messages.success(
            request,
            _("You agree that the committee reads the text. It can once both of you agree."),
        )
    else:
        version.agreement.close_to_committee(by=request.user)
        messages.success(request, _("The committee does not read the text."))
    return redirect("agreements:agreement-detail", match_id)


@require_POST
def goal_progress(request, goal_id):
    match = "version__agreement__match"
    goals = Goal.objects.of_pair(request.user).select_related(
        f"{match}__mentee__person", f"{match}__mentor__person"
    )
    goal = get_object_or_404(goals, public_id=goal_id)
    to = request.POST.get("state", "")
    if to not in Goal.State.values:
        raise Http404
    goal.mark(to, by=request.user)
    messages.success(
        request, _("The goal is now: %(state)s.") % {"state": goal.get_state_display()}
    )
    return redirect("agreements:agreement-detail", goal.version.match.public_id)
