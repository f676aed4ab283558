"""People whom a member or a participant would like to have as mentors, named by their address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.scoping import SystemManager
from accounts.models import User
from programs.models import GuestAddress, GuestAddressQuerySet, Membership, conflicts_with

OPEN_DAYS = 21  # to answer


class MentorInvitationQuerySet(GuestAddressQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and what the committee of the program sees: who asked, when, and the answer.

        No page shows the address, and the outbox shows none of these e-mails: why one was not sent
        would tell who has an account. So there is no `for_committee`.
        """
        programs = Membership.objects.program_ids(user)
        others = ~conflicts_with(user, "inviter") & Q(program__in=programs)
        return self.filter(Q(inviter=user.pk) | others).scoped("inviter and committee")

    def open(self) -> Self:
        """Return those that wait for an answer, whose address is still there."""
        return self.filter(answer="", closed_at=None, address_deleted_at=None)


class MentorInvitation(GuestAddress):
    """One person is asked once whether they would like to be a mentor.

    `closed_at` is when it was answered or the time for it was over; the address goes with it, or
    earlier if nothing was sent to it (`address_deleted_at`).
    """

    class Answer(models.TextChoices):
        YES = "yes", _("would like to")
        NOT_NOW = "not_now", _("not now")

    class Named(models.TextChoices):
        FULL = "full", _("with my full name")
        FIRST = "first", _("with my first name only")

    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    named = models.CharField(_("how the e-mail names you"), max_length=10, choices=Named)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    asked_at = models.DateTimeField(_("invited at"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    address_deleted_at = models.DateTimeField(null=True, editable=False)

    objects = MentorInvitationQuerySet.as_manager()
    system = SystemManager.from_queryset(MentorInvitationQuerySet)()

    class Meta:
        verbose_name = _("invitation to be a mentor")
        verbose_name_plural = _("invitations to be a mentor")
        ordering = ("-asked_at", "-pk")
        indexes = [
            models.Index(fields=["program", "address_key"], name="mentor_invitation_of_address"),
            models.Index(fields=["inviter", "asked_at"], name="mentor_invitation_by_inviter"),
            models.Index(
                fields=["asked_at"], condition=Q(closed_at=None), name="mentor_invitation_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="") | Q(closed_at__isnull=False),
                name="mentor_invitation_answer_closes_it",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(address_deleted_at__isnull=False),
                name="mentor_invitation_closed_without_address",
            ),
        ]

    @property
    def inviter_name(self) -> str:
        """Return the inviter's name as they have agreed to be named."""
        inviter: User = self.inviter
        return inviter.first_name if self.named == self.Named.FIRST else inviter.name

    @property
    def state_words(self) -> str | Promise:
        """Return how far it is. What was never sent looks like what was not answered."""
        if self.answer:
            return self.Answer(self.answer).label
        return _("no answer") if self.closed_at else _("waiting for an answer")

    def is_open(self, at: datetime) -> bool:
        """Return whether it can still be answered at `at`."""
        return self.closed_at is None and at < self.closes_at

    @property
    def closes_at(self) -> datetime:
        """Return when the time to answer is over."""
        return self.asked_at + timedelta(days=OPEN_DAYS)
