"""A round of matching for a cohort, its snapshot, its plan and its background runs.

Only the committee reads these rows. After publication a pair reads its own "why you two", which is
kept with the match. Rows hold codes and ids, never sentences.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from accounts.models.people import validate_name
from programs.committee import Role, has_role
from programs.models import Cohort, Membership, Program
from workflow.jobs import Job

NAME_LENGTH = 80
MATCHERS = (Role.MATCHER, Role.CHAIR)


class RoundQuerySet(ConfidentialQuerySet):
    """Rounds of the programs in which a member has a role."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Rounds for the committee of the program. Rows about people are narrowed further."""
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.filter(cohort__program__in=Membership.objects.program_ids(user, *roles)).scoped(
            "committee"
        )

    def under_way(self) -> Self:
        return self.filter(state__in=Round.UNDER_WAY)

    def to_approve(self, member: User) -> Self:
        """Rounds that wait for the approval of `member`: someone else has prepared them."""
        return self.filter(state=Round.State.REVIEW).exclude(prepared_by=member.pk)

    def to_publish(self) -> Self:
        """Approved rounds without a day on which they are published."""
        return self.filter(state=Round.State.APPROVED, publish_at=None)

    def due_for_publication(self, at: datetime) -> Self:
        return self.filter(state=Round.State.APPROVED, publish_at__lte=at)


class Round(ConfidentialModel):
    """A round of matching for a cohort, from draft to published."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        DISCARDED = "discarded", _("Discarded")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.REVIEW, State.DISCARDED},
        State.REVIEW: {State.DRAFT, State.APPROVED, State.DISCARDED},
        State.APPROVED: {State.DRAFT, State.PUBLISHED, State.DISCARDED},
        State.PUBLISHED: set(),
        State.DISCARDED: set(),
    }
    UNDER_WAY = (State.DRAFT, State.REVIEW, State.APPROVED)

    class Objective(models.TextChoices):
        MOST = "most", _("Fewest people left out, then the best fits")
        BEST = "best", _("The best fits, even if more people are left out")

    public_id = PublicIdField()
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="+", verbose_name=_("cohort"))
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[validate_name])
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", editable=False
    )

    # The round's own copy of its rules and weights, a `matching.criteria.CriteriaDict`
    criteria = models.JSONField(default=dict, editable=False)
    objective = models.CharField(
        _("what matters most"), max_length=4, choices=Objective, default=Objective.MOST
    )
    min_score = models.PositiveIntegerField(
        _("lowest fit to propose (points)"), null=True, blank=True
    )
    budget = models.PositiveIntegerField(
        _("points to give up for a better weakest pair"),
        default=0,
        validators=[MaxValueValidator(10**7)],
    )
    stability_bonus = models.PositiveIntegerField(
        _("bonus for keeping a pair (points)"),
        default=100,
        validators=[MaxValueValidator(10_000)],
    )

    # The current plan
    draft = models.PositiveIntegerField(default=0, editable=False)  # how often the engine was run
    # Raised by every change; updates compare-and-set it.
    plan_version = models.PositiveIntegerField(default=0, editable=False)
    mentees = models.PositiveIntegerField(default=0, editable=False)  # rows in the plan
    pairs = models.PositiveIntegerField(default=0, editable=False)
    total = models.BigIntegerField(default=0, editable=False)
    # of the previous draft
    before_pairs = models.PositiveIntegerField(null=True, editable=False)
    before_total = models.BigIntegerField(null=True, editable=False)
    has_certificate = models.BooleanField(default=False, editable=False)
    input_hash = models.CharField(max_length=64, blank=True, editable=False)
    engine_version = models.CharField(max_length=20, blank=True, editable=False)

    prepared_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("approved by"),
    )  # fmt: skip
    publish_at = models.DateTimeField(_("publish at"), null=True, editable=False)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    created_at = models.DateTimeField(_("opened at"), default=timezone.now, editable=False)

    objects = RoundQuerySet.as_manager()
    system = SystemManager.from_queryset(RoundQuerySet)()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "number"], name="one_round_number_per_cohort"
            ),
            models.CheckConstraint(
                condition=Q(publish_at=None) | Q(state__in=["approved", "published"]),
                name="round_publication_set_once_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(has_certificate=True, published_at__isnull=False),
                name="round_published_with_certificate",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def program(self) -> Program:
        return self.cohort.program

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    def may_be_changed_by(self, user: User | AnonymousUser) -> bool:
        return self.is_under_way and has_role(user, self.program, *MATCHERS)

    def may_be_published_by(self, user: User | AnonymousUser) -> bool:
        """Return whether `user` is a chair and the round approved.

        `publication.schedule` also checks for conflicts of interest.
        """
        return self.state == self.State.APPROVED and has_role(user, self.program, Role.CHAIR)


class OfRoundQuerySet(ConfidentialQuerySet):
    """Rows that belong to a round as a whole and name no person."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(round__in=Round.objects.visible_to(user)).scoped(
            "committee of the round"
        )


class SnapshotQuerySet(OfRoundQuerySet):
    def with_plan(self) -> Self:
        """Annotate `acknowledged_changes`, `mentors` and `capacity` of the round's current plan."""
        plans = RoundPlan.system.filter(round=OuterRef("round"))
        names = ("acknowledged_changes", "mentors", "capacity")
        return self.annotate(**{name: Subquery(plans.values(name)) for name in names})


class Snapshot(ConfidentialModel):
    """What a run read and how it scored it; later edits of a profile don't change it.

    Written once by a run. `people` is the pool as plain arrays, `scores` the score of every pair.
    `fingerprints` tell who has changed an answer since. The large columns come last, because SQLite
    reads a row from its start.
    """

    round = models.OneToOneField(Round, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # hash of the content
    taken_at = models.DateTimeField()
    figures = models.JSONField(default=dict)  # counts: missing answers, rules, undecided pairs
    fingerprints = models.JSONField(default=dict)  # {application id: hash of the answers}
    columns = models.JSONField()  # ids behind the arrays: applications, topics, experiences ...
    people = models.BinaryField()
    scores = models.BinaryField()

    objects = SnapshotQuerySet.as_manager()
    system = SystemManager.from_queryset(SnapshotQuerySet)()

    class Meta:
        verbose_name = _("snapshot of a round")
        verbose_name_plural = _("snapshots of rounds")


class RoundPlan(ConfidentialModel):
    """The current plan: pairs, prices that prove it, and capacities.

    Small, since every decision rewrites it; what it was made from stays in the snapshot.
    """

    round = models.OneToOneField(Round, models.CASCADE, related_name="+")
    snapshot_key = models.CharField(max_length=64)  # of the snapshot that it was made from
    plan = models.BinaryField()
    score_overrides = models.JSONField(
        default=list
    )  # [[mentee, mentor, score]]: where the committee set a rule aside since
    digest = models.CharField(max_length=64)  # of the scores with these cells
    mentors = models.PositiveIntegerField(default=0)
    capacity = models.PositiveIntegerField(default=0)  # of all mentors, added places included
    # {application id: fingerprint} of answers that the round itself changed
    acknowledged_changes = models.JSONField(default=dict)

    objects = OfRoundQuerySet.as_manager()
    system = SystemManager.from_queryset(OfRoundQuerySet)()

    class Meta:
        verbose_name = _("plan of a round")
        verbose_name_plural = _("plans of rounds")


class RoundJob(Job):
    """Running a large round in the background."""

    INPUT = ("round",)

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")

    objects = OfRoundQuerySet.as_manager()
    system = SystemManager.from_queryset(OfRoundQuerySet)()

    class Meta(Job.Meta):
        verbose_name = _("run of a round")
        verbose_name_plural = _("runs of rounds")

    def __str__(self) -> str:
        return str(_("run of a round"))

    @property
    def program(self) -> Program:
        return self.round.cohort.program
