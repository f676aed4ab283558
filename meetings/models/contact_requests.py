"""Requests of one of a pair to meet someone whom the other may know."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

from .sharing import SharedItem

Person = settings.AUTH_USER_MODEL


class ContactRequestQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair; not the carer, nor anyone else in the committee."""
        return self.filter(match__in=Match.objects.ids_of(user)).scoped("pair")

    def open(self) -> Self:
        """Those that wait for the partner, or for the person whom the partner asks."""
        return self.filter(state__in=ContactRequest.OPEN)


class ContactRequest(ConfidentialModel):
    """Someone whom `asker` would like to meet, and whether the partner can help.

    The partner passes on a contact only once that person has agreed; it is then a shared item.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waits for an answer")
        PROMISED = "promised", _("they will ask the person")
        SHARED = "shared", _("contact shared")
        DECLINED = "declined", _("not possible")
        WITHDRAWN = "withdrawn", _("no longer needed")

    OPEN: ClassVar[frozenset[str]] = frozenset({State.ASKED, State.PROMISED})
    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.ASKED: {State.PROMISED, State.SHARED, State.DECLINED, State.WITHDRAWN},
        State.PROMISED: {State.SHARED, State.DECLINED, State.WITHDRAWN},
        State.SHARED: set(),
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
    }

    public_id = PublicIdField()
    match = models.ForeignKey(Match, models.PROTECT, related_name="+")
    asker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    wished = models.CharField(_("whom you would like to meet"), max_length=150)
    why = models.TextField(_("what it is for"), max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    item = models.ForeignKey(SharedItem, models.SET_NULL, null=True, related_name="+")

    objects = ContactRequestQuerySet.as_manager()
    system = SystemManager.from_queryset(ContactRequestQuerySet)()

    class Meta:
        verbose_name = _("request for a contact")
        verbose_name_plural = _("requests for contacts")
        ordering = ["-asked_at", "-pk"]

    @property
    def partner(self) -> User:
        """Who was asked."""
        return self.match.partner_of(self.asker)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
