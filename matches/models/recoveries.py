"""Recoveries of accounts whose mailbox is lost: two members, 72 hours' notice, a code."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models import Membership, Program, conflicts_with

from .endings import Person


class AccountRecoveryQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of a member's programs; never about the member, nor with a conflict of interest."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        mine = self.filter(program__in=Membership.objects.program_ids(user, *roles))
        return mine.exclude(conflicts_with(user, "person")).scoped("committee")

    def unfinished(self) -> Self:
        return self.filter(state__in=AccountRecovery.UNFINISHED)


class AccountRecovery(ConfidentialModel):
    """A new address for someone who no longer reads any of theirs."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second member")
        WAITING = "waiting", _("The old addresses were told")
        DONE = "done", _("The person has the account again")
        STOPPED = "stopped", _("Stopped")
        EXPIRED = "expired", _("The code was not used in time")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.PROPOSED: {State.WAITING, State.STOPPED},
        State.WAITING: {State.DONE, State.STOPPED, State.EXPIRED},
        State.DONE: set(),
        State.STOPPED: set(),
        State.EXPIRED: set(),
    }
    UNFINISHED = (State.PROPOSED, State.WAITING)

    public_id = PublicIdField()
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program"), editable=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    new_email = models.EmailField(_("new e-mail address"), blank=True)
    checked = EncryptedTextField(_("how you know that it is this person"), blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.PROPOSED, editable=False
    )
    proposed_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("first member"), editable=False
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now, editable=False)
    confirmed_by = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("second member"),
        editable=False,
    )
    # From when the code is sent to the new address.
    due_at = models.DateTimeField(_("code is sent from"), null=True, editable=False)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    code_sent_at = models.DateTimeField(_("code sent at"), null=True, editable=False)

    objects = AccountRecoveryQuerySet.as_manager()
    system = SystemManager.from_queryset(AccountRecoveryQuerySet)()

    class Meta:
        verbose_name = _("lost mailbox")
        verbose_name_plural = _("lost mailboxes")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=("proposed", "waiting")),
                name="one_unfinished_recovery",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="recovery_by_two_members",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("person"))
                & (Q(confirmed_by=None) | ~Q(confirmed_by=F("person"))),
                name="recovery_not_by_the_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("waiting", "done")) | Q(due_at__isnull=False),
                name="recovery_waits_until",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="recovery_waiting"),
            models.Index(fields=["-proposed_at", "-id"], name="recovery_newest"),
        ]
