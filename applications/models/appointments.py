"""When and where an applicant is interviewed.

1. A member suggests one to three times (`proposed`). The applicant chooses one (`set`) or asks for
   others (`other`); the member may then suggest new ones, also for a date that was chosen.
2. A date that no longer holds stays in `was_at` until the next one is chosen: calendars are told.
3. Every change raises `sequence`, the number of the calendar entry; a change that was made for an
   older number is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, SystemManager
from accounts.models.people import validate_zone

from .applications import Application
from .read_in_full import ReadInFullQuerySet

Person = settings.AUTH_USER_MODEL
MIN_MINUTES, MAX_MINUTES = 10, 180
MOST_TIMES = 3  # of one proposal
PLACE_LENGTH, WISH_LENGTH = 300, 500
ANSWER_DAYS = 6  # after which a proposal counts as unanswered


class InterviewAppointmentQuerySet(ReadInFullQuerySet):
    def ahead(self, at: datetime) -> Self:
        """Dates that were chosen and are later than `at`."""
        return self.filter(state=InterviewAppointment.State.SET, starts_at__gt=at)

    def open(self, at: datetime) -> Self:
        """Those that wait for someone, and dates to come."""
        state = InterviewAppointment.State
        waiting = Q(state__in=[state.PROPOSED, state.OTHER])
        return self.filter(waiting | Q(state=state.SET, starts_at__gt=at))

    def answered_or_new(self, at: datetime) -> Self:
        """Those that wait for the applicant, who still has time, and dates, also passed ones."""
        state = InterviewAppointment.State
        since = at - timedelta(days=ANSWER_DAYS)
        waiting = Q(state=state.PROPOSED, proposed_at__gt=since, lapses_at__gt=at)
        return self.filter(waiting | Q(state=state.SET))


class InterviewAppointment(ConfidentialModel):
    """The times that a member suggests to one applicant, and the one that was chosen."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("interview", "Waits for the applicant")
        OTHER = "other", pgettext_lazy("interview", "Another time is wanted")
        SET = "set", pgettext_lazy("interview", "Arranged")
        CANCELLED = "cancelled", pgettext_lazy("interview", "Cancelled")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.PROPOSED: {State.SET, State.OTHER, State.CANCELLED},
        State.OTHER: {State.PROPOSED, State.CANCELLED},
        State.SET: {State.PROPOSED, State.CANCELLED},
        State.CANCELLED: set(),
    }

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    # Who interviews: the member who has suggested times last.
    member = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("member"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PROPOSED, editable=False
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(MIN_MINUTES), MaxValueValidator(MAX_MINUTES)]
    )
    place = EncryptedTextField(_("place or link"), blank=True)
    wish = EncryptedTextField(_("when it would suit the applicant"), blank=True)
    # In UTC, as ISO 8601, the first one first; empty once one of them was chosen.
    times = models.JSONField(_("suggested times"), default=list, editable=False)
    # The latest of the suggested times.
    lapses_at = models.DateTimeField(_("lapses at"), null=True, editable=False)
    zone = models.CharField(_("time zone"), max_length=50, validators=[validate_zone])
    starts_at = models.DateTimeField(_("starts at"), null=True, editable=False)
    was_at = models.DateTimeField(null=True, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    # None where the program did it: the application was decided by no one person, or withdrawn.
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("cancelled by"),
    )  # fmt: skip
    chosen_at = models.DateTimeField(_("chosen at"), null=True, editable=False)

    objects = InterviewAppointmentQuerySet.as_manager()
    system = SystemManager.from_queryset(InterviewAppointmentQuerySet)()

    class Meta:
        verbose_name = _("appointment for an interview")
        verbose_name_plural = _("appointments for interviews")
        ordering = ["proposed_at", "pk"]
        indexes = [
            models.Index(fields=["starts_at"], condition=Q(state="set"), name="interview_ahead"),
            models.Index(
                fields=["proposed_at"], condition=Q(state="proposed"), name="interview_proposed"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=["proposed", "other"]),
                name="one_open_interview_per_application",
            ),
            models.CheckConstraint(
                condition=~Q(state="set") | Q(starts_at__isnull=False),
                name="arranged_interview_has_a_start",
            ),
        ]

    @property
    def suggested(self) -> Sequence[datetime]:
        """The suggested times, the first one first."""
        return [datetime.fromisoformat(one) for one in self.times]

    @property
    def in_calendars(self) -> datetime | None:
        """When calendars have it, also if it is off there now; None if it never had a date."""
        return self.starts_at or self.was_at

    def is_ahead(self, at: datetime) -> bool:
        """Return whether a time was chosen and is later than `at`."""
        return self.state == self.State.SET and self.starts_at is not None and self.starts_at > at

    def is_unanswered(self, at: datetime) -> bool:
        """Return whether the applicant has not answered for long, or the times have passed."""
        if self.state != self.State.PROPOSED or self.lapses_at is None:
            return False
        return at >= min(self.lapses_at, self.proposed_at + timedelta(days=ANSWER_DAYS))

    def may_be_answered(self, at: datetime) -> bool:
        """Return whether the applicant can still choose, or ask for another time."""
        is_waiting = self.state == self.State.PROPOSED and self.lapses_at is not None
        return is_waiting and self.lapses_at is not None and at < self.lapses_at

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.PROPOSED, self.State.OTHER}
