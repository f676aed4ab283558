"""Pairs that no round makes: registered by the committee, or by two people who found each other.

A request waits for the committee, which accepts it or turns it down. What is registered by a member
is decided by another one, as a round is.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.models import Cohort, Membership, Program, conflicts_with

from .rounds import MATCHERS


class PairRequestQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those that wait or have waited for the committee of the program.

        Not for members who have a conflict of interest with one of the two.
        """
        programs = Membership.objects.program_ids(user)
        found = self.exclude(conflicts_with(user, "mentee__person", "mentor__person"))
        both = found.filter(mentee__isnull=False, mentor__isnull=False)
        return both.filter(cohort__program__in=programs).scoped("committee without conflict")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.visible_to(user)

    def waiting(self) -> Self:
        """Requests that wait for the committee's decision."""
        return self.filter(state=PairRequest.State.CONFIRMED)

    def holding(self) -> Self:
        """Requests for whose mentee and mentor a place is held: no round gives it away."""
        states = (PairRequest.State.CONFIRMED, PairRequest.State.APPROVED)
        return self.filter(state__in=states)


class PairRequest(ConfidentialModel):
    """Two people of a cohort who are to be a pair without a round."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("Waits for the committee")
        APPROVED = "approved", _("Accepted, not everything is ready yet")
        MADE = "made", _("They are a pair")
        DECLINED = "declined", _("Turned down")
        WITHDRAWN = "withdrawn", pgettext_lazy("request", "Taken back")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.CONFIRMED: {State.APPROVED, State.MADE, State.DECLINED, State.WITHDRAWN},
        State.APPROVED: {State.MADE, State.WITHDRAWN},
        State.MADE: set(),
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
    }
    ENDED = (State.MADE, State.DECLINED, State.WITHDRAWN)

    public_id = PublicIdField()
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="+", verbose_name=_("cohort"))
    origin = models.CharField(_("origin"), max_length=10, choices=Match.Origin)
    mentee = models.ForeignKey(
        Application, models.PROTECT, null=True, related_name="+", verbose_name=_("mentee")
    )
    mentor = models.ForeignKey(
        Application, models.PROTECT, null=True, related_name="+", verbose_name=_("mentor")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.CONFIRMED, editable=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    reason = EncryptedTextField(_("reason"))
    is_employer_known = models.BooleanField(
        _("both work for the same employer, and the committee accepts it"), default=False
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision_reason = EncryptedTextField(_("reason for the decision"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    match = models.OneToOneField(
        Match, models.PROTECT, null=True, related_name="pair_request", verbose_name=_("pair")
    )

    objects = PairRequestQuerySet.as_manager()
    system = SystemManager.from_queryset(PairRequestQuerySet)()

    class Meta:
        verbose_name = _("pair without a round")
        verbose_name_plural = _("pairs without a round")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["-asked_at", "-id"], name="pair_request_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["mentee"],
                condition=Q(state__in=["confirmed", "approved"]),
                name="one_pair_request_per_mentee",
            ),
            models.CheckConstraint(
                condition=~Q(mentee=F("mentor")), name="pair_request_of_two_applications"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["confirmed", "approved"], closed_at=None)
                | ~Q(state__in=["confirmed", "approved"]) & Q(closed_at__isnull=False),
                name="pair_request_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="made", match__isnull=False) | ~Q(state="made") & Q(match=None),
                name="pair_request_made_has_match",
            ),
        ]

    @property
    def program(self) -> Program:
        return self.cohort.program

    @property
    def both(self) -> tuple[Application, Application]:
        """Mentee and mentor. Raises ValueError while one of them is not known."""
        if self.mentee is None or self.mentor is None:
            raise ValueError("the other person has not confirmed yet")
        return self.mentee, self.mentor

    def may_be_decided_by(self, user: User) -> bool:
        """Return whether `user` is another matcher or chair, without a conflict of interest."""
        if self.by_id == user.pk:
            return False
        return self._is_visible_to_matcher(user)

    def may_be_taken_back_by(self, user: User) -> bool:
        """Return whether `user` is the member who registered it."""
        return self.by_id == user.pk and self._is_visible_to_matcher(user)

    def _is_visible_to_matcher(self, user: User) -> bool:
        if self.program.pk not in Membership.objects.program_ids(user, *MATCHERS):
            return False
        return PairRequest.objects.visible_to(user).filter(pk=self.pk).exists()
