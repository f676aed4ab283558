"""The record of every state change."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.generic_relations import GenericRelationQuerySet
from access.scoping import ConfidentialModel, SystemManager


class TransitionQuerySet(GenericRelationQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Nothing: a history is reached through the row it belongs to, see `of`."""
        return self.none().scoped("no one")

    def of(self, row: models.Model) -> Self:
        """Return the history of `row`, which the caller has fetched through its `visible_to`.

        In the order in which it happened: `at` is when someone began, perhaps to wait for a lock.
        """
        return self.about(row).order_by("pk").scoped(f"history of {row._meta.label_lower}")


class Transition(ConfidentialModel):
    """One state change: who changed what, when, from which state to which, and why."""

    about_type = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"))
    why = EncryptedTextField(blank=True)

    objects = TransitionQuerySet.as_manager()
    system = SystemManager.from_queryset(TransitionQuerySet)()

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["about_type", "about_id"], name="transition_about"),
            models.Index(fields=["-at", "-id"], name="transition_newest"),
        ]
