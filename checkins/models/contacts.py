"""The log of contacts between committee members and the people whom they look after."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

Person = settings.AUTH_USER_MODEL


class ContactLogQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The carer and the chair. The person can ask them for a copy."""
        return self.filter(match__in=Match.objects.in_care_of(user)).scoped("in care")

    for_committee = visible_to


class ContactLog(ConfidentialModel):
    """A record that a committee member spoke with one person of a pair, or tried to."""

    class How(models.TextChoices):
        PHONE = "phone", _("by phone")
        VIDEO = "video", _("by video")
        EMAIL = "email", _("by e-mail")
        MESSAGE = "message", _("by text message")
        IN_PERSON = "in_person", _("in person")

    class Result(models.TextChoices):
        REACHED = "reached", _("reached")
        MESSAGE = "message", _("left a message")
        NOT_REACHED = "missed", _("not reached")

    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    member = models.ForeignKey(
        Person, models.PROTECT, related_name="+", editable=False, verbose_name=_("member")
    )
    on = models.DateField(_("on"), default=timezone.localdate)
    how = models.CharField(_("how"), max_length=10, choices=How, default=How.PHONE)
    result = models.CharField(_("result"), max_length=8, choices=Result, default=Result.REACHED)
    note = EncryptedTextField(_("note"), blank=True)
    # None: before this was noted.
    logged_at = models.DateTimeField(
        _("logged at"), default=timezone.now, null=True, editable=False
    )

    objects = ContactLogQuerySet.as_manager()
    system = SystemManager.from_queryset(ContactLogQuerySet)()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [models.Index(fields=["-on", "-id"], name="contact_newest")]
        ordering = ["-on", "-pk"]
