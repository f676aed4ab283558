"""An event of a program: for whom, when, where, and how many can come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.people import validate_zone
from accounts.models.vocabulary import in_language
from accounts.wall_time import to_utc
from applications.models import Application
from programs.models import Cohort, Membership, Program

from .audience import Audience, events_for

MAX_MINUTES = 24 * 60


class EventQuerySet(ScopedQuerySet):
    """Which events a person or a committee member may see, and usual subsets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Events that are for `user`, and those that the user sees as a committee member."""
        return self.filter(
            Q(pk__in=Event.objects.for_participant(user).values("pk"))
            | Q(program__in=Membership.objects.program_ids(user))
        )

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Events of the programs in which `user` has one of `roles` (any if none)."""
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))

    def for_participant(self, user: User | AnonymousUser) -> Self:
        """Events that were published and are for `user`, or that `user` has signed up for."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        signed_up = Event.objects.filter(sign_ups__person=user.pk).values("pk")
        is_for_user = Q(pk__in=signed_up) | events_for(user)
        return self.filter(is_for_user, published_at__isnull=False)

    def published(self) -> Self:
        """Events that people can sign up for, or that have not been recorded yet."""
        return self.filter(state=Event.State.PUBLISHED)

    def coming(self, at: datetime) -> Self:
        """Published events that begin later than `at`."""
        return self.published().filter(starts_at__gt=at)


class Event(models.Model):
    """One event: drafted, published, and then held or cancelled."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", pgettext_lazy("event", "Published")
        HELD = "held", pgettext_lazy("event", "Held")
        CANCELLED = "cancelled", pgettext_lazy("event", "Cancelled")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.PUBLISHED, State.CANCELLED},
        State.PUBLISHED: {State.HELD, State.CANCELLED},
        State.HELD: set(),
        State.CANCELLED: set(),
    }

    class Kind(models.TextChoices):
        ORIENTATION = "orientation", _("orientation session")
        KICK_OFF = "kick_off", _("kick-off")
        CIRCLE = "circle", _("mentors' circle")
        MIDTERM = "midterm", _("mid-term")
        CELEBRATION = "celebration", _("celebration")
        OTHER = "other", _("other event")

    Audience = Audience

    public_id = PublicIdField()
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="events", verbose_name=_("program")
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.OTHER)
    titles = models.JSONField(_("title by language"), default=dict)
    descriptions = models.JSONField(_("description by language"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.DRAFT, editable=False
    )
    # By the clock of the program, whose zone is kept: `save` derives the two moments in UTC.
    on = models.DateField(_("date"))
    wall_time = models.TimeField(_("begins at"))
    until = models.TimeField(_("ends at"), help_text=_("On the same day."))
    zone = models.CharField(
        _("time zone"), max_length=50, validators=[validate_zone], editable=False
    )
    starts_at = models.DateTimeField(_("starts at"), editable=False)
    ends_at = models.DateTimeField(_("finishes at"), editable=False)
    place = models.CharField(
        _("place"), max_length=200, blank=True, help_text=_("Where people come to, with the room.")
    )
    link = models.URLField(
        _("link to join"),
        max_length=500,
        blank=True,
        help_text=_("For an event online. Only people who have a place see it."),
    )
    audience = models.CharField(
        _("for whom"), max_length=8, choices=Audience, default=Audience.ACCEPTED
    )
    role = models.CharField(
        _("role"),
        max_length=6,
        choices=Application.Role,
        blank=True,
        help_text=_("Leave this empty for mentors and mentees."),
    )
    cohorts = models.ManyToManyField(
        Cohort,
        blank=True,
        related_name="+",
        verbose_name=_("cohorts"),
        help_text=_("Leave this empty for all cohorts of the program."),
    )
    includes_ended = models.BooleanField(
        _("also people whose pair has ended"), default=False, help_text=_("For example, a party.")
    )
    places = models.PositiveSmallIntegerField(
        _("places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Leave this empty if there is no limit. Who comes later is on a waiting list."),
    )
    closes_at = models.DateTimeField(
        _("sign-up closes at"),
        null=True,
        blank=True,
        help_text=_("Leave this empty to let people sign up until it begins."),
    )
    credit_minutes = models.PositiveSmallIntegerField(
        _("minutes that count as hours"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_MINUTES)],
        help_text=_("Leave this empty for its whole length. 0 if it does not count."),
    )
    organiser = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("organiser")
    )
    # Raised by every change that a calendar must know; of these, how often the time was moved.
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    moves = models.PositiveSmallIntegerField(default=0, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    held_at = models.DateTimeField(_("recorded at"), null=True, editable=False)
    # Why it was cancelled; everyone who had signed up reads it.
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    # When the words of its feedback were erased, because their time was over.
    texts_erased_at = models.DateTimeField(null=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "pk"]
        indexes = [
            models.Index(fields=["program", "starts_at"], name="event_of_program"),
            models.Index(fields=["state", "starts_at"], name="event_by_start"),
            models.Index(fields=["state", "ends_at"], name="event_by_end"),
            models.Index(
                fields=["held_at"],
                condition=Q(state="held", texts_erased_at=None),
                name="event_held_with_texts",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(places=None) | Q(places__gte=1), name="event_has_a_place_or_no_limit"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None, held_at=None)
                | Q(state="published", published_at__isnull=False, held_at=None)
                | Q(state="held", published_at__isnull=False, held_at__isnull=False)
                | Q(state="cancelled", held_at=None),
                name="event_state_has_its_moments",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.titles, self.program.language) or self.get_kind_display()

    def save(self, *args: object, **kwargs: object) -> None:
        """Save it, with the moments in UTC derived from the clock of its zone."""
        self.derive_moments()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # as they are

    def derive_moments(self) -> None:
        """Set `starts_at` and `ends_at` from date, times and zone."""
        self.starts_at = to_utc(self.on, self.wall_time, self.zone)
        self.ends_at = to_utc(self.on, self.until, self.zone)

    derive_moments.alters_data = True  # type: ignore[attr-defined]  # no template may call it

    @property
    def description(self) -> str:
        return in_language(self.descriptions, self.program.language)

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)

    @property
    def credit(self) -> int:
        """How many minutes count as hours for whoever attended."""
        return self.minutes if self.credit_minutes is None else self.credit_minutes

    @property
    def sign_up_until(self) -> datetime:
        """Until when people can sign up."""
        return min(self.closes_at or self.starts_at, self.starts_at)

    def is_open(self, at: datetime) -> bool:
        """Whether people can sign up at `at`, for a place or the waiting list."""
        return self.state == self.State.PUBLISHED and at < self.sign_up_until

    def is_ahead(self, at: datetime) -> bool:
        """Whether it takes place later than `at`, as far as is known."""
        return self.state == self.State.PUBLISHED and at < self.starts_at

    def may_be_recorded(self, at: datetime) -> bool:
        """Whether it has begun, so that who came can be ticked."""
        states = {self.State.PUBLISHED, self.State.HELD}
        return self.state in states and self.starts_at <= at
