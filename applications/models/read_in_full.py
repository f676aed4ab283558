"""Rows of one application that its person sees, and whoever reads its private answers."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from access.scoping import ConfidentialQuerySet
from accounts.models import User
from programs.models import Membership

from .applications import Application


class ReadInFullQuerySet(ConfidentialQuerySet):
    """Of a table with a column `application`."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and those in applications whose private answers `user` reads."""
        if not user.is_authenticated:
            return self.none().scoped("nobody")
        own = Q(application__in=Application.objects.of(user))
        return self.filter(own | _read_by(user)).scoped("the applicant and who reads in full")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those in applications that `user` reads in full as a member (with one of `roles`)."""
        if not user.is_authenticated:
            return self.none().scoped("nobody")
        rows = self.filter(_read_by(user))
        if roles:
            held = Membership.objects.program_ids(user, *roles)
            rows = rows.filter(application__cohort__program__in=held)
        return rows.scoped("who reads in full")

    def of(self, user: User | AnonymousUser) -> Self:
        """Those in applications of `user`."""
        return self.filter(application__in=Application.objects.of(user)).scoped("own")


def _read_by(user: User | AnonymousUser) -> Q:
    assert isinstance(user, User)
    return Q(application__in=Application.objects.readable_in_full_by(user))
