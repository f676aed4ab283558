"""A person asks to take part in a cohort in one role.

There are three levels of confidentiality, each in its own tables so that no join, filter or form
can mix them: the application (parts are shared with the match after publication), the private
answers and named wishes (the person and the committee), and the committee's notes and pending
decision (the committee only).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from programs.models.cohorts import ANSWER_WITHIN, Cohort
from programs.models.committee import Membership
from programs.models.conflicts import conflicts_with
from programs.models.programs import Program
from programs.models.read_once import decided_once
from programs.models.vocabulary import Experience, Topic

from .screening import lacks_checks
from .standing_rule import lacks_standing
from .way_of_working import MattersMost

Person = settings.AUTH_USER_MODEL


def answer_late(on: date) -> Q:
    """Match sent applications whose promised day is over on `on`; see `answer_by_on`."""
    matched = Q(cohort__matching_on__lt=on)
    read = Q(cohort__matching_on=None, cohort__closes_on__lt=on - ANSWER_WITHIN)
    at_any_time = Q(is_for_pair=True) | Q(cohort__matching_on=None, cohort__closes_on=None)
    first = timezone.make_aware(datetime.combine(on - ANSWER_WITHIN, time()))
    is_over = Q(matched | read, is_for_pair=False) | Q(at_any_time, submitted_at__lt=first)
    return Q(is_over, state="submitted")


class ApplicationQuerySet(ScopedQuerySet):
    """Which applications a person or a committee member may see, and usual subsets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The user's own, and those that the user sees as a committee member."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(person=user.pk) | self.for_committee(user)

    @decided_once
    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Sent applications in the member's programs, without their own and their conflicts."""
        if not user.is_authenticated:
            return self.none()
        programs = Membership.objects.program_ids(user, *roles)
        if not programs:  # most people: their conflicts need not be read
            return self.none()
        return self.exclude(conflicts_with(user, "person")).filter(
            ~Q(state=Application.State.DRAFT), cohort__program__in=programs
        )

    @decided_once
    def readable_in_full_by(self, user: User | AnonymousUser) -> Self:
        """Those whose committee-only answers `user` reads.

        Readers, matchers and chairs of the program; of people in a pair also the carer and deputy.
        """
        # Through the relation, whose model has no static type: `matches` imports this module.
        matches = Application.matches_as_mentee.rel.related_model.objects.cared_for_by(user)  # type: ignore[attr-defined]  # its manager
        in_care = Q(pk__in=matches.values("mentee")) | Q(pk__in=matches.values("mentor"))
        in_review = Q(cohort__program__in=Membership.objects.program_ids(user, *Membership.READERS))
        return self.for_committee(user).filter(in_review | in_care)

    def mentees(self) -> Self:
        return self.filter(role=Application.Role.MENTEE)

    def mentors(self) -> Self:
        return self.filter(role=Application.Role.MENTOR)

    def of(self, user: User | AnonymousUser) -> Self:
        """The user's own only: pages of a participant show nothing of their committee role."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def open(self) -> Self:
        return self.filter(state__in=Application.OPEN)

    def for_rounds(self) -> Self:
        """Applications that a round may match, without those for a pair of two people's own."""
        return self.filter(is_for_pair=False)

    def profile_complete(self) -> Self:
        """Applications with what every match needs: a name to introduce.

        The site's own form asks for everything. A roster has what its form asked for; what is
        missing there is unknown to the matching engine, but no reason to leave anyone out.
        """
        return self.exclude(person__name="")

    def ready(self, on: date | None = None) -> Self:
        """Accepted, complete, oriented, checked and not on a break on `on` (today by default).

        `matching` knows whether a mentor has a free place.
        """
        is_over = Q(break_until=None) | Q(break_until__lt=on or timezone.localdate())
        oriented = Q(role=Application.Role.MENTEE) | Q(orientation_passed_at__isnull=False)

        return self.profile_complete().filter(
            ~lacks_checks(on),
            ~lacks_standing(),
            oriented,
            is_over,
            state=Application.State.ACCEPTED,
            code_accepted_at__isnull=False,
            person__is_active=True,
        )


class Application(models.Model):
    """One person asks to take part in one cohort in one role."""

    class Role(models.TextChoices):
        MENTEE = "mentee", _("mentee")
        MENTOR = "mentor", _("mentor")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", pgettext_lazy("application", "Sent")
        ACCEPTED = "accepted", _("Accepted")
        WAITLISTED = "waitlisted", _("Waiting list")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SUBMITTED, State.WITHDRAWN},
        State.SUBMITTED: {State.ACCEPTED, State.WAITLISTED, State.DECLINED, State.WITHDRAWN},
        State.ACCEPTED: {State.WITHDRAWN},
        State.WAITLISTED: {State.ACCEPTED, State.WITHDRAWN},
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
    }
    OPEN = (State.DRAFT, State.SUBMITTED, State.ACCEPTED, State.WAITLISTED)

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        ONLINE = "online", _("online")
        EITHER = "either", _("either is fine")

    class Rhythm(models.IntegerChoices):
        FORTNIGHTLY = 14, _("every two weeks")
        MONTHLY = 30, _("every month")
        SIX_WEEKLY = 42, _("every six weeks")

    public_id = PublicIdField()
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="applications", verbose_name=_("cohort")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="applications", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.DRAFT, editable=False
    )
    # The id in an import, else the e-mail address: the same for the same person after a new import.
    external_key = models.CharField(max_length=254, blank=True, editable=False)
    # For a pair with someone whom the person has named: a short form, and never in a round.
    is_for_pair = models.BooleanField(
        _("for a pair of two who found each other"), default=False, editable=False
    )
    version = models.PositiveIntegerField(default=0, editable=False)  # raised by each saved page
    # Codes of pages: one without required answers is done once it was saved.
    saved_pages = models.JSONField(default=list, blank=True, editable=False)
    saved_at = models.DateTimeField(_("last saved at"), null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    # From then on the person cannot change the answers.
    review_started_at = models.DateTimeField(_("review started at"), null=True, editable=False)

    # The facts about the person as they were when the application was sent: {code: value}, see
    # `applications.person_facts`. The person changes them later on their profile.
    said_facts = models.JSONField(default=dict, blank=True, editable=False)

    # When free texts were erased: on the person's request, or because their time was over.
    texts_erased_at = models.DateTimeField(null=True, editable=False)

    # Shared with my match after publication
    situation = models.TextField(_("your situation"), max_length=2000, blank=True)
    hopes = models.TextField(_("what you hope for"), max_length=2000, blank=True)
    topics = models.ManyToManyField(Topic, through="ApplicationTopic", related_name="+")
    experiences = models.ManyToManyField(
        Experience, through="ApplicationExperience", related_name="+"
    )

    # Practical
    mode = models.CharField(_("how to meet"), max_length=10, choices=Mode, blank=True)
    travel_km = models.PositiveSmallIntegerField(
        _("how far you would travel (km)"), null=True, blank=True
    )
    # Codes of `help_choices`: for a mentor what they offer, for a mentee what they wish.
    help_kinds = models.JSONField(_("kinds of help"), default=list, blank=True)
    mentor_styles = models.JSONField(_("style of the mentor"), default=list, blank=True)
    join_reasons = models.JSONField(_("why they join"), default=list, blank=True)  # mentors
    hours_per_month = models.PositiveSmallIntegerField(
        _("hours a month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(40)],
    )
    # None in these three: the person has not said, for example in an import. Never a "no".
    rhythm_days = models.PositiveSmallIntegerField(_("how often"), choices=Rhythm, null=True)
    capacity = models.PositiveSmallIntegerField(
        _("how many mentees at most"),
        null=True,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    # The last day of a break: no round considers the person until it is over.
    break_until = models.DateField(_("on a break until"), null=True, blank=True, editable=False)
    is_first_time = models.BooleanField(_("first time as a mentor"), null=True)

    # How to work together: {question code: answer code}, without those that have no answer. The
    # match reads only what both answered alike.
    way_of_working = models.JSONField(_("way of working"), default=dict, blank=True)
    matters_most = models.CharField(
        _("what matters most"), max_length=16, choices=MattersMost, blank=True, default=""
    )

    # Commitment
    suitability = models.JSONField(default=dict, blank=True)  # {question code: answered yes}
    committed_at = models.DateTimeField(null=True, editable=False)
    code_accepted_at = models.DateTimeField(
        _("code of conduct accepted at"), null=True, editable=False
    )
    orientation_passed_at = models.DateTimeField(_("orientation passed at"), null=True, blank=True)
    # Set for people left unmatched by a round. Mentees have priority in the next one.
    waiting_since = models.DateField(_("waiting since"), null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "person", "role"],
                condition=~Q(state="withdrawn"),
                name="one_application_per_role",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1), name="application_capacity_at_least_one"
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "role", "state"], name="application_queue"),
            models.Index(
                fields=["cohort", "state"],
                condition=Q(texts_erased_at=None),
                name="application_with_texts",
            ),
            models.Index(fields=["submitted_at", "id"], name="application_oldest"),
            models.Index(fields=["state", "submitted_at"], name="application_by_state"),
            models.Index(
                fields=["submitted_at"],
                condition=Q(state="accepted", role="mentor", orientation_passed_at=None),
                name="application_unprepared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"

    @property
    def is_mentor(self) -> bool:
        return self.role == self.Role.MENTOR

    @property
    def person_for_partner(self) -> User:
        """The person as their match reads of them: called by the role once they were erased."""
        if self.person.is_erased:
            self.person.name = gettext("your mentor") if self.is_mentor else gettext("your mentee")
        return self.person

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def program(self) -> Program:
        return self.cohort.program

    def is_in_time(self, on: date | None = None) -> bool:
        """Return whether it can be sent on `on` (today by default).

        A pair of two who found each other may begin at any time until the cohort is over.
        """
        if self.is_for_pair:
            return not self.cohort.is_over(on)
        return self.cohort.is_open(on)

    @property
    def answer_by_on(self) -> date:
        """The day by which the person gets an answer, as promised when they apply.

        For a rolling cohort, and for a pair of two who found each other, it counts from when they
        send it; a draft is taken to be sent today.
        """
        day = None if self.is_for_pair else self.cohort.answer_by_on
        if day is not None:
            return day
        return timezone.localdate(self.submitted_at or timezone.now()) + ANSWER_WITHIN

    @property
    def answer_ahead(self) -> date | None:
        """The day by which the person gets an answer, None once it is over."""
        day = self.answer_by_on
        return day if day >= timezone.localdate() else None

    @property
    def is_profile_complete(self) -> bool:
        """The same rule as `ApplicationQuerySet.profile_complete`, for one row."""
        return bool(self.person.name)

    def is_on_break(self, on: date | None = None) -> bool:
        """Return whether the person takes a break on `on` (today by default)."""
        return self.break_until is not None and self.break_until >= (on or timezone.localdate())

    def may_be_edited_by(self, user: User | AnonymousUser) -> bool:
        """Return whether `user` is the person and the committee has not started the review."""
        editable = (
            self.state in {self.State.DRAFT, self.State.SUBMITTED}
            and self.review_started_at is None
        )
        return editable and self.person_id == user.pk
