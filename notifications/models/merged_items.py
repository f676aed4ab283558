"""Which e-mails are told together in one, because each alone would be above the weekly limit."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager


class MergedItemQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return no rows: whoever sees an e-mail reads there that it was told with others."""
        return self.none().scoped("no one")


class MergedItem(ConfidentialModel):
    """`item` is one thing of the e-mail `into`; told at `told_at`, until then it waits in it.

    While it waits no process sends it alone. Where `into` ends without telling it, the row is
    deleted, and the item goes its own way again; see `notifications.merged_items`.
    """

    item = models.OneToOneField("notifications.Notification", models.CASCADE, related_name="+")
    into = models.ForeignKey("notifications.Notification", models.CASCADE, related_name="+")
    told_at = models.DateTimeField(null=True)

    objects = MergedItemQuerySet.as_manager()
    system = SystemManager.from_queryset(MergedItemQuerySet)()

    class Meta:
        verbose_name = _("e-mail told with others")
        verbose_name_plural = _("e-mails told with others")
        indexes = [
            models.Index(fields=["into"], condition=Q(told_at=None), name="merged_item_waiting")
        ]


def is_merged() -> models.Exists:
    """Return, of an e-mail, whether it is told with others; no join, for conditional UPDATEs."""
    return models.Exists(MergedItem.system.filter(item=models.OuterRef("pk")))
