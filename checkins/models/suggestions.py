"""What people of a program suggest to its committee."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match
from programs.models import Membership, Program, conflicts_with

Person = settings.AUTH_USER_MODEL
TEXT_LENGTH = 4000


class SuggestionQuerySet(ConfidentialQuerySet):
    """There is no `for_committee`, on purpose.

    Lists of everything about a record, such as e-mails with their recipients and changes of state,
    ask for it. They would tell who wrote what was sent without a name.
    """

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own."""
        return self.filter(person=user.pk).scoped("own")

    def readable_by(self, user: User | AnonymousUser) -> Self:
        """What `user` reads as a member of the committee.

        Not their own, nor those of a partner, also of a pair that has ended, or of someone with
        whom they have a conflict of interest, whether they are named or not.
        """
        theirs = self.filter(program__in=Membership.objects.program_ids(user), texts_erased_at=None)
        as_mentor = Match.objects.filter(mentee__person=user.pk).values("mentor__person")
        as_mentee = Match.objects.filter(mentor__person=user.pk).values("mentee__person")
        partner = Q(person__in=as_mentor) | Q(person__in=as_mentee)
        return theirs.exclude(conflicts_with(user, "person") | partner).scoped("committee")

    def unread(self) -> Self:
        """Those that no member has marked as read."""
        return self.filter(read_at=None)


class Suggestion(ConfidentialModel):
    """A suggestion to the committee of a program, and the committee's answer."""

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    text = EncryptedTextField(_("suggestion"), blank=True)
    may_be_named = models.BooleanField(_("the committee may see the name"), default=False)
    nonce = models.CharField(max_length=22, editable=False)  # of the form that was sent
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    read_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("read by"),
    )  # fmt: skip
    answer = EncryptedTextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    answered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("answered by"),
    )  # fmt: skip
    texts_erased_at = models.DateTimeField(null=True, editable=False)

    objects = SuggestionQuerySet.as_manager()
    system = SystemManager.from_queryset(SuggestionQuerySet)()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["-sent_at", "pk"]
        indexes = [
            models.Index(fields=["program", "-sent_at"], name="suggestion_newest"),
            models.Index(
                fields=["program"],
                condition=Q(read_at=None, texts_erased_at=None),
                name="suggestion_unread",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "nonce"], name="one_suggestion_per_form"),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(read_at__isnull=False),
                name="suggestion_answered_was_read",
            ),
        ]

    def may_be_read_by(self, user: User) -> bool:
        """Whether `user` reads it as a member of the committee."""
        return Suggestion.objects.readable_by(user).filter(pk=self.pk).exists()
