"""What each of the two leaves the other with: a thank-you note, and how to stay in touch."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User

from .matches import Match

Person = settings.AUTH_USER_MODEL


class ThankYouNoteQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The author; the partner once the note has left. Never anyone in the committee."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        received = Q(match__in=Match.objects.ids_of(user), leaves_at__lte=timezone.now())
        return self.filter(Q(author=user.pk) | received).scoped("author, or partner once it left")


class ThankYouNote(ConfidentialModel):
    """A note of thanks to the partner. It can be changed until it leaves, and is sent once."""

    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    text = EncryptedTextField(_("thank-you note"))
    written_at = models.DateTimeField(_("written at"), editable=False)
    leaves_at = models.DateTimeField(_("leaves at"), editable=False)
    # Numbers the e-mails: one for each wording; only the newest waits.
    wording = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = ThankYouNoteQuerySet.as_manager()
    system = SystemManager.from_queryset(ThankYouNoteQuerySet)()

    class Meta:
        verbose_name = _("thank-you note")
        verbose_name_plural = _("thank-you notes")
        constraints = [
            models.UniqueConstraint(fields=["match", "author"], name="one_thank_you_per_person")
        ]

    def has_left(self, at: datetime) -> bool:
        """Whether the partner may have read it by `at`, so that it stays as it is."""
        return self.leaves_at <= at


class ContactChoiceQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own. What the partner chose shows only in what `keeping_in_touch` returns."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()


class ContactChoice(models.Model):
    """What one of a pair allows the other to see of their contact details after the end."""

    class Allows(models.TextChoices):
        NOTHING = "nothing", _("Nothing: we say goodbye here")
        EMAIL = "email", _("My e-mail address")
        PHONE = "phone", _("My e-mail address and my phone number")

    match = models.ForeignKey(
        Match, models.PROTECT, related_name="contact_choices", verbose_name=_("pair")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    allows = models.CharField(_("allows"), max_length=7, choices=Allows)
    chosen_at = models.DateTimeField(_("chosen at"), editable=False)

    objects = ContactChoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule for staying in touch")
        verbose_name_plural = _("rules for staying in touch")
        constraints = [
            models.UniqueConstraint(
                fields=["match", "person"], name="one_contact_choice_per_person"
            )
        ]

    def __str__(self) -> str:
        return str(_("rule for staying in touch"))
