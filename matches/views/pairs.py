"""Pages of a pair, for the two people in it."""

from __future__ import annotations

from typing import cast

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from applications.models import QuestionAnswer
from programs.role_names.rows import get_row_or_404

from .. import keeping_in_touch
from ..closing_steps import closing_steps
from ..ending_texts import what_happened
from ..models import Closure, Farewell, FollowUp, Match, PauseNote, ThankYouNote
from ..pair_page import (
    PartnerCard,
    StartingText,
    first_days,
    partner_card,
    progress_of,
    read_profile,
    shared_answers,
    url_or_empty,
)
from ..pair_sections import pair_sections
from ..pause_days import pause_of
from ..pause_texts import pause_lines
from ..terms import today_of
from ..vocabulary_text import Vocabulary
from ..what_you_share import of_pair, read_together, what_you_share
from ..why_you_two import why_you_two


def own_match(request: HttpRequest, match_id: str) -> Match:
    """Return the match at an address, if the signed-in person is in it; else 404."""
    return get_row_or_404(Match.objects.of(request.user).with_people(), public_id=match_id)


def _context(match: Match, user: User) -> dict[str, object]:
    vocabulary = Vocabulary(match.program)
    pair = match.mentee, match.mentor
    read_together(pair)
    answers = list(of_pair(QuestionAnswer.objects.shared_with(user), pair))
    mine = match.application_of(user)
    theirs = match.mentor if mine == match.mentee else match.mentee
    is_open = match.state != Match.State.CLOSED
    return {
        "match": match,
        "program": match.program,
        "partner": partner_card(theirs, contact=keeping_in_touch.shown_to(match, user)),
        "shared": shared_answers(theirs, vocabulary, answers),
        "reasons": why_you_two(match.why_codes, *pair, vocabulary, reader=user),
        "in_common": what_you_share(*pair, vocabulary, answers),
        "is_mentee": mine == match.mentee,
        "is_open": is_open,
        "help_url": url_or_empty("checkins:concern-create"),
    }


@require_safe
def match_hello(request: HttpRequest, match_id: str) -> HttpResponse:
    match = own_match(request, match_id)
    context = _context(match, request.user)
    partner = cast(PartnerCard, context["partner"])
    context |= {
        "starting_text": StartingText.of(
            match, request.user, email=partner.email, phone=partner.phone
        ),
        "contact_url": url_or_empty("meetings:contact-create", match.public_id),
        "first_words_url": url_or_empty("checkins:first-words", match.public_id),
        "policy": match.program.policy,
        **first_days(match, timezone.now()),
        "agreement_url": url_or_empty("agreements:agreement-detail", match.public_id),
    }
    return render(request, "matches/match_hello.html", context)


@require_safe
def match_detail(request: HttpRequest, match_id: str) -> HttpResponse:
    """Show what the pair has in this moment; how the two were introduced has a page of its own."""
    mine = Match.objects.of(request.user).select_related(
        "mentee__person", "mentor__person", "mentee__cohort__program"
    )
    shown = mine.filter(~Q(state=Match.State.CLOSED) | Q(public_id=match_id))
    rows = list(shown.order_by())  # the tabs are sorted where there are any
    match = next((row for row in rows if row.public_id == match_id), None)
    if match is None:
        raise Http404
    user, now = request.user, timezone.now()
    theirs = match.mentor if match.mentee == match.application_of(user) else match.mentee
    read_profile(theirs)
    context = {
        "match": match,
        "program": match.program,
        "partner": partner_card(theirs, contact=keeping_in_touch.shown_to(match, user)),
        "is_open": match.state != Match.State.CLOSED,
        "is_closing": match.state == Match.State.CLOSING,
        "is_term_over": match.ends_on is not None and match.ends_on < today_of(match, now),
        "tabs": _tabs(rows, match, user),
        "sections": pair_sections(match, user, now),
        "steps": progress_of(match),
        "ending": _ending(match, user),
        **_pause(match, user),
        "help_url": url_or_empty("checkins:concern-create"),
        "agreement_url": url_or_empty("agreements:agreement-detail", match.public_id),
        "meetings_url": url_or_empty("meetings:meeting-list", match.public_id),
        "alumni_url": url_or_empty("dashboard:alumni"),
    }
    return render(request, "matches/match_detail.html", context)


def _tabs(rows: list[Match], chosen: Match, user: User) -> list[dict[str, object]]:
    """Return the running pairs of `user` as tabs, the newest first; none for a single one.

    The page of an ended pair has none.
    """
    if len(rows) < 2 or chosen.state == Match.State.CLOSED:
        return []
    return [
        {
            "url": reverse("matches:match-detail", args=[row.public_id]),
            "label": partner.first_name or partner.name,
            "is_here": row == chosen,
        }
        for row in sorted(rows, key=lambda row: (row.introduced_at, -row.pk), reverse=True)
        for partner in [row.partner_of(user)]
    ]


def _pause(match: Match, user: User) -> dict[str, object]:
    """Return what the page of a paused pair says first; empty for another one."""
    pause = pause_of(match, timezone.now())
    if pause is None:
        return {}
    notes = PauseNote.objects.visible_to(user).filter(pause=pause).select_related("author")
    lines = pause_lines(match, user, last_day=pause.last_day, ends_on=match.ends_on)
    return {"pause": pause, "pause_lines": lines[1:], "pause_notes": notes}


def _ending(match: Match, user: User) -> dict[str, object] | None:
    """Return what the page of an ended pair says first; None while the pair is open."""
    if match.state != Match.State.CLOSED:
        return None
    closure = Closure.objects.in_force().filter(match=match).select_related("match").first()
    if closure is None:
        return None
    closure.match = match
    words = Farewell.objects.visible_to(user).filter(closure=closure).select_related("author")
    thanks = ThankYouNote.objects.visible_to(user).filter(match=match).select_related("author")
    return {
        "text": what_happened(closure, user),
        "closed_at": closure.closed_at,
        "farewells": [*words, *thanks],
        "steps": closing_steps(match, user, timezone.now()),
        "follow_up": FollowUp.objects.of(user).filter(closure=closure).first(),
    }
