"""A check-in: one person is asked one survey on one day, about their pair.

The survey for people without a match is about their application instead, and so is the baseline of
those who are asked when they apply.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet, is_one_of
from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.models import Cohort, Membership, Program, ids_read_once

from .questions import Question, seconds_to_answer
from .surveys import WITHOUT_PAIR, Kind, Survey
from .waves import Wave

Person = settings.AUTH_USER_MODEL


class CheckInQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own; to the committee, that they exist. `answers` says who reads the answers."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(person=user.pk) | self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given).

        Who has answered when they applied is no one's business: the same members decide on them.
        """
        applications = Application.objects.for_committee(user, *roles)
        return self.filter(
            is_one_of("match", Match.objects.for_committee(user, *roles))
            | Q(kind__in=WITHOUT_PAIR) & is_one_of("application", applications)
        )

    def of_applicants(self) -> Self:
        """Those that people were asked when they applied."""
        return self.filter(kind=Kind.BASELINE, match=None)

    def in_cohort(self, cohort: Cohort) -> Self:
        """What people of `cohort` were or will be asked."""
        return self.filter(Q(match__mentee__cohort=cohort) | Q(application__cohort=cohort))

    def with_cohort(self) -> Self:
        """Annotate `cohort_number`, the id of the cohort of the pair or the application."""
        return self.annotate(cohort_number=Coalesce("match__mentee__cohort", "application__cohort"))

    def of(self, user: User) -> Self:
        """What `user` was or will be asked."""
        return self.filter(person=user.pk)

    def open(self) -> Self:
        """Check-ins that were asked and wait for an answer."""
        return self.filter(state=CheckIn.State.OPEN)

    def due(self, at: datetime) -> Self:
        """Planned ones whose opening time has come."""
        return self.filter(state=CheckIn.State.SCHEDULED, opens_at__lte=at)

    def awaiting(self, user: User, at: datetime) -> Self:
        """What `user` can answer at `at`, the oldest first, also where no sweep has run since."""
        return self.of(user).open().filter(closes_at__gt=at).order_by("opens_at", "pk")

    def readable_by(self, user: User) -> Self:
        """Those whose answers on the care channel `user` may read as carer or chair."""
        pairs = Match.objects.in_care_of(user)
        if not Membership.objects.program_ids(user, Membership.Role.CHAIR):
            # A carer has few: with their numbers the database begins at these pairs.
            numbers = pairs.order_by().values_list("pk", flat=True)
            mine = self.filter(match__in=ids_read_once("pairs in care", user, lambda: numbers))
        else:
            mine = self.filter(is_one_of("match", pairs))
        return mine.exclude(person=user.pk)

    def to_read(self) -> Self:
        """Answered, and not marked as read."""
        return self.filter(state=CheckIn.State.ANSWERED, read_at=None)

    def with_details(self) -> Self:
        """With person, survey, and the match with its people, carer and policy, or the application.

        In two queries: PostgreSQL plans one with so many tables for longer than both take.
        """
        matches = Match.objects.with_people().select_related("mentee__cohort__program__policy")
        rows = self.select_related("person", "survey", "application__cohort__program__policy")
        return rows.prefetch_related(models.Prefetch("match", matches))


class CheckIn(models.Model):
    """One person's survey on one occasion, from planning to the answer."""

    Kind = Kind

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        LAPSED = "lapsed", _("Lapsed")
        CANCELLED = "cancelled", pgettext_lazy("check-in", "Cancelled")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.SCHEDULED: {State.OPEN, State.LAPSED, State.CANCELLED},
        State.OPEN: {State.ANSWERED, State.LAPSED, State.CANCELLED},
        State.ANSWERED: set(),
        State.LAPSED: set(),
        State.CANCELLED: set(),
    }

    public_id = PublicIdField()
    match = models.ForeignKey(
        Match, models.PROTECT, null=True, related_name="checkins", verbose_name=_("pair")
    )
    # Instead of a pair: of the surveys in WITHOUT_PAIR, and of a baseline of applicants.
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        related_name="checkins",
        editable=False,
        verbose_name=_("application"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="checkins", verbose_name=_("person")
    )
    kind = models.CharField(_("survey"), max_length=10, choices=Kind)
    ordinal = models.PositiveSmallIntegerField(_("number"), default=1)
    survey = models.ForeignKey(
        Survey, models.PROTECT, null=True, related_name="+", verbose_name=_("edition")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.SCHEDULED, editable=False
    )
    opens_at = models.DateTimeField(_("planned for"))
    opened_at = models.DateTimeField(_("asked at"), null=True, editable=False)
    due_at = models.DateTimeField(_("please answer by"), null=True, editable=False)
    closes_at = models.DateTimeField(_("closes at"), null=True, editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    is_by_link = models.BooleanField(_("answered by link"), default=False, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    read_by = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("read by"),
    )

    # The pooled result that its answers were counted in.
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, related_name="+", editable=False)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["-opens_at", "pk"]
        indexes = [
            models.Index(fields=["state", "opens_at"], name="checkin_due"),
            models.Index(
                fields=["kind", "match", "opens_at"],
                condition=Q(state="scheduled"),
                name="checkin_ahead",
            ),
            models.Index(fields=["-opens_at", "id"], name="checkin_newest"),
            models.Index(
                fields=["-opens_at", "id"],
                condition=Q(state="answered", read_at=None),
                name="checkin_to_read",
            ),
            models.Index(
                fields=["match"],
                condition=Q(state="answered", read_at=None),
                name="checkin_to_read_of_match",
            ),
            models.Index(
                fields=["opened_at"],
                condition=Q(wave=None, opened_at__isnull=False) & ~Q(state="cancelled"),
                name="checkin_in_no_wave",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["match", "person", "kind", "ordinal"], name="one_checkin_per_ordinal"
            ),
            models.UniqueConstraint(
                fields=["application", "kind"], name="one_checkin_per_application"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["unmatched", "baseline"])
                & Q(match=None, application__isnull=False)
                | ~Q(kind__in=["unmatched"]) & Q(match__isnull=False, application=None),
                name="checkin_about_pair_or_application",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["scheduled", "cancelled", "lapsed"])
                | Q(survey__isnull=False, opened_at__isnull=False, closes_at__isnull=False),
                name="checkin_asked_has_survey_and_moments",
            ),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False)
                | ~Q(state="answered") & Q(answered_at=None),
                name="checkin_answered_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(
            _("%(kind)s %(number)s") % {"kind": self.get_kind_display(), "number": self.ordinal}
        )

    @property
    def pair(self) -> Match:
        """The match, where it is about one and not about an application."""
        assert self.match is not None, "this check-in is about an application"
        return self.match

    @property
    def is_of_applicant(self) -> bool:
        """Whether it is a baseline that someone is asked when they apply."""
        return self.kind == Kind.BASELINE and self.match_id is None

    @property
    def own_application_id(self) -> int:
        """The primary key of the person's application, their own one if it is about a pair."""
        if self.application_id is not None:
            return self.application_id
        is_mentee = self.role == Application.Role.MENTEE
        return self.pair.mentee_id if is_mentee else self.pair.mentor_id

    @property
    def cohort(self) -> Cohort:
        """The cohort of the pair or the application."""
        return self.application.cohort if self.application else self.pair.mentee.cohort

    @property
    def program(self) -> Program:
        return self.cohort.program

    @property
    def partner(self) -> User:
        return self.pair.partner_of(self.person)

    @property
    def role(self) -> str:
        """The role in which the person is asked, "mentee" or "mentor"."""
        if self.application is not None:
            return self.application.role
        is_mentee = self.pair.mentee.person_id == self.person_id
        return str(Application.Role.MENTEE if is_mentee else Application.Role.MENTOR)

    @cached_property
    def questions(self) -> list[Question]:
        """The questions to this person in order; none while the check-in is only planned."""
        if self.survey_id is None:
            return []
        return list(Question.objects.filter(survey=self.survey_id).asked_of(self.role))

    @property
    def seconds_to_answer(self) -> int:
        """About how long the questions take to answer."""
        return seconds_to_answer(self.questions)

    def may_be_answered_by(self, user: User | AnonymousUser, at: datetime) -> bool:
        """Whether `user` is asked and it is not closed; answers can be changed until then."""
        is_in_time = self.closes_at is not None and at < self.closes_at
        return (
            self.person_id == user.pk
            and is_in_time
            and self.state in {self.State.OPEN, self.State.ANSWERED}
        )
