"""A person asks to take part in a cohort in one role.

Three layers of confidentiality, each in tables of its own so that no join, filter or form can mix them:
the application (shared with the match after publication, where it says so), the private answers and named wishes
(the person and the committee), and the committee's notes and pending decision (the committee only).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.guard import ConfidentialModel, GuardedQuerySet, ScopedQuerySet
from access.ids import PublicIdField
from access.text import EncryptedTextField

from .committee import Conflict
from .programs import Cohort, Program
from .vocabulary import Experience, Topic

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
        return self.filter(
            ~Q(state=Application.State.DRAFT),
            ~Q(person=user.pk),
            ~Q(person__in=Conflict.objects.people_hidden_from(user)),
            cohort__program__in=Program.objects.for_committee(user, *roles),
        )

    def mentees(self) -> Self:
        return self.filter(role=Application.Role.MENTEE)

    def mentors(self) -> Self:
        return self.filter(role=Application.Role.MENTOR)

    def open(self) -> Self:
        return self.filter(state__in=Application.OPEN)

    def ready(self) -> Self:
        """Accepted, complete and prepared. Whether a mentor has a free place is known to `matching`."""
        oriented = Q(role=Application.Role.MENTEE) | Q(orientation_passed_at__isnull=False)
        return self.filter(
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
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="applications", verbose_name=_("cohort"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="applications", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT, editable=False)
    external_key = models.CharField(max_length=254, blank=True, editable=False)  # import id, else the e-mail address
    version = models.PositiveIntegerField(default=0, editable=False)  # raised by each saved page
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    review_started_at = models.DateTimeField(_("review started at"), null=True, editable=False)  # closes editing

    # Shared with my match after publication
    situation = models.TextField(_("your situation"), max_length=2000, blank=True)
    hopes = models.TextField(_("what you hope for"), max_length=2000, blank=True)
    topics = models.ManyToManyField(Topic, through="ApplicationTopic", related_name="+")
    experiences = models.ManyToManyField(Experience, through="ApplicationExperience", related_name="+")

    # Practical
    mode = models.CharField(_("how to meet"), max_length=10, choices=Mode, blank=True)
    travel_km = models.PositiveSmallIntegerField(_("how far you would travel (km)"), null=True, blank=True)
    rhythm_days = models.PositiveSmallIntegerField(_("how often"), choices=Rhythm, default=Rhythm.MONTHLY)
    capacity = models.PositiveSmallIntegerField(
        _("how many mentees at most"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    is_first_time = models.BooleanField(_("first time as a mentor"), default=False)

    # Commitment
    suitability = models.JSONField(default=dict, blank=True)  # {question code: True}
    committed_at = models.DateTimeField(null=True, editable=False)
    code_accepted_at = models.DateTimeField(_("code of conduct accepted at"), null=True, editable=False)
    orientation_passed_at = models.DateTimeField(_("orientation passed at"), null=True, blank=True)
    waiting_since = models.DateField(_("waiting since"), null=True, blank=True)  # left unmatched: priority next round

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person", "role"], name="one_application_per_role"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="application_capacity_at_least_one"),
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

    def may_be_edited_by(self, user: Any) -> bool:
        """Until the committee begins to read; the person only."""
        editable = self.state in {self.State.DRAFT, self.State.SUBMITTED} and self.review_started_at is None
        return editable and self.person_id == user.pk


class AnswersQuerySet(ScopedQuerySet):
    """Rows that belong to one application and follow its visibility."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(application__in=Application.objects.visible_to(user))


class ApplicationTopic(models.Model):
    """A need (weight 3 = most urgent) of a mentee, or an offer (weight 3 = strongest) of a mentor."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="topic_rows")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    weight = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1), MaxValueValidator(3)])

    objects = AnswersQuerySet.as_manager()

    class Meta:
        ordering = ["-weight", "topic__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["application", "topic"], name="topic_once_per_application")]

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
            models.UniqueConstraint(fields=["application", "experience"], name="experience_once_per_application")
        ]

    def __str__(self) -> str:
        return str(self.experience)


class ConfidentialAnswersQuerySet(GuardedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The person and the committee; never the partner."""
        return self.filter(application__in=Application.objects.visible_to(user)).scoped("person or committee")


class PrivateAnswers(ConfidentialModel):
    """The "committee only" block. Never shown to the partner, whatever happens."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="+")
    needs = EncryptedTextField(_("anything that the committee should know"), max_length=2000, blank=True)
    limits = EncryptedTextField(_("limits"), max_length=2000, blank=True)
    accommodations = EncryptedTextField(_("what would make it easier for you to take part"), max_length=2000, blank=True)
    attributes_json = EncryptedTextField(blank=True, editable=False)

    objects = ConfidentialAnswersQuerySet.as_manager()

    class Meta:
        verbose_name = _("private answers")
        verbose_name_plural = _("private answers")

    @property
    def attributes(self) -> dict[str, list[str]]:
        """Answers to the program's own questions (imports): {code: [values]}; scored only if the round says so."""
        return json.loads(self.attributes_json or "{}")

    @attributes.setter
    def attributes(self, value: dict[str, list[str]]) -> None:
        self.attributes_json = json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


class NamedWish(ConfidentialModel):
    """With whom somebody would like to be paired, or rather not. `person` is set once the name is recognised."""

    class Kind(models.TextChoices):
        PREFER = "prefer", _("would like to be paired with")
        AVOID = "avoid", _("please not with")

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    rank = models.PositiveSmallIntegerField(default=1)
    written = EncryptedTextField(_("name or e-mail address"), max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ConfidentialAnswersQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "rank", "pk"]
        verbose_name = _("named wish")
        verbose_name_plural = _("named wishes")


class CommitteeOnlyQuerySet(GuardedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The committee; never the person that the row is about."""
        return self.filter(application__in=Application.objects.for_committee(user)).scoped("committee")


class CommitteeNote(ConfidentialModel):
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = EncryptedTextField(_("note"), max_length=2000)
    written_at = models.DateTimeField(default=timezone.now)

    objects = CommitteeOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at"]
        verbose_name = _("committee note")
        verbose_name_plural = _("committee notes")


class Decision(ConfidentialModel):
    """What the committee decided about an application. Pending, and invisible to the person, until released."""

    class Outcome(models.TextChoices):
        ACCEPT = "accepted", _("accept")
        WAITLIST = "waitlisted", _("waiting list")
        DECLINE = "declined", _("decline")

    class Reason(models.TextChoices):
        NONE = "", _("no reason needed")
        NO_PLACE = "no_place", _("more applications than places")
        NOT_AUDIENCE = "not_audience", _("outside the audience of this program")
        OTHER_HELP = "other_help", _("another kind of help fits better")
        TIMING = "timing", _("not the right moment")
        INCOMPLETE = "incomplete", _("too little in the application to match well")

    application = models.OneToOneField(Application, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=14, choices=Reason, blank=True)
    note = EncryptedTextField(_("words for the committee"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, editable=False)

    objects = CommitteeOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="accepted") | ~Q(reason=""), name="decision_other_than_accept_has_a_reason"
            )
        ]

    def is_pending(self, at: datetime | None = None) -> bool:
        return self.released_at is None
