"""The match and version that a page of the pair is about."""

from django.http import Http404

from matches.late_forms import leave_form
from matches.models import Match
from programs.role_names.rows import get_row_or_404

from .. import drafting


def own_match(request, match_id):
    return get_row_or_404(Match.objects.of(request.user).with_people(), public_id=match_id)


def leave_ended(request, match, why, page):
    """Return the way to `page` from a form of a match that has ended; None for one that goes on."""
    if match.state != Match.State.CLOSED:
        return None
    return leave_form(request, why, f"agreements:{page}", match.public_id)


def own_version(request, match_id):
    """Return the match of the signed-in person and its current version; 404 while there is none."""
    match = own_match(request, match_id)
    version = drafting.current_version(match)
    if version is None:
        raise Http404
    return match, version
