"""Times in which a carer has gone silent."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from programs.models import Membership, Program

Person = settings.AUTH_USER_MODEL


class CarerSilenceQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The chairs of the program and the deputies of the carer; not the carer."""
        if not user.is_authenticated:
            return self.none()
        programs = Membership.objects.program_ids(user, Membership.Role.CHAIR)
        found = Q(program__in=programs)
        for program, carers in Membership.objects.carers_by_program(user).items():
            found |= Q(program=program, carer__in=carers)
        return self.filter(found).exclude(carer=user.pk)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.visible_to(user)

    def open(self) -> Self:
        return self.filter(ended_at=None)


class CarerSilence(models.Model):
    """From when to when a carer left contacts or concerns waiting. Kept by `silent_carers`."""

    carer = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("carer"), editable=False
    )
    program = models.ForeignKey(
        Program, models.CASCADE, related_name="+", verbose_name=_("program"), editable=False
    )
    since = models.DateField(_("waiting since"), editable=False)
    noticed_at = models.DateTimeField(_("noticed at"), editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    # Who took pairs over, last; None: nobody did.
    taken_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("taken over by"),
        editable=False,
    )  # fmt: skip
    pairs_taken = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = CarerSilenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("silent carer")
        verbose_name_plural = _("silent carers")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["carer", "program"],
                condition=Q(ended_at=None),
                name="one_open_silence_per_carer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("noticed_at")),
                name="silence_ends_after_it_was_noticed",
            ),
        ]

    def __str__(self) -> str:
        return str(_("silent carer"))
