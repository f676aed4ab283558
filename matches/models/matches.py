"""A published pair of mentee and mentor, from the introduction to the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from applications.models import Application
from programs.models import (
    Cohort,
    Membership,
    Program,
    conflicts_with,
    decided_once,
    ids_read_once,
)


class MatchQuerySet(ScopedQuerySet):
    """Which matches a person or a committee member may see, and usual subsets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Matches of `user` as mentor or mentee, and those of `for_committee`."""
        if not user.is_authenticated:
            return self.none()
        return self.of(user) | self.for_committee(user)

    def of(self, user: User | AnonymousUser) -> Self:
        """Matches in which `user` is the mentor or the mentee."""
        return self.filter(pk__in=Match.objects.ids_of(user))

    def ids_of(self, user: User | AnonymousUser) -> models.QuerySet | list[int]:
        """Return the ids of the matches in which `user` is; of all there are, not of `self`.

        For rules about rows that belong to a match. A page asks many of them: with numbers each
        query is short.
        """

        def ids() -> models.QuerySet:
            # Two lookups by index, put together: an OR across two joins reads every match there is.
            as_mentee, as_mentor = (
                Match.objects.filter(**{f"{role}__person": user.pk})
                .order_by()
                .values_list("pk", flat=True)
                for role in ("mentee", "mentor")
            )
            return as_mentee.union(as_mentor)

        return ids_read_once("pairs", user, ids)

    @decided_once
    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Matches of the member's programs, without their own and without conflicts of interest."""
        if not user.is_authenticated:
            return self.none()
        programs = Membership.objects.program_ids(user, *roles)
        if not programs:  # most people: their conflicts need not be read
            return self.none()
        return self.exclude(conflicts_with(user, "mentee__person", "mentor__person")).filter(
            mentee__cohort__program__in=programs
        )

    @decided_once
    def cared_for_by(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Matches whose carer is `user`, or someone whose deputy they are, with a role today."""
        found = self.for_committee(user, *roles)
        return found if found.query.is_empty() else found.filter(_is_carer(user))

    @decided_once
    def in_care_of(self, user: User | AnonymousUser) -> Self:
        """Matches whose confidential matters `user` handles: as carer, as deputy, as chair."""
        found = self.for_committee(user)
        if found.query.is_empty():
            return found
        chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
        if chaired == Membership.objects.program_ids(user):  # all that `found` has
            return found
        return found.filter(_is_carer(user) | Q(mentee__cohort__program__in=chaired))

    def open(self) -> Self:
        return self.exclude(state=Match.State.CLOSED)

    def without_carer(self) -> Self:
        """Matches that nobody looks after: no carer, or one who no longer can."""
        return self.filter(Q(carer=None) | Q(uncovered_since__isnull=False))

    def paused(self, at: datetime) -> Self:
        """Open matches that are paused at `at`."""
        return self.open().filter(paused_until__gt=at)

    def ended(self) -> Self:
        """Matches that have ended, without those that were created by mistake."""
        return self.filter(state=Match.State.CLOSED).exclude(closed_kind=Match.Closed.IN_ERROR)

    def closed_since(self, moment: datetime) -> Self:
        """Matches that ended at `moment` or later."""
        return self.filter(state=Match.State.CLOSED, closed_at__gte=moment)

    def with_people(self) -> Self:
        return self.select_related(
            "mentee__person", "mentor__person", "mentee__cohort__program", "carer"
        )


def not_paused(at: datetime, path: str = "") -> Q:
    """Match rows whose match, on `path` ("match__", say), is not paused at `at`."""
    column = f"{path}paused_until"
    return Q((column, None)) | Q((f"{column}__lte", at))


def _is_carer(user: User | AnonymousUser) -> Q:
    """Match rows whose carer is `user`, or someone for whom they act, with a role today."""
    found = Q(pk__in=[])
    for program, carers in Membership.objects.carers_by_program(user).items():
        found |= Q(carer__in=carers, mentee__cohort__program=program)
    return found


class Match(models.Model):
    """A mentee and a mentor; each match is made by `matches.match_creation`."""

    class State(models.TextChoices):
        INTRODUCED = "introduced", _("Introduced")
        ACTIVE = "active", _("Active")
        CLOSING = "closing", _("Closing")
        CLOSED = "closed", _("Closed")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.INTRODUCED: {State.ACTIVE, State.CLOSED},
        # Introduced again: a signature under its only agreement does not count.
        State.ACTIVE: {State.CLOSING, State.CLOSED, State.INTRODUCED},
        # A longer term, signed by both, makes a closing pair active again.
        State.CLOSING: {State.ACTIVE, State.CLOSED, State.INTRODUCED},
        # For some days an ended pair can be reopened in the state that it had.
        State.CLOSED: {State.INTRODUCED, State.ACTIVE, State.CLOSING},
    }

    class Closed(models.TextChoices):
        COMPLETED = "completed", _("completed")
        COMPLETED_EARLY = "early", _("completed early")
        BY_CHOICE = "choice", _("ended by choice")
        BY_CIRCUMSTANCE = "circumstance", _("ended by circumstance")
        IN_ERROR = "error", _("created by mistake")

    class Origin(models.TextChoices):
        ROUND = "round", _("matched in a round")
        COMMITTEE = "committee", _("registered by the committee")
        SELF = "self", _("found each other")

    public_id = PublicIdField()
    mentee = models.ForeignKey(
        Application, models.PROTECT, related_name="matches_as_mentee", verbose_name=_("mentee")
    )
    mentor = models.ForeignKey(
        Application, models.PROTECT, related_name="matches_as_mentor", verbose_name=_("mentor")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.INTRODUCED, editable=False
    )
    carer = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="matches_cared_for",
        verbose_name=_("carer"),
    )
    origin = models.CharField(
        _("how it came about"),
        max_length=10,
        choices=Origin,
        default=Origin.ROUND,
        editable=False,
    )
    why_codes = models.JSONField(
        default=dict, editable=False
    )  # reason codes and ids, never sentences
    introduced_at = models.DateTimeField(_("introduced at"), default=timezone.now, editable=False)
    active_at = models.DateTimeField(_("active since"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_kind = models.CharField(
        _("how it ended"), max_length=12, choices=Closed, blank=True, editable=False
    )
    ends_on = models.DateField(
        _("ends on"), null=True, editable=False
    )  # set when the agreement is signed
    # Kept by `matches.pauses`: when the pause that goes on is over, by how many days pauses have
    # moved `ends_on`, and from when the days since the introduction count (None: from it).
    paused_until = models.DateTimeField(_("paused until"), null=True, editable=False)
    paused_days = models.PositiveSmallIntegerField(_("days paused"), default=0, editable=False)
    first_days_from = models.DateTimeField(null=True, editable=False)
    # When the mentee last answered that they have not been in touch yet (`checkins.first_contact`).
    not_in_touch_at = models.DateTimeField(
        _("said “not yet” about the first contact at"), null=True, editable=False
    )
    # When the two agreed on their present term: the days of earlier pauses no longer count.
    term_agreed_on = models.DateField(null=True, editable=False)
    # Since when nobody looks after the pair (`matches.uncovered`); None while somebody does.
    uncovered_since = models.DateTimeField(
        _("without an active carer since"), null=True, editable=False
    )
    # Since when the present carer looks after it; None: since the introduction.
    carer_since = models.DateTimeField(null=True, editable=False)
    # When free texts of the pair were erased, because their time was over (`matches.retention`)
    texts_erased_at = models.DateTimeField(null=True, editable=False)
    # What its health follows from, and when it drifts and is stuck if nothing happens. Kept by
    # `dashboard.health_dates`.
    last_met_at = models.DateTimeField(null=True, editable=False)
    quiet_since = models.DateTimeField(null=True, editable=False)  # the last meeting or contact
    rhythm_days = models.PositiveSmallIntegerField(null=True, editable=False)
    drifting_from = models.DateTimeField(null=True, editable=False)
    stuck_from = models.DateTimeField(null=True, editable=False)
    are_health_dates_due = models.BooleanField(default=True, editable=False)  # to be computed
    # How many notices about the end of this term were sent (`matches.terms.notices`).
    end_notices = models.PositiveSmallIntegerField(default=0, editable=False)
    # When it is next asked whether the pair has not met for long; None: at once.
    look_for_silence_at = models.DateTimeField(null=True, editable=False)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        ordering = ["-introduced_at", "pk"]
        indexes = [
            models.Index(fields=["state", "ends_on"], name="match_end_of_term"),
            models.Index(
                fields=["closed_at"],
                condition=Q(state="closed", texts_erased_at=None),
                name="match_ended_with_texts",
            ),
            models.Index(fields=["-introduced_at", "id"], name="match_newest"),
            models.Index(fields=["state", "introduced_at"], name="match_by_state"),
            models.Index(fields=["closed_at"], name="match_closed"),
            models.Index(
                fields=["look_for_silence_at"],
                condition=Q(state="active"),
                name="match_look_for_silence",
            ),
            models.Index(
                fields=["introduced_at", "id"],
                condition=~Q(state="closed"),
                name="match_open_oldest",
            ),
            models.Index(
                fields=["drifting_from"], condition=~Q(state="closed"), name="match_drifting"
            ),
            models.Index(
                fields=["paused_until"],
                condition=Q(paused_until__isnull=False),
                name="match_paused",
            ),
            models.Index(
                fields=["uncovered_since"],
                condition=Q(uncovered_since__isnull=False),
                name="match_uncovered",
            ),
            models.Index(fields=["stuck_from"], condition=~Q(state="closed"), name="match_stuck"),
            models.Index(
                fields=["id"],
                condition=Q(are_health_dates_due=True) & ~Q(state="closed"),
                name="match_health_dates_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["mentee"], condition=~Q(state="closed"), name="one_open_match_per_mentee"
            ),
            models.CheckConstraint(
                condition=~Q(mentee=models.F("mentor")), name="match_of_two_applications"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(closed_kind="")
                | ~Q(state="closed") & Q(closed_at=None, closed_kind=""),
                name="match_closed_has_moment_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mentee.person} + {self.mentor.person}"

    @property
    def cohort(self) -> Cohort:
        return self.mentee.cohort

    @property
    def program(self) -> Program:
        return self.mentee.cohort.program

    @property
    def agreed_end(self) -> date | None:
        """The last day as the agreement has it; pauses make `ends_on` later."""
        return self.ends_on - timedelta(days=self.paused_days) if self.ends_on else None

    @property
    def counts_from(self) -> datetime:
        """From when the days since the introduction count: pauses make it later."""
        return self.first_days_from or self.introduced_at

    def is_paused(self, at: datetime) -> bool:
        is_open = self.state != self.State.CLOSED
        return is_open and self.paused_until is not None and at < self.paused_until

    @property
    def people(self) -> tuple[User, User]:
        """Mentee and mentor, in this order."""
        return self.mentee.person, self.mentor.person

    def application_of(self, user: User) -> Application:
        """Return the application of `user`. Raises ValueError for anyone outside the match."""
        for application in (self.mentee, self.mentor):
            if application.person_id == user.pk:
                return application
        raise ValueError("not a person of this match")

    def partner_of(self, user: User) -> User:
        """Return the other person. Raises ValueError for anyone outside the match.

        Someone who was erased is called by their role, in the active language.
        """
        is_mentee = self.application_of(user) == self.mentee
        return (self.mentor if is_mentee else self.mentee).person_for_partner
