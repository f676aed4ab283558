"""The e-mail that asks one person to look back. It carries nothing that anyone wrote."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.closing_plan import talk_is_over
from matches.ending_texts import MATCH_ENDED
from matches.ending_texts import REFLECTION as KIND
from matches.models import Match
from matches.thank_you_notes import COMPLETED
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.reasons import ANSWERED, reason

from . import reflections
from .emails import to_one_of

GOES_ON = reason("pair-goes-on", gettext_lazy("the pair goes on, without a closing talk so far"))


@kind(
    KIND,
    label=gettext_lazy("Look back on your time together"),
    about="matches.Match",
    stream=OPTIONAL,
)
def reflection(match: Match, person: User) -> Email | Cancel:
    """**To**: each person of a pair, alone. **When**: on the evening of the closing talk; again
    after 5 and 12 days. Without one: 5 and 12 days after the pair was completed. **Until**: they
    have looked back, the texts of the pair were erased, the talk did not take place, or the pair
    goes on or has ended in another way."""
    is_ended = match.state == Match.State.CLOSED
    if is_ended and match.closed_kind not in COMPLETED:
        return Cancel(MATCH_ENDED)
    if not is_ended and not talk_is_over(match, timezone.now()):
        return Cancel(GOES_ON)
    is_written = reflections.reflection_of(match, person) is not None
    if is_written or not reflections.may_reflect(match):
        return Cancel(ANSWERED)
    return to_one_of(match, person, "reflection", is_ended=is_ended)
