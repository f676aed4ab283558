"""What each of the two expects before they write the agreement, and may show the other."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

Person = settings.AUTH_USER_MODEL
ANSWER_LENGTH = 1000


class ExpectationsQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own; the partner's once one has answered too, or if they show it at once."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        answered = Expectations.system.filter(author=user.pk).values("match")
        of_partner = Q(match__in=Match.objects.ids_of(user))
        readable = Q(shown_at__isnull=False) | Q(match__in=answered)
        found = self.filter(Q(author=user.pk) | (of_partner & readable))
        return found.scoped("author, or partner once both have answered")


class Expectations(ConfidentialModel):
    """One person's short answers on what they hope for and can give in this pair."""

    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("match"))
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    hopes = EncryptedTextField(_("What I hope for"), blank=True)
    gives = EncryptedTextField(_("What I can give"), blank=True)
    often = EncryptedTextField(_("How often I would like to meet"), blank=True)
    hard = EncryptedTextField(_("What I find hard"), blank=True)
    reached = EncryptedTextField(_("How I like to be reached"), blank=True)
    between = EncryptedTextField(_("What should stay between us"), blank=True)
    saved_at = models.DateTimeField(_("saved at"), editable=False)
    # Since when the partner may read them without having answered.
    shown_at = models.DateTimeField(null=True, editable=False)

    objects = ExpectationsQuerySet.as_manager()
    system = SystemManager.from_queryset(ExpectationsQuerySet)()

    class Meta:
        verbose_name = _("expectations")
        verbose_name_plural = _("expectations")
        constraints = [
            models.UniqueConstraint(fields=["match", "author"], name="expectations_once_per_person")
        ]
