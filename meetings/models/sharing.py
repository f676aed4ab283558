"""What two people pass on to each other: links and contacts; and each person's calendar feed."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

Person = settings.AUTH_USER_MODEL


class SharedItemQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair; not the carer, nor anyone else in the committee."""
        return self.filter(match__in=Match.objects.ids_of(user)).scoped("pair")


class SharedItem(ConfidentialModel):
    """A link, or a contact who has agreed to be passed on, that one of a pair gives the other."""

    class Kind(models.TextChoices):
        LINK = "link", _("a link")
        CONTACT = "contact", _("a contact")

    public_id = PublicIdField()
    match = models.ForeignKey(Match, models.PROTECT, related_name="+")
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title or name"), max_length=150)
    url = models.URLField(_("address of the page"), max_length=500, blank=True)
    details = models.TextField(_("details"), max_length=1000, blank=True)
    shared_at = models.DateTimeField(_("shared at"), default=timezone.now)

    objects = SharedItemQuerySet.as_manager()
    system = SystemManager.from_queryset(SharedItemQuerySet)()

    class Meta:
        verbose_name = _("shared item")
        verbose_name_plural = _("shared items")
        ordering = ["-shared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="link") | ~Q(url=""), name="shared_link_has_an_address"
            )
        ]


class CalendarFeedQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person's own."""
        return self.filter(person=user.pk)


class CalendarFeed(models.Model):
    """A person's private calendar address. Deleting the row or raising `version` revokes it."""

    public_id = PublicIdField()
    person = models.OneToOneField(Person, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = "calendar feed"
        verbose_name_plural = "calendar feeds"

    def __str__(self) -> str:
        return "calendar feed"
