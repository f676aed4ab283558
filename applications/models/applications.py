"""A person asks to take part in a cohort in one role.

Three layers of confidentiality, each in tables of its own so that no join, filter or form can mix them:
the application (shared with the match after publication, where it says so), the private answers and named wishes
(the person and the committee), and the committee's notes and pending decision (the committee only).
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from programs.models.committee import conflicts_with
from programs.models.programs import Cohort, Program
from programs.models.vocabulary import Experience, Topic

Person = settings.AUTH_USER_MODEL


class ApplicationQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, and those of one's committee."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(person=user.pk) | self.for_committee(user)

    def for_committee(self, user: Any, *roles: str) -> Self:
        """Sent applications of the member's programs, without oneself and without conflicts of interest."""
        if not user.is_authenticated:
            return self.none()
        return self.exclude(conflicts_with(user, "person")).filter(
            ~Q(state=Application.State.DRAFT),
            cohort__program__in=Program.objects.for_committee(user, *roles),
        )

    def mentees(self) -> Self:
        return self.filter(role=Application.Role.MENTEE)

    def mentors(self) -> Self:
        return self.filter(role=Application.Role.MENTOR)

    def of(self, user: Any) -> Self:
        """One's own, and only those: the pages of a person never show what she may read as a committee member."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def open(self) -> Self:
        return self.filter(state__in=Application.OPEN)

    def profile_complete(self) -> Self:
        """What no match can do without: a name to introduce.

        Sending an application on the site asks for everything; a roster brings what its form asked for, and what is
        missing there is unknown to the engine, not a reason to leave somebody out.
        """
        return self.exclude(person__name="")

    def ready(self) -> Self:
        """Accepted, complete and prepared. Whether a mentor has a free place is known to `matching`."""
        oriented = Q(role=Application.Role.MENTEE) | Q(orientation_passed_at__isnull=False)
        return self.profile_complete().filter(
            oriented,
            state=Application.State.ACCEPTED,
            code_accepted_at__isnull=False,
            person__is_active=True,
        )


class Application(models.Model):
    class Role(models.TextChoices):
        MENTEE = "mentee", _("mentee")
        MENTOR = "mentor", _("mentor")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Sent")
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
    external_key = models.CharField(
        max_length=254, blank=True, editable=False
    )  # import id, else the e-mail address
    version = models.PositiveIntegerField(default=0, editable=False)  # raised by each saved page
    saved_pages = models.JSONField(
        default=list, blank=True, editable=False
    )  # codes; a page without must-answers is done once saved
    saved_at = models.DateTimeField(_("last saved at"), null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    review_started_at = models.DateTimeField(
        _("review started at"), null=True, editable=False
    )  # closes editing

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
    rhythm_days = models.PositiveSmallIntegerField(
        _("how often"), choices=Rhythm, default=Rhythm.MONTHLY
    )
    capacity = models.PositiveSmallIntegerField(
        _("how many mentees at most"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    is_first_time = models.BooleanField(_("first time as a mentor"), default=False)

    # Commitment
    suitability = models.JSONField(default=dict, blank=True)  # {question code: answered yes}
    committed_at = models.DateTimeField(null=True, editable=False)
    code_accepted_at = models.DateTimeField(
        _("code of conduct accepted at"), null=True, editable=False
    )
    orientation_passed_at = models.DateTimeField(_("orientation passed at"), null=True, blank=True)
    waiting_since = models.DateField(
        _("waiting since"), null=True, blank=True
    )  # left unmatched: priority next round

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
        indexes = [models.Index(fields=["cohort", "role", "state"], name="application_queue")]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"

    @property
    def is_mentor(self) -> bool:
        return self.role == self.Role.MENTOR

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def program(self) -> Program:
        return self.cohort.program

    @property
    def is_profile_complete(self) -> bool:
        """The same rule as `ApplicationQuerySet.profile_complete`, for one row."""
        return bool(self.person.name)

    def may_be_edited_by(self, user: Any) -> bool:
        """Until the committee begins to read; the person only."""
        editable = (
            self.state in {self.State.DRAFT, self.State.SUBMITTED}
            and self.review_started_at is None
        )
        return editable and self.person_id == user.pk


class AnswersQuerySet(ScopedQuerySet):
    """Rows that belong to one application and follow its visibility."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(application__in=Application.objects.visible_to(user))


class ApplicationTopic(models.Model):
    """A need (weight 3 = most urgent) of a mentee, or an offer (weight 3 = strongest) of a mentor."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="topic_rows")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    weight = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )

    objects = AnswersQuerySet.as_manager()

    class Meta:
        ordering = ["-weight", "topic__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "topic"], name="topic_once_per_application"
            )
        ]

    def __str__(self) -> str:
        return str(self.topic)


class ApplicationExperience(models.Model):
    class Depth(models.TextChoices):
        GOING_THROUGH = "now", _("I am going through it")
        LIVED = "lived", _("I lived it")
        ACCOMPANIED = "accompanied", _("I accompanied someone through it")

    application = models.ForeignKey(Application, models.CASCADE, related_name="experience_rows")
    experience = models.ForeignKey(Experience, models.PROTECT, related_name="+")
    depth = models.CharField(max_length=12, choices=Depth)
    is_shared = models.BooleanField(_("my match may see this"), default=False)

    objects = AnswersQuerySet.as_manager()

    class Meta:
        ordering = ["experience__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "experience"], name="experience_once_per_application"
            )
        ]

    def __str__(self) -> str:
        return str(self.experience)
