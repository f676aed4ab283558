"""A meeting is a negotiation until it is set.

1. One of the pair suggests up to three times. The row stores whose answer is awaited (`awaiting`).
2. Only that person answers: accepts one of the times, or suggests others, which turns the wait
   around.
3. A confirmed meeting keeps its date while another one is suggested, until that is accepted.
4. A proposal whose times have all passed lapses; the pair is asked whether they met.
5. Every change raises `sequence`, the number of the calendar entry; a change that was made for an
   older number is refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.people import validate_zone
from accounts.wall_time import WallTime, to_utc
from matches.models import Match

Person = settings.AUTH_USER_MODEL
MIN_MINUTES, MAX_MINUTES = 5, 480
MAX_TIMES = 3  # of one proposal
CORRECTION_DAYS = 14
LAPSED_IS_ASKED_DAYS = 14  # how long the pair is asked about a proposal that no one answered


class MeetingQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair, and the carer of the match: dates, minutes, mode and state."""
        return self.filter(match__in=Match.objects.ids_of(user)) | self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What a member sees as a committee member: meetings of the matches in their own care."""
        return self.filter(match__in=Match.objects.cared_for_by(user, *roles))

    def of(self, user: User) -> Self:
        """Meetings of the matches that `user` is in."""
        return self.filter(match__in=Match.objects.ids_of(user))

    def held(self) -> Self:
        """Meetings that took place."""
        return self.filter(state=Meeting.State.HELD)

    def ahead(self, at: datetime) -> Self:
        """Meetings that are confirmed for later than `at`, or proposed with such a time."""
        is_set = Q(state=Meeting.State.SET, starts_at__gt=at)
        return self.filter(is_set | Q(state=Meeting.State.PROPOSED, lapses_at__gt=at))

    def unanswered(self, at: datetime) -> Self:
        """Meetings with suggested times that have all passed by `at`."""
        return self.filter(awaiting__isnull=False, lapses_at__lte=at)


class Meeting(models.Model):
    """One meeting of a pair: proposed, confirmed, and then held, missed, moved or cancelled."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("meeting", "Proposed")
        SET = "set", _("Confirmed")
        LAPSED = "lapsed", _("Not answered")
        HELD = "held", _("Held")
        MISSED = "missed", _("Missed")
        MOVED = "moved", _("Moved, no new date")
        CANCELLED = "cancelled", _("Cancelled")

    # What a person records can be corrected; see `recording`.
    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.PROPOSED: {State.SET, State.LAPSED, State.CANCELLED},
        State.SET: {State.HELD, State.MISSED, State.MOVED, State.PROPOSED, State.CANCELLED},
        State.LAPSED: {
            State.HELD,
            State.MISSED,
            State.MOVED,
            State.PROPOSED,
            State.SET,
            State.CANCELLED,
        },
        State.HELD: {State.MISSED, State.MOVED, State.CANCELLED},
        State.MISSED: {State.HELD, State.MOVED, State.CANCELLED},
        State.MOVED: {State.HELD, State.MISSED, State.PROPOSED, State.SET, State.CANCELLED},
        State.CANCELLED: set(),
    }
    RECORDED: ClassVar[frozenset[str]] = frozenset({State.HELD, State.MISSED, State.MOVED})

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        VIDEO = "video", _("by video")
        PHONE = "phone", _("by phone")

    public_id = PublicIdField()
    match = models.ForeignKey(
        Match, models.PROTECT, related_name="meetings", verbose_name=_("pair")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PROPOSED, editable=False
    )
    # The date that holds. While a meeting is only proposed, the first of the suggested times.
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
    # Who suggested the times that are open, or the last ones.
    proposed_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    awaiting = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("waiting for the answer of"),
    )
    # The latest of the suggested times: when it has passed, the proposal lapses.
    lapses_at = models.DateTimeField(_("lapses at"), null=True, editable=False)
    moves = models.PositiveSmallIntegerField(_("moved (times)"), default=0, editable=False)
    # Raised by every change; a change based on an old one is refused.
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_at", "pk"]
        indexes = [
            models.Index(fields=["match", "state", "starts_at"], name="meeting_of_match"),
            models.Index(fields=["state", "starts_at"], name="meeting_by_time"),
            models.Index(
                fields=["lapses_at"],
                condition=Q(awaiting__isnull=False),
                name="meeting_awaiting_answer",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=MIN_MINUTES, minutes__lte=MAX_MINUTES),
                name="meeting_of_sensible_length",
            ),
            models.UniqueConstraint(
                fields=["match", "starts_at"],
                condition=~Q(state__in=["cancelled", "moved"]),
                name="one_meeting_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", awaiting__isnull=False, lapses_at__isnull=False)
                | Q(state="set", awaiting__isnull=False, lapses_at__isnull=False)
                | ~Q(state="proposed") & Q(awaiting=None),
                name="meeting_awaits_an_answer_while_open",
            ),
        ]

    def __str__(self) -> str:
        return str(_("meeting of %(match)s") % {"match": self.match})

    def save(self, *args: object, **kwargs: Any) -> None:
        """Save it, with `starts_at` derived from date, time and zone."""
        self.starts_at = to_utc(self.on, self.wall_time, self.zone)
        super().save(*args, **kwargs)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def has_open_proposal(self) -> bool:
        """Whether someone's answer to suggested times is awaited."""
        return self.awaiting_id is not None

    @property
    def set_for(self) -> datetime | None:
        """Return the confirmed date, None while there is none."""
        return self.starts_at if self.state == self.State.SET else None

    def is_of(self, user: User | AnonymousUser) -> bool:
        """Whether `user` is one of the pair."""
        return user.is_authenticated and user in self.match.people

    def is_unanswered(self, at: datetime) -> bool:
        """Whether all suggested times have passed by `at`, so that there is nothing to answer."""
        return self.lapses_at is not None and self.has_open_proposal and self.lapses_at <= at

    def is_ahead(self, at: datetime) -> bool:
        """Whether it is confirmed for later than `at`, or proposed with a time later than `at`."""
        if self.state == self.State.PROPOSED:
            return not self.is_unanswered(at)
        return self.state == self.State.SET and self.starts_at > at

    def is_to_record(self, at: datetime) -> bool:
        """Whether its time has passed and no one has said whether it took place."""
        is_over = self.state == self.State.PROPOSED and self.is_unanswered(at)
        is_started = self.state == self.State.SET and self.starts_at <= at
        return is_over or is_started or self._has_lapsed_lately(at)

    def _has_lapsed_lately(self, at: datetime) -> bool:
        """Whether no one answered, not long ago; later the question is no longer asked."""
        if self.state != self.State.LAPSED or self.lapses_at is None:
            return False
        return at <= self.lapses_at + timedelta(days=LAPSED_IS_ASKED_DAYS)

    def may_be_answered_by(self, user: User, at: datetime) -> bool:
        """Whether the answer of `user` is awaited, and one of the times is later than `at`."""
        return (
            self._is_open_for(user) and self.awaiting_id == user.pk and not self.is_unanswered(at)
        )

    def may_be_moved_by(self, user: User) -> bool:
        """Whether `user` may suggest times: it is not cancelled and has not been recorded."""
        states = {self.State.PROPOSED, self.State.SET, self.State.LAPSED, self.State.MOVED}
        return self.state in states and self._is_open_for(user)

    def may_be_cancelled_by(self, user: User, at: datetime) -> bool:
        """Whether `user` may cancel it: it has not started, or was never confirmed."""
        if not self.may_be_moved_by(user):
            return False
        return self.state != self.State.SET or self.starts_at > at

    def may_be_recorded_by(self, user: User, at: datetime) -> bool:
        """Whether `user` may say for the first time if it took place; it has started by `at`."""
        states = {self.State.PROPOSED, self.State.SET, self.State.LAPSED}
        return self.state in states and self.starts_at <= at and self._is_open_for(user)

    def may_be_corrected_by(self, user: User, at: datetime) -> bool:
        """Whether `user` may correct what was recorded: for 14 days."""
        until = self.correctable_until
        return until is not None and at <= until and self._is_open_for(user)

    @property
    def correctable_until(self) -> datetime | None:
        """Until when the record can be corrected; None without a record."""
        if self.state not in self.RECORDED or self.recorded_at is None:
            return None
        return self.recorded_at + timedelta(days=CORRECTION_DAYS)

    def _is_open_for(self, user: User) -> bool:
        return self.match.state != Match.State.CLOSED and self.is_of(user)


class ProposedTimeQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may see the meeting."""
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class ProposedTime(models.Model):
    """One of the times that someone suggests for a meeting, by the clock of that person."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="times")
    on = models.DateField(_("date"))
    wall_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=50, validators=[validate_zone])
    starts_at = models.DateTimeField(_("starts at"), editable=False)

    objects = ProposedTimeQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggested time")
        verbose_name_plural = _("suggested times")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "starts_at"], name="one_suggestion_of_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.wall_time} {self.zone}"

    @property
    def value(self) -> WallTime:
        return WallTime(self.on, self.wall_time, self.zone)
