"""Rules and weights with a preview, and the page about the weakest pair."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from matches.vocabulary_text import format_number
from matching.criteria import own_criteria
from matching.criteria_forms import CriteriaForm
from matching.explanations.explanation_text import cost_text
from matching.explanations.explanations import band_of, full_measure
from matching.models import Proposal, Round
from matching.own_criteria import Kind, marked_questions
from matching.pool.ways import count_answers
from matching.presets import PRESETS, is_used
from matching.rounds import criteria_changes
from matching.rounds.auditing import MinScoreStep, weakest_steps
from matching.rounds.lifecycle import check_may_change
from matching.workbench.criteria_preview import CriteriaPreview, preview_criteria, unfed_labels
from matching.workbench.workbench import snapshot_of
from programs.models import ProgramQuestion

from .pages import back, find_round, page, url


def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the form; posted to this address it previews the changes and writes nothing."""
    round_ = find_round(request, public_id)
    check_may_change(round_, request.user)
    form = CriteriaForm(request.POST or None, round=round_)
    preview = None
    if form.is_valid():
        preview = preview_criteria(round_, form.criteria, form.settings, request.user)
    return _criteria_page(request, round_, form, preview)


def use(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    form = CriteriaForm(request.POST, round=round_)
    if not form.is_valid():
        return _criteria_page(request, round_, form, None)
    criteria_changes.use(round_, form.criteria, form.settings, by=request.user)
    return back(
        request,
        url("workbench", round_),
        _("Saved. The round was run again with the new rules and weights."),
    )


def _criteria_page(
    request: HttpRequest, round_: Round, form: CriteriaForm, preview: CriteriaPreview | None
) -> HttpResponse:
    left_out = preview.left_out if preview else unfed_labels(round_)
    questions = list(ProgramQuestion.objects.current(round_.program))
    own = own_criteria(round_.criteria)
    return page(
        request,
        "criteria",
        _("Rules and weights"),
        round_,
        form=form,
        preview=preview,
        presets=[(code, one, is_used(one, round_.criteria)) for code, one in PRESETS.items()],
        own=own,
        marked=[(one, Kind(kind)) for one, kind in marked_questions(questions, own)],
        left_out=left_out,
        answer_counts=count_answers(round_.cohort),
        has_questions=bool(questions),
    )


def weakest(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    snapshot = snapshot_of(round_)
    full = full_measure(snapshot.figures.get("most", {})) if snapshot else 0
    steps = [
        {
            "min_score": step.min_score,
            "points": format_number(step.min_score),
            "band": Proposal.Band(band_of(step.min_score, full)).label,
            "reassigned": step.reassigned,
            "is_now": step.is_now,
            "cost": _cost(step),
        }
        for step in weakest_steps(round_)
    ]
    min_score = None if round_.min_score is None else format_number(round_.min_score)
    return page(request, "weakest", _("The weakest pair"), round_, steps=steps, min_score=min_score)


def _cost(step: MinScoreStep) -> str:
    return "" if step.is_now else cost_text(0, step.cost)


def set_min_score(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    text = request.POST.get("min_score", "")
    if text and not text.isdecimal():
        raise ActionNotAllowed(_("Enter the lowest fit as a whole number of points."))
    settings = {name: getattr(round_, name) for name in ("objective", "budget", "stability_bonus")}
    settings["min_score"] = int(text) if text else None
    criteria_changes.use(round_, round_.criteria, settings, by=request.user)
    return back(request, url("workbench", round_), _("Saved. The round was run again."))
