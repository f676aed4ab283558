"""Compare the possible mentors of one mentee, and preview a decision."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from applications.models import Application
from applications.named_wishes import visible_open_names
from matching.criteria import CriteriaDict
from matching.explanations.explanation_text import cost_text, fix_text, why_left_out
from matching.models import Proposal, Round
from matching.recusal import ViewerContext
from matching.rounds.decisions import Kind, RoundDecision
from matching.workbench.candidates import compare, own_answers
from matching.workbench.change_preview import preview_decision
from matching.workbench.mutual import mutual_pairs
from matching.workbench.presence import other_viewers
from matching.workbench.workbench import mentor_names_in_reasons

from .pages import find_mentor, find_round, find_row, find_viewer, page, panel, url


def show(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    round_ = viewer.round
    row = find_row(viewer, mentee, "mentee__situation", "mentee__hopes", "mentee__matters_most")
    title = _("%(name)s: compare candidates") % {"name": row.mentee.person}
    found = compare(viewer, row, show_all="all" in request.GET)
    other_viewers(round_, request.user)
    context: dict[str, object] = {
        "row": row,
        "own_answers": own_answers(row.mentee, found.vocabulary),
        "found": found,
        "earlier": _earlier_mentor(viewer, row),
        "turned_down": _turned_down(viewer, row) if found.has_rejections else [],
        "swaps": _swaps(viewer, found.swaps) if found.swaps else [],
        "anchor": f"{url('workbench', round_)}#row-{row.mentee.public_id}",
    }
    if row.mentor_id is None:
        names = mentor_names_in_reasons([row], request.user)
        context["left_out"] = why_left_out(row.why, names, round_.criteria)
        context["fixes"] = _fixes(row, names, round_.criteria)
    return _page_or_panel(request, "compare", title, round_, context)


def _page_or_panel(
    request: HttpRequest, template: str, title: str, round_: Round, context: dict[str, object]
) -> HttpResponse:
    """A page of its own; panel the list (htmx) only what is on it."""
    return (panel if request.htmx else page)(request, template, title, round_, **context)


def _fixes(row: Proposal, names: dict[int, str], criteria: CriteriaDict) -> list[dict[str, object]]:
    """Return each single change that would help, with the mentor that its button acts on."""
    fixes = [fix for fix in row.why.get("fixes", []) if fix[1] in names]
    mentors = Application.objects.select_related("person").in_bulk([fix[1] for fix in fixes])
    return [
        {"text": fix_text(fix, names, criteria), "kind": fix[0], "mentor": mentors[fix[1]]}
        for fix in fixes
    ]


def _earlier_mentor(viewer: ViewerContext, row: Proposal) -> str:
    """Say whom the draft before the last run proposed, if that was someone else."""
    if not row.is_changed:
        return ""
    if row.before_id is None:
        return _("The draft before proposed no mentor.")
    mentor = viewer.mentors().select_related("person").filter(pk=row.before_id).first()
    if mentor is None:  # hidden from this member
        return ""
    return _("The draft before proposed %(name)s.") % {"name": mentor.person}


def _turned_down(viewer: ViewerContext, row: Proposal) -> list[dict[str, object]]:
    """Return the mentors rejected for this mentee, with the reason."""
    rows = viewer.proposals().filter(mentee=row.mentee_id).rejected().with_names()
    entries = viewer.entries().filter(mentee=row.mentee_id, kind=Kind.REJECT)
    why = {
        entry.mentor_id: entry
        for entry in entries.select_related("by").defer("plan_before").order_by("version")
    }
    return [
        {"mentor": one.mentor, "scope": one.get_scope_display(), "entry": why.get(one.mentor_id)}
        for one in rows
    ]


def _swaps(viewer: ViewerContext, possible: list[int]) -> list[object]:
    """Return (mentee's public id, mentee's name, mentor's name) of possible swaps, in order."""
    rows = viewer.proposals().filter(mentee__in=possible).paired()
    names = rows.values_list(
        "mentee", "mentee__public_id", "mentee__person__name", "mentor__person__name"
    )
    return [one[1:] for one in sorted(names, key=lambda one: possible.index(one[0]))]


def mutual(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show pairs that named each other; approving one pins it."""
    round_ = find_round(request, public_id)
    return page(
        request,
        "mutual",
        _("People who named each other"),
        round_,
        pairs=mutual_pairs(round_, request.user),
    )


def names(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show wishes that name nobody for certain; the review page of each decides."""
    round_ = find_round(request, public_id)
    found = visible_open_names(round_.cohort, request.user)
    return page(request, "names", _("Names in wishes to settle"), round_, names=found)


def preview(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    """Show what a decision would change; Apply posts it. Writes nothing."""
    viewer = find_viewer(request, public_id)
    round_ = viewer.round
    row = find_row(viewer, mentee)
    asked = _asked(request, viewer, row)
    outcome, moved = preview_decision(viewer, asked.decision)
    context = {
        "row": row,
        "asked": asked.vocabulary,
        "afterwards": asked.afterwards,
        "moved": moved,
        "cost": cost_text(outcome.cost_pairs, outcome.cost_points),
        "outcome": outcome,
        "action_url": url(asked.action, round_, row.mentee.public_id),
        "fields": asked.fields,
        "anchor": f"{url('workbench', round_)}#row-{row.mentee.public_id}",
    }
    return _page_or_panel(request, "preview", _("If you do this"), round_, context)


@dataclass(frozen=True)
class Asked:
    """The decision that an address asks about, and the form that takes it."""

    decision: RoundDecision
    action: str
    fields: dict[str, str]
    vocabulary: str
    afterwards: str


def _asked(request: HttpRequest, viewer: ViewerContext, row: Proposal) -> Asked:
    if "mentor" in request.GET:
        mentor = find_mentor(viewer, request.GET["mentor"])
        return Asked(
            RoundDecision(Kind.CHOOSE, row.mentee_id, mentor.pk),
            "choose",
            {"mentor": mentor.public_id},
            _("%(mentee)s moves to %(mentor)s.")
            % {"mentee": row.mentee.person, "mentor": mentor.person},
            _(
                "The new pair is pinned, and everyone else is matched as well as possible "
                "around it."
            ),
        )
    if "other" in request.GET:
        rows = viewer.proposals().in_plan()
        other = get_object_or_404(
            rows.select_related("mentee__person"), mentee__public_id=request.GET["other"]
        )
        return Asked(
            RoundDecision(Kind.SWAP, row.mentee_id, other=other.mentee_id),
            "swap",
            {"other": other.mentee.public_id},
            _("%(mentee)s and %(other)s swap mentors.")
            % {"mentee": row.mentee.person, "other": other.mentee.person},
            _(
                "Both new pairs are pinned, and everyone else is matched as well as possible "
                "around them."
            ),
        )
    raise Http404
