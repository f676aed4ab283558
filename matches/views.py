"""Pages of a pair, for the two people in it."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .models import Match
from .pair_page import card_of, first_words, page_or_none, path_of, sections_for, shared_block
from .vocabulary import Vocabulary
from .why_you_two import why_you_two


def _own(request, match_id):
    pairs = Match.objects.visible_to(request.user).of(request.user).with_people()
    return get_object_or_404(
        pairs.select_related("mentee__person__profile", "mentor__person__profile"),
        public_id=match_id,
    )


def _context(match, user):
    vocabulary = Vocabulary(match.program)
    mine = match.application_of(user)
    theirs = match.mentor if mine == match.mentee else match.mentee
    is_open = match.state != Match.State.CLOSED
    return {
        "match": match,
        "program": match.program,
        "mine": mine,
        "theirs": theirs,
        "partner": card_of(theirs, contact=is_open),
        "shared": shared_block(theirs, vocabulary),
        "reasons": why_you_two(match.why_codes, match.mentee, match.mentor, vocabulary),
        "is_mentee": mine == match.mentee,
        "is_open": is_open,
        "help_url": page_or_none("checkins:concern-create"),
    }


@require_safe
def match_hello(request, match_id):
    match = _own(request, match_id)
    context = _context(match, request.user)
    context |= {"first_words": first_words(match, request.user), "policy": match.program.policy}
    context["agreement_url"] = page_or_none("agreements:agreement-detail", match.public_id)
    return render(request, "matches/match_hello.html", context)


@require_safe
def match_detail(request, match_id):
    match = _own(request, match_id)
    context = _context(match, request.user)
    context |= {"steps": path_of(match), "sections": sections_for(match, request.user)}
    return render(request, "matches/match_detail.html", context)
