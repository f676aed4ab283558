"""Contact of a pair between meetings: that it happened, never what was said."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from matches.models import Match

Person = settings.AUTH_USER_MODEL


class PairContactQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair, and who looks after the match today: the carer, or their deputy."""
        return self.of(user) | self.for_committee(user)

    def of(self, user: User | AnonymousUser) -> Self:
        """Contacts of the pairs that `user` is in."""
        return self.filter(match__in=Match.objects.ids_of(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What a member sees as a committee member: contacts of the matches in their own care."""
        return self.filter(match__in=Match.objects.cared_for_by(user, *roles))


class PairContact(models.Model):
    """One of a pair says "we were in touch"; at most once a day, by the day of that person."""

    match = models.ForeignKey(
        Match, models.PROTECT, related_name="contacts", verbose_name=_("pair")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    on = models.DateField(_("day"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = PairContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact between meetings")
        verbose_name_plural = _("contacts between meetings")
        ordering = ["-at", "pk"]
        indexes = [models.Index(fields=["match", "at"], name="contact_of_match")]
        constraints = [
            models.UniqueConstraint(
                fields=["match", "person", "on"], name="one_contact_per_person_and_day"
            )
        ]

    def __str__(self) -> str:
        return str(_("contact of %(match)s") % {"match": self.match})
