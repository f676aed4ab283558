"""Pauses, for the tests that visit every page."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from matches import pauses
from matches.models import Match, Pause, PauseNote, PauseRequest
from matches.pause_days import Wish

from .access_roles import OWNERS, AccessFixtures


def add_pauses(world: AccessFixtures) -> None:
    """Pause B, with a reason and a line for the partner; a pause of A is over."""
    last_day = timezone.localdate() + timedelta(days=20)
    wish = Wish(last_day, PauseRequest.Reason.FAMILY, "r", "n")
    match = world.row("match", "B")
    made = pauses.pause(match, wish, by=match.mentee.person)
    world.add("pause", "B", made, owners=OWNERS["B"])
    over = was_paused(world.row("match", "A"), world.people["mentee"])
    world.add("pause", "A", over, owners=OWNERS["A"])


def was_paused(match: Match, person: User) -> Pause:
    """Return a pause that is over, with what one wrote about it."""
    at = timezone.now() - timedelta(days=1)
    day = timezone.localdate(at)
    moments = {"started_at": at, "back_at": at, "ended_at": at}
    over = Pause.objects.create(
        match=match, starts_on=day, back_on=day, started_by=person, **moments
    )
    PauseRequest.objects.create(pause=over, person=person, last_day=day, text="r", asked_at=at)
    PauseNote.objects.create(pause=over, author=person, text="n", written_at=at)
    return over
