"""Pin or unpin the selected pairs: one decision each, one message for all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from matching.rounds.bulk_decisions import decide_batch
from matching.rounds.decisions import Kind, RoundDecision
from matching.workbench.workbench import PER_PAGE

from .pages import back, expected_version, find_rows, find_viewer, list_url


def pin(request: HttpRequest, public_id: str) -> HttpResponse:
    return _decide(request, public_id, Kind.PIN)


def unpin(request: HttpRequest, public_id: str) -> HttpResponse:
    return _decide(request, public_id, Kind.UNPIN)


def _decide(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    viewer = find_viewer(request, public_id)
    round_ = viewer.round
    chosen = dict(pair.split(" ", 1) for pair in request.POST.getlist("pair") if " " in pair)
    if not chosen:
        raise ActionNotAllowed(_("Select at least one pair."))
    if len(chosen) > PER_PAGE:
        text = _("Nothing was changed. Select at most %(most)d pairs at a time.")
        raise ActionNotAllowed(text % {"most": PER_PAGE})
    rows = find_rows(viewer, *chosen)
    as_seen = [
        row for row in rows if row.mentor and row.mentor.public_id == chosen[row.mentee.public_id]
    ]
    round_decisions = [
        RoundDecision(kind, row.mentee_id, row.mentor_id)
        for row in as_seen
        if row.is_pinned != (kind == Kind.PIN)
    ]
    if round_decisions:
        decide_batch(
            round_, round_decisions, by=request.user, expected_version=expected_version(request)
        )
    _show_result(
        request,
        kind,
        len(round_decisions),
        already=len(as_seen) - len(round_decisions),
        moved_on=len(rows) - len(as_seen),
    )
    return back(request, list_url(round_, request.POST.get("place", "")))


def _show_result(
    request: HttpRequest, kind: str, count: int, *, already: int, moved_on: int
) -> None:
    if kind == Kind.PIN:
        text = ngettext("You pinned %(count)s pair.", "You pinned %(count)s pairs.", count)
        unchanged = ngettext(
            "%(count)s was already pinned.", "%(count)s were already pinned.", already
        )
    else:
        text = ngettext("You unpinned %(count)s pair.", "You unpinned %(count)s pairs.", count)
        unchanged = ngettext("%(count)s was not pinned.", "%(count)s were not pinned.", already)
    sentences = [text % {"count": count}]
    if already:
        sentences.append(unchanged % {"count": already})
    messages.success(request, " ".join(sentences))
    if moved_on:
        changed = ngettext(
            "%(count)s pair has changed since you loaded the page and was skipped.",
            "%(count)s pairs have changed since you loaded the page and were skipped.",
            moved_on,
        )
        messages.warning(request, changed % {"count": moved_on})
