"""What an ending, a pause and a shared activity mean for meetings and contacts."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from agreements.models import Activity
from agreements.signals import done_together
from matches.models import Match, Pause
from matches.signals import match_ended, meetings_in_pause_asked, pause_changed

from . import scheduling
from .contacts import note_contact
from .models import Meeting, MeetingQuerySet
from .presenters import show_time
from .reconcilers import cancel_ahead


@receiver(match_ended)
def cancel_meetings(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    """Cancel what is ahead. The e-mail about the end says so, there is none for each meeting."""
    cancel_ahead(Match.objects.filter(pk=match.pk), at=at)


@receiver(meetings_in_pause_asked)
def meetings_within(
    sender: type[Match],
    match: Match,
    person: User,
    at: datetime,
    back_at: datetime,
    **kwargs: object,
) -> list[str]:
    """Return the meetings that are ahead before `back_at`, in words for `person`."""
    return [show_time(meeting.starts_at, person) for meeting in _ahead(match, at, back_at)]


@receiver(pause_changed)
def cancel_within(
    sender: type[Match],
    match: Match,
    pause: Pause,
    by: User | None,
    cancels_meetings: bool,
    at: datetime,
    **kwargs: object,
) -> None:
    """Cancel what is ahead within a pause, if the person who pauses asked for it."""
    if by is not None and cancels_meetings:
        for meeting in _ahead(match, at, pause.back_at):
            scheduling.cancel(meeting, by=by, at=at)


def _ahead(match: Match, at: datetime, back_at: datetime) -> MeetingQuerySet:
    ahead = Meeting.objects.ahead(at).filter(match=match, starts_at__lt=back_at)
    people = ("match__mentee__person", "match__mentor__person")
    return ahead.select_related(*people).order_by("starts_at")


@receiver(done_together)
def note_as_contact(
    sender: type[Activity], match: Match, person: User, on: date, **kwargs: object
) -> None:
    """Note the contact at noon of that day, but never later than now."""
    noon = datetime.combine(on, time(12), ZoneInfo(person.time_zone))
    note_contact(match, by=person, at=min(noon, timezone.now()))
