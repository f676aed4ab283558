"""The buttons of the workbench: one address per decision, POST only, back to its row."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matches.vocabulary_text import Vocabulary
from matching.explanations.explanation_text import cost_text
from matching.forms import ReasonForm, RejectForm
from matching.models import Proposal, Round, RoundEntry
from matching.recusal import ViewerContext
from matching.rounds.bulk_decisions import latest_text, undo_batch
from matching.rounds.decisions import Kind, RoundDecision, Scope, decide
from matching.rounds.minutes import entry_text_for
from matching.rounds.overrides import add_capacity, waive_rule
from matching.rounds.undo import undo_decision
from matching.workbench.workbench import Workbench, last_entry, rows_of

from .pages import (
    back,
    cleaned,
    expected_mentor,
    expected_version,
    find_mentor,
    find_row,
    find_rows,
    find_viewer,
    list_url,
)


def pin(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    return _on_current_pair(request, public_id, mentee, Kind.PIN)


def unpin(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    return _on_current_pair(request, public_id, mentee, Kind.UNPIN)


def _on_current_pair(request: HttpRequest, public_id: str, mentee: str, kind: str) -> HttpResponse:
    """Decide about the proposed pair. Raises ActionNotAllowed if it is another one by now."""
    viewer = find_viewer(request, public_id)
    row = find_row(viewer, mentee)
    mentor = find_mentor(viewer, expected_mentor(request), row)
    if row.mentor_id != mentor.pk:
        raise ActionNotAllowed(
            _("%(mentee)s is no longer matched with %(mentor)s. Please check and try again.")
            % {"mentee": row.mentee.person, "mentor": mentor.person}
        )
    return _decide(request, viewer, row, RoundDecision(kind, row.mentee_id, mentor.pk), mentor)


def reject(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    row = find_row(viewer, mentee)
    data = cleaned(RejectForm(request.POST))
    why, scope = str(data["why"]), str(data["scope"])
    if scope == RejectForm.EXCLUDE:
        return _decide(request, viewer, row, RoundDecision(Kind.EXCLUDE, row.mentee_id, why=why))
    mentor = find_mentor(viewer, request.POST.get("mentor", ""), row)
    decision = RoundDecision(Kind.REJECT, row.mentee_id, mentor.pk, scope=Scope(scope), why=why)
    return _decide(request, viewer, row, decision, mentor)


def allow(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    row = find_row(viewer, mentee)
    mentor = find_mentor(viewer, request.POST.get("mentor", ""))
    return _decide(
        request, viewer, row, RoundDecision(Kind.ALLOW, row.mentee_id, mentor.pk), mentor
    )


def include(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    row = find_row(viewer, mentee)
    return _decide(request, viewer, row, RoundDecision(Kind.INCLUDE, row.mentee_id))


def choose(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    row = find_row(viewer, mentee)
    mentor = find_mentor(viewer, request.POST.get("mentor", ""))
    return _decide(
        request, viewer, row, RoundDecision(Kind.CHOOSE, row.mentee_id, mentor.pk), mentor
    )


def swap(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    row, other = find_rows(viewer, mentee, request.POST.get("other", ""))
    return _decide(
        request, viewer, row, RoundDecision(Kind.SWAP, row.mentee_id, other=other.mentee_id)
    )


def waive(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    round_ = viewer.round
    row = find_row(viewer, mentee)
    mentor = find_mentor(viewer, request.POST.get("mentor", ""))
    why = _reason(request)
    entry = waive_rule(
        round_,
        row.mentee_id,
        mentor.pk,
        by=request.user,
        expected_version=expected_version(request),
        why=why,
    )
    entry.mentee, entry.mentor = row.mentee, mentor
    return answer(request, viewer, entry, row)


def add_place(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    round_ = viewer.round
    row = find_row(viewer, mentee)
    mentor = find_mentor(viewer, request.POST.get("mentor", ""))
    entry = add_capacity(
        round_,
        mentor,
        by=request.user,
        expected_version=expected_version(request),
        why=_reason(request),
    )
    entry.mentor = mentor
    return answer(request, viewer, entry, row)


def _reason(request: HttpRequest) -> str:
    return str(cleaned(ReasonForm(request.POST))["why"])


def undo(request: HttpRequest, public_id: str, version: int) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    entry = get_object_or_404(viewer.entries(), version=version)
    entry.round = viewer.round
    if request.POST.get("batch"):
        made = undo_batch(entry, by=request.user)
    else:
        made = undo_decision(entry, by=request.user)
    row = viewer.proposals().in_plan().filter(mentee=entry.mentee_id).first()
    return answer(request, viewer, made, row)


def _decide(
    request: HttpRequest,
    viewer: ViewerContext,
    row: Proposal,
    decision: RoundDecision,
    mentor: Application | None = None,
) -> HttpResponse:
    entry = decide(
        viewer.round, decision, by=request.user, expected_version=expected_version(request)
    )
    entry.mentee, entry.mentor = row.mentee, mentor  # read already, with their people
    return answer(request, viewer, entry, row)


def answer(
    request: HttpRequest, viewer: ViewerContext, entry: RoundEntry, row: Proposal | None
) -> HttpResponse:
    """Say what happened and go back to the row; for htmx render only what changed."""
    if request.htmx:
        return _changed_rows(request, viewer, entry)
    anchor = f"row-{row.mentee.public_id}" if row else ""
    pinned = viewer.proposals().pinned().count()
    text = result_text(request, entry, pinned)
    return back(
        request,
        list_url(viewer.round, request.POST.get("place", "")),
        text,
        anchor,
        messages.SUCCESS,
    )


def result_text(request: HttpRequest, entry: RoundEntry, pinned: int) -> str:
    """Describe an entry to the member who made it; it comes with its people."""
    what = entry_text_for(entry, request.user)
    moved = ngettext("%(count)s person moved", "%(count)s people moved", len(entry.moved)) % {
        "count": len(entry.moved)
    }
    in_all = ngettext("%(count)s pair is pinned.", "%(count)s pairs are pinned.", pinned) % {
        "count": pinned
    }
    return _("You %(what)s. %(moved)s; %(cost)s. %(pinned)s") % {
        "what": what,
        "moved": moved if entry.moved else _("No one moved"),
        "cost": cost_text(entry.cost_pairs, entry.cost_points),
        "pinned": in_all,
    }


def _changed_rows(request: HttpRequest, viewer: ViewerContext, entry: RoundEntry) -> HttpResponse:
    touched = {moved[0] for moved in entry.moved} | {entry.mentee_id, entry.facts.get("other")}
    mine = viewer.proposals().filter(mentee__in=touched - {None}).in_plan()
    round_ = viewer.round
    board = Workbench(viewer, only_figures=True)
    rows = rows_of(
        round_,
        list(mine.with_names()),
        Vocabulary(round_.program),
        request.user,
        in_list=True,
        shared=board.lists.shared,
    )
    text = result_text(request, entry, board.counts["pinned"])
    last = entry if entry.can_be_undone else last_entry(viewer)
    return changed(request, round_, rows, board, last, text)


def changed(
    request: HttpRequest,
    round_: Round,
    rows: list[Any],
    board: Workbench,
    last: RoundEntry | None,
    text: str,
) -> HttpResponse:
    """Render the changed parts of the list, and a message for the live region."""
    context = {
        "round": round_,
        "rows": rows,
        "board": board,
        "text": text,
        "may_change": True,
        "is_swap": True,
        "last": last,
        "latest_text": latest_text(last, request.user),
        "place": request.POST.get("place", ""),
    }
    return render(request, "admin/matching/round/_changed.html", context)


def _refused_rows(request: HttpRequest, public_id: str, mentee: str, text: str) -> HttpResponse:
    mine = Proposal.objects.visible_to(request.user).filter(
        round__public_id=public_id, mentee__public_id=mentee
    )
    found = list(mine.in_plan().with_names().select_related("round__cohort__program__policy"))
    if not found:
        return HttpResponse(status=404)
    round_ = found[0].round
    viewer = ViewerContext.of(round_, request.user)
    board, last = Workbench(viewer, only_figures=True), last_entry(viewer)
    rows = rows_of(
        round_,
        found,
        Vocabulary(round_.program),
        request.user,
        in_list=True,
        shared=board.lists.shared,
    )
    return changed(request, round_, rows, board, last, text)


def refusal_in_fragment(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show a refusal of an htmx request in the live region, with the row as it is now."""

    @wraps(view)
    def answer_refusal(request: HttpRequest, public_id: str, mentee: str) -> HttpResponse:
        try:
            return view(request, public_id, mentee)
        except ActionNotAllowed as refused:
            if not request.htmx:
                raise
            return _refused_rows(request, public_id, mentee, str(refused))

    return answer_refusal
