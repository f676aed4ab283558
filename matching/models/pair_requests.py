"""Pairs that no round makes: registered by the committee, or by two people who found each other.

A request waits for the committee, which accepts it or turns it down. What is registered by a member
is decided by another one, as a round is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
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
from programs.models import (
    Cohort,
    GuestAddress,
    GuestAddressQuerySet,
    Membership,
    Program,
    conflicts_with,
)

from .rounds import MATCHERS

OPEN_DAYS = 21  # for the other person to answer


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

    def of(self, user: User | AnonymousUser) -> Self:
        """The requests of two people's own in which `user` is, or is asked to be.

        Who is asked has proven that the address is theirs.
        """
        if not user.is_authenticated:
            return self.none()
        asked = PairInvitation.system.with_address_of(user).filter(address_deleted_at=None)
        mine = Q(by=user) | Q(mentee__person=user) | Q(mentor__person=user)
        own = self.filter(mine | Q(pk__in=asked.values("request")), origin=Match.Origin.SELF)
        return own.scoped("the two people")

    def open(self) -> Self:
        """Requests that have not ended."""
        return self.filter(state__in=PairRequest.OPEN)

    def waiting(self) -> Self:
        """Requests that wait for the committee's decision."""
        return self.filter(state=PairRequest.State.CONFIRMED)

    def to_decide_by(self, member: User) -> Self:
        """Requests that wait for the decision of `member`: not those that they have registered."""
        programs = Membership.objects.program_ids(member, *MATCHERS)
        return self.waiting().exclude(by=member.pk).filter(cohort__program__in=programs)

    def holding(self) -> Self:
        """Requests for whose mentee and mentor a place is held: no round gives it away."""
        states = (PairRequest.State.CONFIRMED, PairRequest.State.APPROVED)
        return self.filter(state__in=states)


class PairRequest(ConfidentialModel):
    """Two people of a cohort who are to be a pair without a round."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for the other person")
        CONFIRMED = "confirmed", _("Waits for the committee")
        APPROVED = "approved", _("Accepted, not everything is ready yet")
        MADE = "made", _("They are a pair")
        DECLINED = "declined", _("Turned down")
        WITHDRAWN = "withdrawn", pgettext_lazy("request", "Taken back")
        LAPSED = "lapsed", _("Not completed in time")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.ASKED: {State.CONFIRMED, State.WITHDRAWN, State.LAPSED},
        State.CONFIRMED: {
            State.APPROVED,
            State.MADE,
            State.DECLINED,
            State.WITHDRAWN,
            State.LAPSED,
        },
        State.APPROVED: {State.MADE, State.WITHDRAWN},
        State.MADE: set(),
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
        State.LAPSED: set(),
    }
    OPEN = (State.ASKED, State.CONFIRMED, State.APPROVED)

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
        _("state"), max_length=10, choices=State, default=State.ASKED, editable=False
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
    # Of the committee to the two, when it turns down what they have asked for.
    words = EncryptedTextField(_("what the two read"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    match = models.OneToOneField(
        Match, models.PROTECT, null=True, related_name="+", verbose_name=_("pair")
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
                condition=Q(state__in=["asked", "confirmed", "approved"], closed_at=None)
                | ~Q(state__in=["asked", "confirmed", "approved"]) & Q(closed_at__isnull=False),
                name="pair_request_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="made", match__isnull=False) | ~Q(state="made") & Q(match=None),
                name="pair_request_made_has_match",
            ),
            models.CheckConstraint(
                condition=Q(mentee__isnull=False, mentor__isnull=False)
                | Q(state__in=["asked", "withdrawn", "lapsed"]),
                name="pair_request_confirmed_has_both",
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

    @property
    def is_of_people(self) -> bool:
        """Whether two people ask for it themselves."""
        return self.origin == Match.Origin.SELF

    @property
    def asker_role(self) -> str:
        """The role of whoever asked, in a request of two people's own."""
        is_mentee = self.mentee is not None and self.mentee.person_id == self.by_id
        return str(Application.Role.MENTEE if is_mentee else Application.Role.MENTOR)

    @property
    def other_role(self) -> str:
        """The role of whom they have named."""
        roles = {Application.Role.MENTEE.value: Application.Role.MENTOR.value}
        return roles.get(self.asker_role, Application.Role.MENTEE.value)

    def application_of(self, user: User) -> Application | None:
        """Return the application of one of the two, None while they have none here."""
        both = (self.mentee, self.mentor)
        return next((one for one in both if one and one.person_id == user.pk), None)

    def may_be_decided_by(self, user: User) -> bool:
        """Return whether `user` is another matcher or chair, without a conflict of interest."""
        if self.by_id == user.pk:
            return False
        return self._is_visible_to_matcher(user)

    def may_be_taken_back_by(self, user: User) -> bool:
        """Return whether `user` registered it as a member, or is one of the two who ask."""
        if self.is_of_people:
            return self.by_id == user.pk or self.application_of(user) is not None
        return self.by_id == user.pk and self._is_visible_to_matcher(user)

    @property
    def closes_at(self) -> datetime:
        """Return until when the other of two people can say yes; see `PairInvitation`."""
        return self.asked_at + timedelta(days=OPEN_DAYS)

    def _is_visible_to_matcher(self, user: User) -> bool:
        if self.program.pk not in Membership.objects.program_ids(user, *MATCHERS):
            return False
        return PairRequest.objects.visible_to(user).filter(pk=self.pk).exists()


class PairInvitationQuerySet(GuestAddressQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those to an address of the user's own; no one else reads an address."""
        if not user.is_authenticated:
            return self.none()
        return self.with_address_of(user).scoped("the owner of the address")

    def open(self, at: datetime) -> Self:
        """Those that can be answered at `at`."""
        since = at - timedelta(days=OPEN_DAYS)
        asked = self.filter(request__state=PairRequest.State.ASKED, address_deleted_at=None)
        return asked.filter(asked_at__gt=since)


class PairInvitation(GuestAddress):
    """The address of the person with whom someone would like to be a pair, until they answer."""

    request = models.OneToOneField(
        PairRequest, models.CASCADE, related_name="+", verbose_name=_("request")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    address_deleted_at = models.DateTimeField(null=True, editable=False)

    objects = PairInvitationQuerySet.as_manager()
    system = SystemManager.from_queryset(PairInvitationQuerySet)()

    class Meta:
        verbose_name = _("invitation to be a pair")
        verbose_name_plural = _("invitations to be a pair")
        ordering = ("-asked_at", "-pk")
        indexes = [models.Index(fields=["address_key"], name="pair_invitation_of_address")]

    @property
    def closes_at(self) -> datetime:
        """Return when the time to answer is over."""
        return self.asked_at + timedelta(days=OPEN_DAYS)

    def is_open(self, at: datetime) -> bool:
        """Return whether it can be answered at `at`."""
        is_asked = self.request.state == PairRequest.State.ASKED
        return is_asked and self.address_deleted_at is None and at < self.closes_at
