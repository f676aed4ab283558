"""The agreement of a match: that it exists, and who may read its text."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from matches.models import Match


class AgreementQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair and its committee without conflicts of interest."""
        return self.filter(match__in=Match.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(match__in=Match.objects.for_committee(user, *roles))

    def of_open_matches(self) -> Self:
        """Agreements of matches that have not ended."""
        return self.filter(match__in=Match.objects.open())

    def opened_to_committee(self) -> Self:
        """Agreements whose text both people have opened to the committee."""
        return self.filter(mentee_opened_at__isnull=False, mentor_opened_at__isnull=False)


class Agreement(models.Model):
    """The agreement of one match. At most one of its versions is in force."""

    match = models.OneToOneField(
        Match, models.PROTECT, related_name="agreement", verbose_name=_("pair")
    )
    asked_at = models.DateTimeField(_("mentee was asked to draft at"), null=True, editable=False)
    # When each of them allowed the committee to read the text; None means not allowed.
    mentee_opened_at = models.DateTimeField(null=True, editable=False)
    mentor_opened_at = models.DateTimeField(null=True, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")

    def __str__(self) -> str:
        return str(self.match)

    @property
    def is_opened_to_committee(self) -> bool:
        """Whether both people allow the committee to read the text."""
        return self.mentee_opened_at is not None and self.mentor_opened_at is not None

    def is_opened_by(self, user: User) -> bool:
        """Whether `user`, one of the pair, allows the committee to read the text."""
        return getattr(self, self._opened_at_field(user)) is not None

    def open_to_committee(self, *, by: User, at: datetime) -> None:
        """Allow the committee to read the text, for `by`; it can once both have.

        Raises ValueError for anyone outside the pair.
        """
        self._set_opened_at(by, at)

    def close_to_committee(self, *, by: User) -> None:
        """Withdraw the permission of `by`. Raises ValueError for anyone outside the pair."""
        self._set_opened_at(by, None)

    def _opened_at_field(self, user: User) -> str:
        is_mentee = self.match.application_of(user) == self.match.mentee
        return "mentee_opened_at" if is_mentee else "mentor_opened_at"

    def _set_opened_at(self, user: User, at: datetime | None) -> None:
        name = self._opened_at_field(user)
        setattr(self, name, at)
        self.save(update_fields=[name])

    open_to_committee.alters_data = True  # type: ignore[attr-defined]  # no template may call it
    close_to_committee.alters_data = True  # type: ignore[attr-defined]  # no template may call it
