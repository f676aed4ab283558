"""The review of a round, and its minutes."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from matches.vocabulary_text import format_number
from matching.criteria import RULE_TEXTS, WEIGHTS, own_criteria, rule_text
from matching.engine import Audit
from matching.forms import ReasonForm
from matching.models import Proposal, Round
from matching.presets import IMPORTANCE, nearest_level
from matching.recusal import has_conflict
from matching.rounds import lifecycle
from matching.rounds.auditing import figures_of
from matching.rounds.minutes import minutes_entries
from matching.workbench.second_look import SecondLook
from matching.workbench.workbench import Workbench, snapshot_of
from notifications.work_hours import arrivals_text
from workflow.models import Transition

from .pages import back, cleaned, find_round, find_viewer, page, url


def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what a reviewer needs: committee decisions first, then pairs to check."""
    viewer = find_viewer(request, public_id)
    round_ = viewer.round
    context = {
        "look": SecondLook(viewer, request.GET.get("page")),
        "board": Workbench(viewer, only_figures=True),
        "lines": [
            line
            for line in minutes_entries(round_, request.user)
            if line.cost and not line.is_undone
        ],
        "is_mine": round_.prepared_by_id == request.user.pk,
        "has_conflict": has_conflict(request.user, round_),
        "form": ReasonForm(),
        "snapshot": snapshot_of(round_),
    }
    return page(request, "review", _("Review"), round_, **context)


def send(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    lifecycle.send_to_review(round_, by=request.user)
    asked = lifecycle.possible_reviewers(round_, request.user)
    told = arrivals_text(asked, at=timezone.now())
    if told:
        words = _("Sent for review. The members who can approve it get an e-mail: %(told)s.")
    else:
        words = _("Sent for review. No other member can approve it yet, so no one gets an e-mail.")
    return back(request, url("workbench", round_), words % {"told": told})


def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    version = request.POST.get("expected_version", "")
    lifecycle.approve(
        round_, by=request.user, expected_version=int(version) if version.isdecimal() else -1
    )
    return back(request, url("publish", round_), _("Approved. A chair can now publish the round."))


def send_back(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    lifecycle.send_back(round_, by=request.user, why=str(cleaned(ReasonForm(request.POST))["why"]))
    return back(
        request,
        url("workbench", round_),
        _("Sent back to draft. Your comment has been saved in the minutes."),
    )


def minutes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show rules, figures, decisions, approval and proof; made to be printed."""
    round_ = find_round(request, public_id)
    weights, figures = round_.criteria.get("weights", {}), figures_of(round_)
    context = {
        "lines": minutes_entries(round_, request.user),
        "steps": [_step(step) for step in Transition.objects.of(round_).select_related("by")],
        "weights": [
            (label, IMPORTANCE[nearest_level(weights.get(code, 0))], weights.get(code, 0))
            for code, (label, _help) in WEIGHTS.items()
        ],
        "own": own_criteria(round_.criteria),
        "rules": [
            RULE_TEXTS.get(code) or rule_text(code) for code in round_.criteria.get("rules", [])
        ],
        "snapshot": snapshot_of(round_),
        "figures": figures,
        "points": _points(round_, figures),
        "pairs": _pairs(request, round_),
    }
    return page(request, "minutes", _("Minutes"), round_, **context)


def _step(step: Transition) -> dict[str, object]:
    """Return one change of the round's state, with the names of its states."""
    was, now = (Round.State(state).label for state in (step.from_state, step.to_state))
    return {
        "by": step.by or _("The program"),
        "was": was,
        "now": now,
        "why": step.why,
        "at": step.at,
    }


def _points(round_: Round, figures: Audit | None) -> dict[str, str]:
    """Return points in the reader's number format; empty before the first run."""
    if figures is None:
        return {}
    numbers = {
        "total": round_.total,
        "mean": figures.mean,
        "low": figures.p10,
        "worst": figures.worst,
    }
    return {
        name: format_number(round(number)) for name, number in numbers.items() if number is not None
    }


def _pairs(request: HttpRequest, round_: Round) -> QuerySet[Proposal]:
    rows = Proposal.objects.visible_to(request.user).filter(round=round_).in_plan().with_names()
    return rows.order_by("mentee__external_key", "mentee")
