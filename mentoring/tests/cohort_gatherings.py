"""What the committee does for the whole cohort: an event and an announcement; see `cohort_life`."""

from __future__ import annotations

from datetime import datetime
from random import Random

from accounts.models import User
from announcements import releasing
from announcements.models import Announcement
from events import attendance, sign_ups
from events.models import SignUp
from programs.models import Program
from testkit import events

from .cohort_facts import AnnouncementFact, EventFact, Facts, Person

PUBLISHED_ON, SIGNED_UP_ON, HELD_ON, RECORDED_ON, WRITTEN_ON = 20, 24, 45, 48, 60


class Gatherings:
    """The chair, and who of the cohort comes."""

    def __init__(self, program: Program, chair: User, facts: Facts, begun_at: datetime) -> None:
        self.program, self.chair, self.facts, self.begun_at = program, chair, facts, begun_at

    def act(self, at: datetime, people: dict[int, Person], chance: Random) -> None:
        """Do what is for this day. `people`: those in a pair that goes on, by their ids."""
        day = (at - self.begun_at).days
        if day == PUBLISHED_ON:
            self._publish(at)
        elif day == SIGNED_UP_ON:
            self._sign_up(at, people, chance)
        elif day == RECORDED_ON:
            self._record(at)
        elif day == WRITTEN_ON:
            self._write(at)

    def note_what_time_brought(self, people: set[Person]) -> None:
        """Write down that an announcement was sent, and who was in a pair then."""
        for row in Announcement.objects.exclude(sent_at=None):
            if all(row.pk != one.pk for one in self.facts.announcements):
                self.facts.announcements.append(AnnouncementFact(row.pk, row.sent_at, people))

    def _publish(self, at: datetime) -> None:
        self.event = events.published(
            self.program, by=self.chair, days=HELD_ON - PUBLISHED_ON, audience="pairs"
        )
        row = self.event
        self.facts.events.append(EventFact(row.pk, at, row.starts_at, row.ends_at,
                                           row.sign_up_until))  # fmt: skip

    def _sign_up(self, at: datetime, people: dict[int, Person], chance: Random) -> None:
        for user in User.objects.filter(pk__in=people).order_by("pk"):
            if chance.random() < 0.6:
                sign_ups.sign_up(self.event, by=user, at=at)
                self.facts.events[0].signed_up[people[user.pk]] = at

    def _record(self, at: datetime) -> None:
        came = SignUp.objects.filter(event=self.event).order_by("pk")
        attendance.record(self.event, by=self.chair, attended=[row.pk for row in came[::2]], at=at)
        fact = self.facts.events[0]
        fact.recorded_at = at
        fact.came = {one for one in fact.signed_up
                     if one.pk in {row.person_id for row in came[::2]}}  # fmt: skip

    def _write(self, at: datetime) -> None:
        row = Announcement.objects.create(
            program=self.program, author=self.chair, situations=["unsigned", "meeting", "closing"],
            subjects={"en": "Kick-off"}, bodies={"en": "Dear {name},\n\nthank you all."},
        )  # fmt: skip
        releasing.schedule(row, by=self.chair, at=at)
