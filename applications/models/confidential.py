"""What a person tells the committee only. The match never sees any of it."""

from __future__ import annotations

import json
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models import conflicts_with

from .applications import Application

Person = settings.AUTH_USER_MODEL


class ConfidentialAnswersQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person and the committee; never the partner."""
        return self.filter(application__in=Application.objects.visible_to(user)).scoped(
            "person or committee"
        )


class PrivateAnswers(ConfidentialModel):
    """The answers that only the committee reads."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="+")
    needs = EncryptedTextField(
        _("anything that the committee should know"), max_length=2000, blank=True
    )
    limits = EncryptedTextField(_("limits"), max_length=2000, blank=True)
    accommodations = EncryptedTextField(
        _("what would make it easier for you to take part"), max_length=2000, blank=True
    )
    attributes_json = EncryptedTextField(blank=True, editable=False)

    objects = ConfidentialAnswersQuerySet.as_manager()
    system = SystemManager.from_queryset(ConfidentialAnswersQuerySet)()

    class Meta:
        verbose_name = _("private answers")
        verbose_name_plural = _("private answers")

    @property
    def attributes(self) -> dict[str, list[str]]:
        """Answers to the program's own questions, from imports: {code: [values]}."""
        return json.loads(self.attributes_json or "{}")

    @attributes.setter
    def attributes(self, value: dict[str, list[str]]) -> None:
        self.attributes_json = (
            json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
        )


class NamedWishQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person; the committee, unless they have a conflict with the person named."""
        own = Q(application__person=user.pk) if user.is_authenticated else Q(pk__in=[])
        committee = Q(application__in=Application.objects.for_committee(user))
        about_others = committee & ~conflicts_with(user, "person")
        return self.filter(own | about_others).scoped("person or committee")


class NamedWish(ConfidentialModel):
    """Whom a person would like to be paired with, or not. `person` is set once it is resolved."""

    class Kind(models.TextChoices):
        PREFER = "prefer", _("would like to be paired with")
        AVOID = "avoid", _("would rather not be paired with")

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    rank = models.PositiveSmallIntegerField(default=1)
    written = EncryptedTextField(_("name or e-mail address"), max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = NamedWishQuerySet.as_manager()
    system = SystemManager.from_queryset(NamedWishQuerySet)()

    class Meta:
        ordering = ["kind", "rank", "pk"]
        verbose_name = _("named wish")
        verbose_name_plural = _("named wishes")
