"""Themes: what a program's committee looks for in what people write, and the marks on answers.

Themes belong to one program and are written by its chairs; a new program starts with the product's
own (`theme_seeds`). They are retired, never deleted. Whoever may read an answer as a member of the
committee sees the marks on it.
"""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User
from accounts.models.vocabulary import in_language
from programs.models import Membership, Program

from .answers import Answer


class ThemeQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A list of words: it holds no personal data."""
        return self.all()

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the programs in which `user` has one of `roles` (any if none are given)."""
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))

    def current(self, program: Program) -> Self:
        """Those that can be marked in `program` today."""
        return self.filter(program=program, retired_on=None)


class Theme(models.Model):
    """Something that several people may write about."""

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    code = models.SlugField(_("code"), max_length=60, editable=False)
    names = models.JSONField(_("name by language"), default=dict)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme of answers")
        verbose_name_plural = _("themes of answers")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="one_theme_code")]

    def __str__(self) -> str:
        return in_language(self.names) or self.code


class ThemeMarkQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of `for_committee`: a mark is a note of the committee."""
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Marks on answers of others that `user` reads as a carer or chair."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        read = Answer.objects.for_committee(user).exclude(checkin__person=user.pk)
        return self.filter(answer__in=read).scoped("on answers in care")


class ThemeMark(ConfidentialModel):
    """A member says that an answer is about a theme. Twice says no more."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="+")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="+")
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=timezone.now)

    objects = ThemeMarkQuerySet.as_manager()
    system = SystemManager.from_queryset(ThemeMarkQuerySet)()

    class Meta:
        verbose_name = _("mark of a theme")
        verbose_name_plural = _("marks of themes")
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "theme"], name="one_mark_per_answer_and_theme"
            )
        ]
