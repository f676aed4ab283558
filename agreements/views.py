"""Pages of the agreement. Only the pair can open them; the committee can open the printed text
once both people allow it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matches.models import Match

from . import default_texts, drafting, presenters, reflections, renewal, signing, text
from .forms import PART_FORMS, RenewForm, SignForm
from .models import PARTS, Agreement, AgreementVersion, Goal, Signature
from .reflection_forms import ReflectionForm


def own_match(request, match_id):
    return get_object_or_404(Match.objects.of(request.user).with_people(), public_id=match_id)


def own_version(request, match_id):
    """Return the match of the signed-in person and its current version; 404 while there is none."""
    match = own_match(request, match_id)
    version = drafting.current_version(match)
    if version is None:
        raise Http404
    return match, version


@require_safe
def agreement_detail(request, match_id):
    match = own_match(request, match_id)
    version = drafting.current_version(match)
    partner = match.partner_of(request.user)
    in_force = presenters.version_in_force(match, version)
    context = {
        "match": match,
        "program": match.program,
        "partner": partner,
        "version": version,
        "in_force": in_force,
        "tasks": presenters.tasks(match, version),
        "next_step": presenters.next_step(match, version, request.user, partner),
        "goals": presenters.goals_with_transitions(in_force, request.user),
        "may_share": version is not None and version.may_be_shared_by(request.user),
        "is_term_over": match.ends_on is not None and match.ends_on < timezone.localdate(),
        "is_opened_by_me": version is not None and version.agreement.is_opened_by(request.user),
        "committee_sees": default_texts.COMMITTEE_SEES,
    }
    return render(request, "agreements/agreement_detail.html", context)


def part_update(request, match_id, part):
    """Write one part. A form based on an older revision comes back with both texts (status 409)."""
    match = own_match(request, match_id)
    if part not in PART_FORMS:
        raise Http404
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


@require_safe
def agreement_review(request, match_id):
    match, version = own_version(request, match_id)
    partner = match.partner_of(request.user)
    context = presenters.full_text(match, version, request.user, partner)
    return render(request, "agreements/agreement_review.html", context)


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
        "parts": text.by_part(content),
        "limits": default_texts.LIMITS,
        "signatures": Signature.objects.visible_to(request.user).valid().under(version),
        "fingerprint": text.sha256(content.text.signed_text) if content.text.signed_text else "",
        "is_signed": version.state == AgreementVersion.State.SIGNED,
    }
    return render(request, "agreements/agreement_print.html", context)


def agreement_amend(request, match_id):
    match, version = own_version(request, match_id)
    if request.method == "POST":
        was_begun = version.is_editable
        drafting.amend(match, by=request.user)
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
        "button": _("Start a new version"),
        "back_url": presenters.url("agreement-detail", match),
    }
    return render(request, "agreements/agreement_amend.html", context)


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
    }
    return render(request, "agreements/agreement_renew.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reflection(request, match_id):
    """Look back, alone, when the time together comes to its end."""
    match = own_match(request, match_id)
    if not reflections.may_reflect(match):
        return redirect("matches:match-detail", match_id)
    form = ReflectionForm(
        request.POST if request.method == "POST" else None, match=match, author=request.user
    )
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Saved. Only you can read it."))
        return redirect("matches:match-closing", match_id)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "form": form,
        "is_ended": match.state == Match.State.CLOSED,
    }
    return render(request, "agreements/reflection.html", context)


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
    messages.success(request, _("Goal updated: %(state)s.") % {"state": goal.get_state_display()})
    return redirect("agreements:agreement-detail", goal.version.match.public_id)
