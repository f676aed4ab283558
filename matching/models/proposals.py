"""The rows of a round's plan, the committee's decisions, and who must not be paired.

A member never gets a row about a person they have a conflict of interest with: `visible_to`
excludes it, so lists, counts, searches and exports obey it too.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from applications.models import Application
from programs.models import Membership, Program, conflicts_with
from programs.models.committee import DatedQuerySet

from .rounds import Round

# What lists show about a person.
PERSON_FIELDS = ("public_id", "capacity", "is_first_time", "person__name")


class PairRowQuerySet(ConfidentialQuerySet):
    """Rows of a round about a mentee and, where there is one, a mentor."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee of the round, without members who have a conflict with one of the two."""
        rows = self.exclude(conflicts_with(user, "mentee__person", "mentor__person"))
        return rows.filter(round__in=Round.objects.visible_to(user)).scoped(
            "committee without conflict"
        )

    def with_names(self, *more: str) -> Self:
        """Read only PERSON_FIELDS and `more` of the two people."""
        own = [field.name for field in self.model._meta.concrete_fields]
        shown = [f"{who}__{what}" for who in ("mentee", "mentor") for what in PERSON_FIELDS]
        return self.select_related("mentee__person", "mentor__person").only(*own, *shown, *more)


class ProposalQuerySet(PairRowQuerySet):
    """Proposals of a round, as far as the committee member may see them."""

    def in_plan(self) -> Self:
        """One row per mentee: with the proposed or pinned mentor, or unmatched."""
        return self.exclude(state=Proposal.State.REJECTED)

    def paired(self) -> Self:
        return self.in_plan().exclude(mentor=None)

    def left_out(self) -> Self:
        return self.in_plan().filter(mentor=None)

    def pinned(self) -> Self:
        return self.filter(state=Proposal.State.PINNED)

    def rejected(self) -> Self:
        return self.filter(state=Proposal.State.REJECTED)


class Proposal(ConfidentialModel):
    """A proposed or pinned pair, an unmatched mentee, or a rejected pair.

    Each mentee has one row in the plan; without a mentor the mentee is unmatched.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        PINNED = "pinned", _("Pinned")
        REJECTED = "rejected", _("Rejected")
        CHOSEN = "chosen", _("Chosen")

    class Scope(models.TextChoices):
        PAIR = "pair", _("not this pair, in this round")
        NEVER = "never", _("in no round: keep the two apart")

    class Band(models.TextChoices):
        STRONG = "strong", _("Strong")
        GOOD = "good", _("Good")
        POSSIBLE = "possible", _("Possible")
        THIN = "thin", _("Thin")

    public_id = PublicIdField()
    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    mentee = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name=_("mentee")
    )
    mentor = models.ForeignKey(
        Application, models.PROTECT, null=True, related_name="+", verbose_name=_("mentor")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    scope = models.CharField(max_length=5, choices=Scope, blank=True)  # of a rejection
    is_excluded = models.BooleanField(default=False)  # the committee left this mentee out
    score = models.IntegerField(null=True)  # points, as the engine adds them up
    band = models.CharField(max_length=8, choices=Band, blank=True)
    parts = models.JSONField(default=dict)  # {criterion: points}; they add up to the score
    why = models.JSONField(default=dict)  # codes and ids, see `explanations.explanations`
    cautions = models.JSONField(default=list)  # codes of what needs a closer look
    price_pairs = models.IntegerField(null=True)  # what is lost if this pair is not made
    price_points = models.IntegerField(null=True)
    # the mentor in the previous draft, and whether that is another one
    before = models.ForeignKey(Application, models.PROTECT, null=True, related_name="+")
    is_changed = models.BooleanField(default=False)
    changed_in = models.PositiveIntegerField(default=0)  # plan version that last touched this row

    objects = ProposalQuerySet.as_manager()
    system = SystemManager.from_queryset(ProposalQuerySet)()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "mentee"],
                condition=~Q(state="rejected"),
                name="one_row_per_mentee_in_plan",
            ),
            models.UniqueConstraint(
                fields=["round", "mentee", "mentor"], name="one_proposal_per_pair"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(mentor__isnull=False),
                name="decision_names_a_mentor",
            ),
            models.CheckConstraint(
                condition=Q(state="rejected") & ~Q(scope="") | ~Q(state="rejected") & Q(scope=""),
                name="rejection_has_a_scope",
            ),
            models.CheckConstraint(
                condition=Q(is_excluded=False) | Q(mentor=None),
                name="excluded_mentee_has_no_mentor",
            ),
        ]

    @property
    def is_pinned(self) -> bool:
        return self.state == self.State.PINNED


class EntryQuerySet(PairRowQuerySet):
    """Entries of a round's minutes, as far as the committee member may see them."""

    def in_force(self) -> Self:
        """Decisions that have not been undone."""
        return self.filter(undone_at=None).exclude(
            kind__in=[RoundEntry.Kind.UNDO, RoundEntry.Kind.NOTE]
        )


class RoundEntry(ConfidentialModel):
    """One entry of the minutes: who decided what, when, why, its cost, and what undo needs."""

    class Kind(models.TextChoices):
        RUN = "run", _("ran the engine")
        PIN = "pin", _("pinned")
        UNPIN = "unpin", _("unpinned")
        REJECT = "reject", _("rejected")
        ALLOW = "allow", _("allowed again")
        EXCLUDE = "exclude", _("left out of this round")
        INCLUDE = "include", _("included again")
        CHOOSE = "choose", _("chose")
        SWAP = "swap", _("swapped")
        CAPACITY = "capacity", _("added a place")
        WAIVE = "waive", _("waived a rule")
        CRITERIA = "criteria", _("changed rules and weights")
        UNDO = "undo", _("undid")
        NOTE = "note", _("copied")

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()  # the plan version that this entry made
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    why = EncryptedTextField(blank=True)
    mentee = models.ForeignKey(Application, models.PROTECT, null=True, related_name="+")
    mentor = models.ForeignKey(Application, models.PROTECT, null=True, related_name="+")
    cost_pairs = models.IntegerField(default=0)  # pairs lost by it (negative: gained)
    cost_points = models.IntegerField(default=0)
    moved = models.JSONField(default=list)  # [[mentee, mentor before, mentor after]], applications
    facts = models.JSONField(default=dict)  # codes: scope, waived rules, weights before and after
    plan_before = models.BinaryField(null=True)  # the plan that this entry replaced
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = EntryQuerySet.as_manager()
    system = SystemManager.from_queryset(EntryQuerySet)()

    class Meta:
        verbose_name = _("entry in the minutes of a round")
        verbose_name_plural = _("minutes of rounds")
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "version"], name="one_entry_per_plan_version")
        ]

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and self.kind not in {
            self.Kind.UNDO,
            self.Kind.NOTE,
            self.Kind.RUN,
        }


class Override(ConfidentialModel):
    """Hard rules waived for one pair of a round, with the reason."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    mentee = models.ForeignKey(Application, models.PROTECT, related_name="+")
    mentor = models.ForeignKey(Application, models.PROTECT, related_name="+")
    codes = models.JSONField(default=list)
    reason = EncryptedTextField(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PairRowQuerySet.as_manager()
    system = SystemManager.from_queryset(PairRowQuerySet)()

    class Meta:
        verbose_name = _("waived rule")
        verbose_name_plural = _("waived rules")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "mentee", "mentor"], name="one_override_per_pair"
            )
        ]


class KeepApartQuerySet(DatedQuerySet, ConfidentialQuerySet):  # type: ignore[override]  # both return Self
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee of the program, without members who have a conflict with one of the two."""
        programs = Membership.objects.program_ids(user)
        found = self.exclude(conflicts_with(user, "first", "second"))
        return found.filter(program__in=programs).scoped("committee without conflict")

    for_committee = visible_to


class KeepApart(ConfidentialModel):
    """Two people who must not be paired, whoever of them is the mentor."""

    class Kind(models.TextChoices):
        KEEP_APART = "keep_apart", _("kept apart by the committee")
        REPORTING_LINE = "reporting_line", _("one manages or appraises the other")
        CONFLICT = "conflict", _("conflict of interest between the two")

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="+", verbose_name=_("program")
    )
    first = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("one person"))
    second = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("the other person")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, default=Kind.KEEP_APART)
    reason = EncryptedTextField(_("reason"), help_text=_("Only the committee can read this."))
    by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False
    )
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = KeepApartQuerySet.as_manager()
    system = SystemManager.from_queryset(KeepApartQuerySet)()

    class Meta:
        verbose_name = _("pair kept apart")
        verbose_name_plural = _("pairs kept apart")
        ordering = ["-since", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="keep_apart_two_people"),
            models.UniqueConstraint(
                fields=["program", "first", "second", "kind"],
                condition=Q(until=None),
                name="kept_apart_once",
            ),
        ]
