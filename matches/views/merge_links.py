"""The links by which the addresses of two accounts say yes to a merge, or stop it.

Both are signed and open to anyone who has them. Opening one changes nothing, and neither page says
whose accounts these are.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from .. import merge_proposals
from ..models import AccountMerge

State = AccountMerge.State


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge_yes(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; pressing it says yes for one address, and a second time changes nothing."""
    found = merge_proposals.of_token(token, merge_proposals.YES)
    if found is None:
        return render(request, "notifications/link_expired.html", status=404)
    row, person = found
    if request.method == "POST" and row.state in AccountMerge.UNFINISHED:
        merge_proposals.agree(row, person)
        return _answer(request, "yes")
    return _page(request, row, "matches/merge_yes.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; pressing it stops the merge, and a second time changes nothing."""
    found = merge_proposals.of_token(token, merge_proposals.STOP)
    if found is None:
        return render(request, "notifications/link_expired.html", status=404)
    row, _person = found
    if request.method == "POST" and row.state != State.DONE:
        merge_proposals.stop(row, by=None)
        return _answer(request, "stopped")
    return _page(request, row, "matches/merge_stop.html")


def _answer(request: HttpRequest, done: str) -> HttpResponse:
    return render(request, "matches/merge_answered.html", {"done": done})


def _page(request: HttpRequest, row: AccountMerge, template: str) -> HttpResponse:
    if row.state not in AccountMerge.UNFINISHED:
        return _answer(request, "joined" if row.state == State.DONE else "over")
    return render(request, template, {"hours": merge_proposals.NOTICE_HOURS})
