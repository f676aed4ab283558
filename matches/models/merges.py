"""Merges of two accounts of one person: asked by the person, or proposed by a chair."""

from __future__ import annotations

from typing import ClassVar, Self

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
from programs.models import Membership, Program, conflicts_with

from .endings import Person

CHAIR = Membership.Role.CHAIR


class AccountMergeQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What chairs proposed in one's programs, for chairs who see both people today.

        The two may be in two programs: a chair of one of them does not learn who is in the other.
        Of what is done the other account says nothing. What people ask for themselves belongs to no
        program, and no member sees it.
        """
        if not user.is_authenticated or (roles and CHAIR not in roles):
            return self.none().scoped("no one")
        seen = Application.objects.for_committee(user, CHAIR).values("person")
        both = Q(kept__in=seen) & (Q(other__in=seen) | Q(state=AccountMerge.State.DONE))
        mine = self.filter(both, program__in=Membership.objects.program_ids(user, CHAIR))
        return mine.exclude(conflicts_with(user, "kept", "other")).scoped("chairs")

    def unfinished(self) -> Self:
        return self.filter(state__in=AccountMerge.UNFINISHED)

    def of_person(self, person: User) -> Self:
        """Those about either account of `person`."""
        return self.filter(Q(kept=person) | Q(other=person))

    def asked_by(self, person: User) -> Self:
        """What `person` asked for themselves."""
        return self.filter(kept=person, program=None)


class AccountMerge(ConfidentialModel):
    """The account `other` is to become a part of `kept`."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a proof")
        PROVEN = "proven", _("Both accounts are proven")
        DONE = "done", _("One account")
        STOPPED = "stopped", pgettext_lazy("merge", "Stopped")
        EXPIRED = "expired", pgettext_lazy("merge", "Expired")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.ASKED: {State.PROVEN, State.STOPPED, State.EXPIRED},
        State.PROVEN: {State.DONE, State.STOPPED, State.EXPIRED},
        State.DONE: set(),
        State.STOPPED: set(),
        State.EXPIRED: set(),
    }
    UNFINISHED = (State.ASKED, State.PROVEN)

    public_id = PublicIdField()
    # None: the person asked for it themselves.
    program = models.ForeignKey(
        Program,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("program"),
        editable=False,
    )
    kept = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("account that stays")
    )
    # None: the address that the person named opens no account. The pages never say so.
    other = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("account that is joined to it"),
    )
    checked = EncryptedTextField(_("how you know that both are one person"), blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.ASKED, editable=False
    )
    proposed_by = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("proposed by"),
        editable=False,
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    kept_agreed_at = models.DateTimeField(_("the first said yes at"), null=True, editable=False)
    other_agreed_at = models.DateTimeField(_("the second said yes at"), null=True, editable=False)
    # From when the two accounts become one.
    due_at = models.DateTimeField(_("they become one from"), null=True, editable=False)
    joined_at = models.DateTimeField(_("became one at"), null=True, editable=False)
    # When what was written in the very second of the merge had been moved as well.
    settled_at = models.DateTimeField(null=True, editable=False)

    objects = AccountMergeQuerySet.as_manager()
    system = SystemManager.from_queryset(AccountMergeQuerySet)()

    class Meta:
        verbose_name = _("two accounts of one person")
        verbose_name_plural = _("two accounts of one person")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kept"],
                condition=Q(state__in=("asked", "proven"), program=None),
                name="one_merge_asked_by_person",
            ),
            models.UniqueConstraint(
                fields=["kept"],
                condition=Q(state__in=("asked", "proven"), program__isnull=False),
                name="one_merge_proposed_by_chair",
            ),
            models.CheckConstraint(
                condition=Q(other=None) | ~Q(other=F("kept")), name="merge_of_two_accounts"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("proven", "done"))
                | Q(other__isnull=False, other_agreed_at__isnull=False),
                name="merge_of_a_proven_account",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(kept_agreed_at__isnull=False, joined_at__isnull=False),
                name="merge_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(program=None, proposed_by=None)
                | Q(program__isnull=False, proposed_by__isnull=False),
                name="merge_proposed_in_a_program",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(state__in=("asked", "proven")),
                name="merge_unfinished",
            ),
            models.Index(
                fields=["id"], condition=Q(state="done", settled_at=None), name="merge_to_settle"
            ),
            models.Index(fields=["-asked_at", "-id"], name="merge_newest"),
        ]
