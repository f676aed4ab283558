"""Meetings of a pair.

A meeting's row says when, how long, how and with which outcome; the carer of the pair may see that.
Where they meet, what they plan and what they note afterwards is in confidential tables that only
the pair reads.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User
from accounts.models.people import validate_zone
from matches.models import Match
from workflow.states import move

from .wall_time import to_utc

Person = settings.AUTH_USER_MODEL
MIN_MINUTES, MAX_MINUTES = 5, 480
NOT_STARTED = _("This meeting hasn't started yet.")
NOT_OF_PAIR = _("Only the two people of a match can change its meetings.")


class MeetingQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair, and the carer of the match: dates, minutes, mode and state."""
        return self.filter(
            Q(match__in=Match.objects.of(user)) | Q(match__in=Match.objects.cared_for_by(user))
        )

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What a member sees as a committee member: meetings of the matches in their own care."""
        return self.filter(
            match__in=Match.objects.for_committee(user, *roles).filter(carer=user.pk)
        )

    def of(self, user: User) -> Self:
        """Meetings of the matches that `user` is in."""
        return self.filter(match__in=Match.objects.of(user))

    def held(self) -> Self:
        """Meetings that took place."""
        return self.filter(state=Meeting.State.HELD)

    def ahead(self, at: datetime) -> Self:
        """Meetings from `at` on that are proposed or confirmed."""
        return self.filter(state__in=[Meeting.State.PROPOSED, Meeting.State.SET], starts_at__gte=at)


class Meeting(models.Model):
    """One date of a pair: proposed, confirmed, and then held, missed or cancelled."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        SET = "set", _("Confirmed")
        HELD = "held", _("Held")
        MISSED = "missed", _("Missed")
        CANCELLED = "cancelled", _("Cancelled")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.PROPOSED: {State.SET, State.CANCELLED},
        State.SET: {State.HELD, State.MISSED, State.CANCELLED},
        State.HELD: set(),
        State.MISSED: set(),
        State.CANCELLED: set(),
    }

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        VIDEO = "video", _("by video")
        PHONE = "phone", _("by phone")

    public_id = PublicIdField()
    match = models.ForeignKey(
        Match, models.PROTECT, related_name="meetings", verbose_name=_("match")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PROPOSED, editable=False
    )
    on = models.DateField(_("date"))
    wall_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=50, validators=[validate_zone])
    # In UTC; `save` derives it from the three columns above.
    starts_at = models.DateTimeField(_("starts at"), editable=False)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=60,
        validators=[MinValueValidator(MIN_MINUTES), MaxValueValidator(MAX_MINUTES)],
    )
    mode = models.CharField(_("how"), max_length=10, choices=Mode, default=Mode.VIDEO)
    proposed_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    moves = models.PositiveSmallIntegerField(_("moved (times)"), default=0, editable=False)
    # Raised by every change of date; a change based on an old one is refused.
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_at", "pk"]
        indexes = [models.Index(fields=["match", "state", "starts_at"], name="meeting_of_match")]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=MIN_MINUTES, minutes__lte=MAX_MINUTES),
                name="meeting_of_sensible_length",
            ),
            models.UniqueConstraint(
                fields=["match", "starts_at"],
                condition=~Q(state="cancelled"),
                name="one_meeting_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(_("meeting of %(match)s") % {"match": self.match})

    def save(self, *args: object, **kwargs: Any) -> None:
        """Save it, with `starts_at` derived from date, time and zone."""
        self.starts_at = to_utc(self.on, self.wall_time, self.zone)
        super().save(*args, **kwargs)

    def is_of(self, user: User | AnonymousUser) -> bool:
        """Whether `user` is one of the pair."""
        return user.is_authenticated and user in self.match.people

    def may_be_answered_by(self, user: User) -> bool:
        """Whether this is a proposal of the partner of `user`."""
        return (
            self.state == self.State.PROPOSED
            and self.is_of(user)
            and user.pk != self.proposed_by_id
        )

    def may_be_moved_by(self, user: User) -> bool:
        """Whether it is proposed or confirmed, and `user` is one of the pair."""
        return self.state in {self.State.PROPOSED, self.State.SET} and self.is_of(user)

    def may_be_recorded_by(self, user: User, at: datetime) -> bool:
        """Whether it has started by `at`, and `user` may say whether it took place."""
        return self.state == self.State.SET and self.starts_at <= at and self.is_of(user)

    def accept(self, *, by: User) -> None:
        """Confirm the partner's proposal.

        Raises ActionNotAllowed for anyone but the partner, and in any other state.
        """
        if not self.may_be_answered_by(by):
            raise ActionNotAllowed(_("This meeting is not waiting for your answer."))
        move(self, self.State.SET, by=by)

    def cancel(self, *, by: User) -> None:
        """Cancel it. Raises ActionNotAllowed outside the pair, and once it has taken place."""
        self._check_pair(by)
        move(self, self.State.CANCELLED, by=by, sequence=self.sequence + 1)

    @transaction.atomic
    def move_to(self, on: date, wall_time: time, *, by: User) -> None:
        """Change the date; the meeting keeps its state and time zone.

        Raises ActionNotAllowed outside the pair, once it has taken place or was cancelled, and when
        someone else has changed it since it was loaded.
        """
        if not self.may_be_moved_by(by):
            raise ActionNotAllowed(_("This meeting can no longer be moved."))
        if (on, wall_time) == (self.on, self.wall_time):
            return
        when = {"on": on, "wall_time": wall_time, "starts_at": to_utc(on, wall_time, self.zone)}
        numbers = {"moves": self.moves + 1, "sequence": self.sequence + 1}
        mine = Meeting.objects.filter(pk=self.pk, state=self.state, sequence=self.sequence)
        if not mine.update(**when, **numbers):
            raise ActionNotAllowed(_("Someone else has just changed this. Please reload the page."))
        self.refresh_from_db()

    @transaction.atomic
    def mark_held(
        self, *, by: User, minutes: int | None = None, at: datetime | None = None
    ) -> None:
        """Record that it took place, for `minutes`.

        Raises ActionNotAllowed outside the pair and before it has started.
        """
        self._check_started(by, at)
        if self.state == self.State.PROPOSED:  # they met, so both had agreed on the date
            move(self, self.State.SET, by=by, at=at)
        move(self, self.State.HELD, by=by, at=at, minutes=minutes or self.minutes)

    def mark_missed(self, *, by: User, at: datetime | None = None) -> None:
        """Record that it did not take place. Raises ActionNotAllowed as `mark_held`."""
        self._check_started(by, at)
        move(self, self.State.MISSED, by=by, at=at)

    def _check_pair(self, user: User) -> None:
        if not self.is_of(user):
            raise ActionNotAllowed(NOT_OF_PAIR)

    def _check_started(self, user: User, at: datetime | None) -> None:
        self._check_pair(user)
        if self.starts_at > (at or timezone.now()):
            raise ActionNotAllowed(NOT_STARTED)

    # No template may call them.
    accept.alters_data = cancel.alters_data = True  # type: ignore[attr-defined]
    move_to.alters_data = True  # type: ignore[attr-defined]
    mark_held.alters_data = mark_missed.alters_data = True  # type: ignore[attr-defined]


class PairOnlyQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair; not the carer, nor anyone else in the committee."""
        return self.filter(meeting__match__in=Match.objects.of(user)).scoped("pair")


class Agenda(ConfidentialModel):
    """Where the pair meets, and what they want to talk about."""

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="+")
    place = models.CharField(_("place or link"), max_length=300, blank=True)
    points = models.TextField(_("what we want to talk about"), max_length=2000, blank=True)

    objects = PairOnlyQuerySet.as_manager()
    system = SystemManager.from_queryset(PairOnlyQuerySet)()

    class Meta:
        verbose_name = _("agenda")
        verbose_name_plural = _("agendas")


class LogEntry(ConfidentialModel):
    """What one person noted after a meeting; both people read it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    learned = models.TextField(_("what I took away"), max_length=2000, blank=True)
    next_step = models.TextField(_("next step"), max_length=2000, blank=True)
    written_at = models.DateTimeField(_("written at"), default=timezone.now)

    objects = PairOnlyQuerySet.as_manager()
    system = SystemManager.from_queryset(PairOnlyQuerySet)()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["written_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "author"], name="one_log_entry_per_person")
        ]
