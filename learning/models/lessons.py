"""Lessons that people of a pair offer to later pairs when their time together ends.

1. Each of the two can offer one, and agrees that it is edited and published without names. They can
   take it back for as long as it is known who wrote it: until the texts of the pair are erased.
2. The chairs and the carer of the pair read what was offered, on a page without names; the partner
   never does. A chair edits it, and publishes it as an item of the library or leaves it out.
3. What is published is the item. The words that were offered are erased at that moment.
"""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager, is_one_of
from accounts.models import User
from matches.models import Match
from programs.models import Membership, Program

from .library import LibraryItem

LESSON_LENGTH = 1500


class LessonQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and those of `for_committee`."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        mine = Q(person=user.pk)
        return self.filter(mine | _in_care(user)).scoped("own or in care")

    def of(self, user: User | AnonymousUser) -> Self:
        return self.filter(person=user.pk).scoped("own")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of pairs whose confidential matters `user` handles; chairs and carers."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(_in_care(user)).scoped("in care")

    def for_editor(self, user: User | AnonymousUser) -> Self:
        """Those that `user` may edit, publish or leave out: as a chair, without a conflict."""
        chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
        return self.for_committee(user).filter(match__mentee__cohort__program__in=chaired)

    def waiting(self) -> Self:
        """Those about which no chair has decided."""
        return self.filter(item=None, declined_at=None)


def _in_care(user: User) -> Q:
    return is_one_of("match", Match.objects.in_care_of(user))


class Lesson(ConfidentialModel):
    """One lesson of one of a pair; published once it has an item."""

    public_id = PublicIdField()
    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = EncryptedTextField(_("lesson"), blank=True)
    offered_at = models.DateTimeField(_("offered at"), editable=False)
    declined_at = models.DateTimeField(_("left out at"), null=True, editable=False)
    item = models.OneToOneField(
        LibraryItem,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("library item"),
    )

    objects = LessonQuerySet.as_manager()
    system = SystemManager.from_queryset(LessonQuerySet)()

    class Meta:
        verbose_name = _("lesson of a pair")
        verbose_name_plural = _("lessons of pairs")
        ordering = ["offered_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["match", "person"], name="one_lesson_per_person"),
            models.CheckConstraint(
                condition=Q(item=None) | Q(declined_at=None), name="lesson_has_one_outcome"
            ),
        ]

    @property
    def program(self) -> Program:
        return self.match.program

    @property
    def is_waiting(self) -> bool:
        return self.item_id is None and self.declined_at is None

    @property
    def role_label(self) -> str:
        is_mentee = self.match.mentee.person_id == self.person_id
        return (self.match.mentee if is_mentee else self.match.mentor).get_role_display()
