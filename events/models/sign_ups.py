"""Who has signed up for an event, who waits for a place, and who came."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.scoping import ScopedQuerySet
from accounts.models import User
from programs.models import Membership, Program, conflicts_with

from .events import Event


class SignUpQuerySet(ScopedQuerySet):
    """Who sees whose sign-up, and usual subsets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and those that the user sees as a committee member."""
        return self.of(user) | self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the member's programs, without their own and their conflicts of interest."""
        programs = Membership.objects.program_ids(user, *roles)
        if not programs:
            return self.none()
        return self.exclude(conflicts_with(user, "person")).filter(event__program__in=programs)

    def of(self, user: User | AnonymousUser) -> Self:
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def going(self) -> Self:
        """Those who have a place."""
        return self.filter(state=SignUp.State.GOING)

    def waiting(self) -> Self:
        """The waiting list, the first one first."""
        return self.filter(state=SignUp.State.WAITING).order_by("since", "pk")

    def attended(self) -> Self:
        """Those who came to an event that was held, as the committee has recorded."""
        return self.filter(has_attended=True, event__state=Event.State.HELD)

    def support_touches(self, program: Program, first: date, last: date) -> Self:
        """Return the support touches that events have given in a program from `first` to `last`.

        One person who attended one event that was held is one touch, on the day of the event by the
        clock of the program. Signing up, and an event without attendance, is none.
        """
        return self.attended().filter(event__program=program, event__on__range=(first, last))


class SignUp(models.Model):
    """One person and one event: with a place, on the waiting list, or not coming after all."""

    class State(models.TextChoices):
        GOING = "going", pgettext_lazy("event", "Has a place")
        WAITING = "waiting", pgettext_lazy("event", "On the waiting list")
        LEFT = "left", pgettext_lazy("event", "Not coming")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.GOING: {State.LEFT},
        State.WAITING: {State.GOING, State.LEFT},
        State.LEFT: {State.GOING, State.WAITING},
    }

    event = models.ForeignKey(
        Event, models.PROTECT, related_name="sign_ups", verbose_name=_("event")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    state = models.CharField(
        _("state"), max_length=7, choices=State, default=State.GOING, editable=False
    )
    # Since when it has this state: the order of the waiting list.
    since = models.DateTimeField(_("since"), editable=False)
    turns = models.PositiveSmallIntegerField(default=1, editable=False)  # changes of state
    # None: no one has said yet.
    has_attended = models.BooleanField(_("came"), null=True, editable=False)
    # That they have answered, so that no one answers twice; what they said is not theirs any more.
    has_answered = models.BooleanField(default=False, editable=False)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["since", "pk"]
        indexes = [
            models.Index(fields=["event", "state", "since"], name="sign_up_of_event"),
            models.Index(fields=["person", "state"], name="sign_up_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="one_sign_up_per_person")
        ]

    def __str__(self) -> str:
        return str(self.event)

    @property
    def is_going(self) -> bool:
        return self.state == self.State.GOING

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
