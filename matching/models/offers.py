"""Asking before a pair is made: the mentor first, or both, as the program has set.

While an offer is open, a place of the mentor is held for it. The other person never learns of a no.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.ids import PublicIdField
from access.scoping import ConfidentialModel, SystemManager
from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.committee import has_role

from .proposals import PairRowQuerySet
from .rounds import MATCHERS, Round


class OfferQuerySet(PairRowQuerySet):
    """Offers, as far as the committee member may see them; the two people have no list of them."""

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.visible_to(user)

    def open(self) -> Self:
        return self.filter(state=Offer.State.OPEN)

    def nobody_left(self) -> Self:
        """Offers that ended without a pair, for whose waiting mentees no one else is asked."""
        return self.left_alone().filter(mentee__in=Application.objects.ready())

    def left_alone(self) -> Self:
        """Offers that ended without a pair, of mentees who may or may not still be waiting."""
        states = Offer.State
        better = Offer.system.filter(
            Q(state__in=[states.OPEN, states.ACCEPTED]) | Q(opened_at__gt=OuterRef("opened_at")),
            mentee=OuterRef("mentee"),
        )
        matched = Match.objects.filter(mentee=OuterRef("mentee")).filter(
            ~Q(state=Match.State.CLOSED) | Q(introduced_at__gte=OuterRef("opened_at"))
        )
        ended = self.filter(state__in=[states.DECLINED, states.EXPIRED, states.WITHDRAWN]).exclude(
            mentee__cohort__ends_on__lt=timezone.localdate()
        )
        return ended.exclude(Exists(better)).exclude(Exists(matched))


class Offer(ConfidentialModel):
    """One pair of a published round that is asked before it is made."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("request", "Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", pgettext_lazy("request", "Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.OPEN: {State.ACCEPTED, State.DECLINED, State.EXPIRED, State.WITHDRAWN},
        State.ACCEPTED: set(),
        State.DECLINED: set(),
        State.EXPIRED: set(),
        State.WITHDRAWN: set(),
    }

    class Reason(models.TextChoices):
        NO_TIME = "time", _("no time at the moment")
        OTHER_TOPIC = "topic", _("I can't help with this")
        KNOW_EACH_OTHER = "known", _("I think that we know each other")
        NOT_NOW = "other", _("something else")

    public_id = PublicIdField()
    round = models.ForeignKey(Round, models.CASCADE, related_name="+", verbose_name=_("round"))
    mentee = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name=_("mentee")
    )
    mentor = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name=_("mentor")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN, editable=False
    )
    number = models.PositiveSmallIntegerField(_("candidate number"), default=1)
    asks_mentee = models.BooleanField(_("both are asked"), default=False)
    mentor_agreed_at = models.DateTimeField(_("mentor agreed at"), null=True)
    mentee_agreed_at = models.DateTimeField(_("mentee agreed at"), null=True)
    # Of who said no; only the committee reads it.
    reason = models.CharField(_("reason"), max_length=5, choices=Reason, blank=True)
    why = models.JSONField(default=dict)  # codes and ids that both may read, as `Match.why_codes`
    opened_at = models.DateTimeField(_("asked at"))
    closes_at = models.DateTimeField(_("answer by"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = OfferQuerySet.as_manager()
    system = SystemManager.from_queryset(OfferQuerySet)()

    class Meta:
        verbose_name = _("request before a match")
        verbose_name_plural = _("requests before matches")
        ordering = ["-opened_at", "pk"]
        indexes = [models.Index(fields=["-opened_at", "id"], name="offer_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["mentee"], condition=Q(state="open"), name="one_open_offer_per_mentee"
            ),
            models.UniqueConstraint(
                fields=["mentee", "mentor"],
                condition=Q(state__in=["open", "declined"]),
                name="no_offer_after_a_no",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | ~Q(state="open") & Q(closed_at__isnull=False),
                name="offer_closed_has_moment",
            ),
        ]

    @property
    def people(self) -> tuple[User, ...]:
        """Who is asked: the mentor, and the mentee where both are."""
        mentor = (self.mentor.person,)
        return (*mentor, self.mentee.person) if self.asks_mentee else mentor

    def is_mentor(self, person: User) -> bool:
        return self.mentor.person_id == person.pk

    def agreed_at(self, person: User) -> datetime | None:
        return self.mentor_agreed_at if self.is_mentor(person) else self.mentee_agreed_at

    def is_open(self, at: datetime) -> bool:
        """Whether it can be answered at `at`."""
        return self.state == self.State.OPEN and at < self.closes_at

    @property
    def is_agreed(self) -> bool:
        """Whether everyone who is asked has said yes."""
        both = self.mentee_agreed_at is not None or not self.asks_mentee
        return self.mentor_agreed_at is not None and both

    def may_be_changed_by(self, user: User) -> bool:
        visible = Offer.objects.visible_to(user).filter(pk=self.pk)
        return has_role(user, self.round.program, *MATCHERS) and visible.exists()
