"""E-mails about pauses. Each docstring says to whom, when, and until when it makes sense."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute, link
from notifications.outbox import emails_to, was_told
from notifications.reasons import NEVER_TOLD, reason

from .ending_texts import MATCH_ENDED, partner_name
from .models import Match, Pause, PauseNote, PauseRequest
from .pause_days import longer_day
from .pause_texts import pause_lines
from .pauses import ENDS, OVER, PAIR_PAUSED, PAUSED

LINK_PURPOSE = "pause-longer"
BACK = reason("pause-over", gettext_lazy("the pause is over"))
DAY_CHANGED = reason("pause-day-changed", gettext_lazy("the last day of the pause has changed"))


def known_pause(pause: Pause, person: User) -> tuple[object, ...]:
    """Return what someone knows of a pause once they were told: until when, or that it is over."""
    return ("over",) if pause.ended_at else ("until", pause.back_on.isoformat())


def _email(pause: Pause, person: User, url: str, **context: object) -> Email:
    match = pause.match
    shown = {"match": match, "pause": pause, "partner_name": partner_name(match, person)}
    return Email(context={**shown, **context}, action_url=url, program=match.program, thread=match)


def _page(name: str, match: Match) -> str:
    return absolute(reverse(f"matches:{name}", args=[match.public_id]))


@kind(
    PAUSED,
    label=gettext_lazy("Pair is on a pause"),
    about="matches.Pause",
    topic="pause",
    tells=known_pause,
)
def match_paused(pause: Pause, person: User) -> Email | Cancel:
    """**To**: the partner of who paused the pair; both, if the committee did. **When**: the pause
    begins, or its last day changes. **Until**: it is over, or the pair ends."""
    if pause.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if not pause.is_on(timezone.now()):
        return Cancel(BACK)
    partner = pause.match.partner_of(person)
    has_note = PauseNote.system.filter(pause=pause, author=partner).exists()
    lines = pause_lines(
        pause.match,
        person,
        last_day=pause.last_day,
        ends_on=pause.match.ends_on,
        has_note=has_note,
    )
    return _email(pause, person, _page("match-detail", pause.match), lines=lines)


@kind(
    ENDS,
    label=gettext_lazy("Pause ends soon"),
    about="matches.Pause",
    stream=OPTIONAL,
    topic="pause",
)
def match_pause_ends(pause: Pause, person: User) -> Email | Cancel:
    """**To**: who asked for the pause. **When**: three days before it is over, unless its last day
    was set a day before that or later. **Until**: the pause is over, or its last day has
    changed."""
    now = timezone.now()
    if pause.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if not pause.is_on(now):
        return Cancel(BACK)
    requests = PauseRequest.system.filter(pause=pause, person=person)
    if not requests.filter(last_day__gte=pause.last_day).exists():
        return Cancel(DAY_CHANGED)
    longer = longer_day(pause.match, pause, now)
    if longer <= pause.last_day:
        return _email(pause, person, _page("match-pause", pause.match), longer=None)
    address = link(
        LINK_PURPOSE, person=person, subject=pause, version=pause.changes, until=pause.back_at
    )
    return _email(pause, person, address, longer=longer)


def _knows(pause: Pause, person: User) -> bool:
    """Whether `person` asked for the pause or was told of it."""
    is_asking = PauseRequest.system.filter(pause=pause, person=person).exists()
    return is_asking or was_told(emails_to(person, PAUSED, about=pause))


@kind(
    OVER,
    label=gettext_lazy("Pause is over"),
    about="matches.Pause",
    topic="pause",
    tells=known_pause,
)
def match_pause_over(pause: Pause, person: User) -> Email | Cancel:
    """**To**: both people; not to who ended it early. **When**: on the first day after the pause.
    **Until**: the pair is paused again, or ends. Whoever had not read of the pause yet reads
    nothing of its end."""
    if pause.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if not _knows(pause, person):
        return Cancel(NEVER_TOLD)
    if pause.match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    page = _page("match-detail", pause.match)
    is_mentee = pause.match.mentee.person_id == person.pk
    return _email(pause, person, page, is_mentee=is_mentee, ends_on=pause.match.ends_on)
