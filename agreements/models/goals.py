"""Goals as they live on after the signature: state, steps, and what was said before.

A signed version keeps its wording for ever (`content.AgreedGoal`). The goal here has the same key,
follows what the pair agrees, and changes whenever they want. A mentor can have learning goals of
their own: private, or shared with the mentee.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField, new_public_id
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

Person = settings.AUTH_USER_MODEL


class GoalQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair, without the partner's private goals; no one in the committee."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        mine = self.filter(match__in=Match.objects.ids_of(user))
        return mine.filter(Q(is_shared=True) | Q(person=user.pk)).scoped("pair")

    def of_pair(self, match: Match) -> Self:
        """What the mentee wants, and both work on."""
        return self.filter(match=match, person=match.mentee.person_id)

    def of_mentor(self, match: Match) -> Self:
        """What the mentor wants to learn."""
        return self.filter(match=match, person=match.mentor.person_id)

    def open(self) -> Self:
        """Goals that are neither reached nor parked."""
        return self.exclude(state__in=Goal.DONE)

    def not_erased(self) -> Self:
        """Goals that still have their words."""
        return self.filter(texts_erased=False)


class Goal(ConfidentialModel):
    """What one of a pair wants, and how they will know. The mentee's goals are those of the pair.

    Both change the goals of the pair; the mentor alone changes their own.
    """

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        UNDER_WAY = "under_way", _("Under way")
        REACHED = "reached", _("Reached")
        PARKED = "parked", _("Parked")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.NOT_STARTED: {State.UNDER_WAY, State.REACHED, State.PARKED},
        State.UNDER_WAY: {State.NOT_STARTED, State.REACHED, State.PARKED},
        State.REACHED: {State.UNDER_WAY},
        State.PARKED: {State.NOT_STARTED, State.UNDER_WAY},
    }
    DONE = (State.REACHED, State.PARKED)

    public_id = PublicIdField()
    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("whose"))
    # The same as that of the goal in each version of the agreement.
    key = models.CharField(max_length=22, default=new_public_id, editable=False)
    is_agreed = models.BooleanField(_("in the agreement"), default=False, editable=False)
    # Whether the partner reads it; always so for goals of the pair.
    is_shared = models.BooleanField(_("shared with the partner"), default=True)
    position = models.PositiveSmallIntegerField(default=0)
    text = EncryptedTextField(_("goal"))
    measure = EncryptedTextField(_("how I will know"))
    why = EncryptedTextField(_("why it matters"), blank=True)
    target_on = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.NOT_STARTED, editable=False
    )
    reached_at = models.DateTimeField(_("reached at"), null=True, editable=False)
    # Numbers the e-mails that tell it to the partner.
    times_reached = models.PositiveSmallIntegerField(default=0, editable=False)
    # Raised by every change of the words; an edit of an old one is rejected.
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("added at"), editable=False)
    # The words are gone, because their time was over or their author was erased.
    texts_erased = models.BooleanField(default=False, editable=False)

    objects = GoalQuerySet.as_manager()
    system = SystemManager.from_queryset(GoalQuerySet)()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["match", "key"], name="goal_once_per_match"),
            models.CheckConstraint(
                condition=Q(state="reached", reached_at__isnull=False)
                | ~Q(state="reached") & Q(reached_at=None),
                name="reached_goal_has_moment",
            ),
        ]

    @property
    def is_of_pair(self) -> bool:
        """Whether it is a goal of the pair, not one that the mentor has for themselves."""
        return self.person_id == self.match.mentee.person_id

    @property
    def is_open(self) -> bool:
        """Whether it is neither reached nor parked."""
        return self.state not in self.DONE

    def may_be_changed_by(self, user: User | AnonymousUser) -> bool:
        """Whether `user` may change it now: the pair, or the mentor for a goal of their own."""
        if self.match.state == Match.State.CLOSED or self.texts_erased:
            return False
        return user in self.match.people if self.is_of_pair else user.pk == self.person_id


class OfGoalQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may read the goal."""
        return self.filter(goal__in=Goal.objects.visible_to(user)).scoped("as the goal")

    def of_goals(self, goals: Collection[Goal]) -> Self:
        """Rows of `goals`, which the caller has fetched through their `visible_to`."""
        return self.filter(goal__in=[goal.pk for goal in goals]).scoped("as the goals")


class GoalStep(ConfidentialModel):
    """A small step towards a goal. What was removed can be put back."""

    public_id = PublicIdField()
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    text = EncryptedTextField(_("step"))
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added at"), editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("removed at"), null=True, editable=False)

    objects = OfGoalQuerySet.as_manager()
    system = SystemManager.from_queryset(OfGoalQuerySet)()

    class Meta:
        verbose_name = _("step towards a goal")
        verbose_name_plural = _("steps towards goals")
        ordering = ["position", "pk"]


class GoalChange(ConfidentialModel):
    """One change of a goal's words, with what they were before. Changes of state: `Transition`."""

    class Kind(models.TextChoices):
        ADDED = "added", _("Added")
        AGREED = "agreed", _("Agreed in the mentoring agreement")
        LEFT_OUT = "left_out", _("Left out of the agreement")
        TEXT = "text", _("Goal reworded")
        MEASURE = "measure", _("Measure changed")
        WHY = "why", _("Reason changed")
        TARGET = "target", _("Date changed")
        SHARED = "shared", _("Shared with the mentee")
        PRIVATE = "private", _("Made private")

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="+")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    # None: the agreement that both have signed.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))
    before = EncryptedTextField(_("before"), blank=True)
    before_on = models.DateField(null=True, editable=False)

    objects = OfGoalQuerySet.as_manager()
    system = SystemManager.from_queryset(OfGoalQuerySet)()

    class Meta:
        verbose_name = _("change of a goal")
        verbose_name_plural = _("changes of goals")
        ordering = ["at", "pk"]
