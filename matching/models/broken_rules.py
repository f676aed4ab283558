"""Rules that a running pair no longer meets, because facts about one of the two have changed."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager, is_one_of
from accounts.models import User
from matches.models import Match


class BrokenRuleQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of pairs whose confidential matters `user` handles. Never the two people."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(is_one_of("match", Match.objects.in_care_of(user))).scoped("in care")

    def lasting(self) -> Self:
        return self.filter(ended_at=None)


class BrokenRule(ConfidentialModel):
    """One rule of the program that a pair breaks since facts about `person` changed."""

    match = models.ForeignKey(
        Match, models.PROTECT, related_name="+", verbose_name=_("pair"), editable=False
    )
    person = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("person"), editable=False
    )
    code = models.CharField(max_length=40, editable=False)  # of `matching.criteria.RULE_TEXTS`
    since = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    looked_at = models.DateTimeField(editable=False)  # when it was last found to be broken

    objects = BrokenRuleQuerySet.as_manager()
    system = SystemManager.from_queryset(BrokenRuleQuerySet)()

    class Meta:
        verbose_name = _("broken rule")
        verbose_name_plural = _("broken rules")
        constraints = [
            models.UniqueConstraint(
                fields=["match", "code"],
                condition=Q(ended_at=None),
                name="one_lasting_broken_rule",
            )
        ]
        indexes = [
            models.Index(
                fields=["looked_at"], condition=Q(ended_at=None), name="broken_rule_to_look_at"
            )
        ]
