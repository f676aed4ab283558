"""Conflicts of interest: the only source of whom a committee member must not decide about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .committee import DatedQuerySet, Membership
from .read_once import read_once

SIDES = (("mentor", "mentee"), ("mentee", "mentor"))  # of a pair: one's own, the other


class ConflictQuerySet(DatedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Members see their own declarations."""
        return self.filter(member=user.pk) if user.is_authenticated else self.none()

    def for_committee(self, user: User | AnonymousUser) -> Self:
        """One's own; a chair also sees, and may end, those of the members of their program."""
        if not user.is_authenticated:
            return self.none()
        chaired = Membership.objects.program_ids(user, Membership.Role.CHAIR)
        members = Membership.objects.live().filter(program__in=chaired).values("user")
        return self.filter(models.Q(member=user.pk) | models.Q(member__in=members))


class Conflict(models.Model):
    """A committee member must not look at, or decide about, a person."""

    class Kind(models.TextChoices):
        DECLARED = "declared", _("declared by the member")
        PARTNER = "partner", _("is matched with this person")

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("member")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.DECLARED)
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "person", "kind"],
                condition=models.Q(until=None),
                name="one_open_conflict",
            ),
            models.CheckConstraint(
                condition=~models.Q(member=models.F("person")), name="conflict_with_someone_else"
            ),
        ]

    def __str__(self) -> str:
        return str(_("conflict of interest"))


def conflicts_with(user: User | AnonymousUser, *paths: str) -> models.Q:
    """Match rows that `user` must neither see nor decide about as a committee member.

    A row matches when a person at one of `paths` (lookups that end at a user, for example
    "mentee__person") is `user`, or someone with whom `user` has a conflict of interest today: a
    declared one, or because they are in a pair, whenever `user` joined the committee.
    A path without a person never matches, so `rows.exclude(conflicts_with(user, ...))` keeps
    such a row. This is the only filter by `Conflict`: every `visible_to` and `for_committee`
    about people calls it.
    """
    if user.pk is None:  # anonymous: path=None would match every row without a person
        return models.Q(pk__in=[])
    found = models.Q()
    for path in paths:
        found |= models.Q(
            (f"{path}__in", [user.pk, *read_once("conflicts", user, lambda: _near(user))])
        )
    return found


def conflict_between(member: str, person: str) -> models.Q:
    """Match rows whose member at the path `member` has a conflict with the one at `person` today.

    The same rule as `conflicts_with`, for rows that name a member each. Both paths are columns of
    the row, or lead to one.
    """
    declared = Conflict.objects.live().filter(
        member=models.OuterRef(member), person=models.OuterRef(person)
    )
    found = models.Q((member, models.F(person))) | models.Q(models.Exists(declared))
    for side, other in SIDES:
        match = f"applications__matches_as_{side}"
        partner = {
            f"{match}__{other}__person": models.OuterRef(person),
            f"{match}__closed_at": None,
        }
        found |= models.Q(models.Exists(User.objects.filter(pk=models.OuterRef(member), **partner)))
    return found


def with_conflicts(members: Iterable[int]) -> models.QuerySet:
    """Return those of `members`, by their ids, who have any conflict of interest today.

    For work that would otherwise ask `conflicts_with` of every member.
    """
    ids = set(members)  # in each part: else the database looks at all people in pairs
    found = models.Q(pk__in=Conflict.objects.live().filter(member__in=ids).values("member"))
    for side in ("mentor", "mentee"):
        match = f"applications__matches_as_{side}"
        in_pair = {f"{match}__isnull": False, f"{match}__closed_at": None}
        found |= models.Q(pk__in=User.objects.filter(**in_pair, pk__in=ids).values("pk"))
    return User.objects.filter(found, pk__in=ids).order_by("pk")


def _near(user: User | AnonymousUser) -> list[int]:
    """Return with whom `user` has a conflict of interest today: as declared, and partners."""
    declared = Conflict.objects.live().filter(member=user.pk).values_list("person", flat=True)
    partners = [rows.values_list("pk", flat=True) for rows in _partners(user)]
    return sorted({*declared.order_by().union(*partners)})


def _partners(user: User | AnonymousUser) -> Iterator[models.QuerySet]:
    """Yield the mentors and the mentees of `user` in open pairs."""
    for side, other in SIDES:
        match = f"applications__matches_as_{side}"
        mine = {f"{match}__{other}__person": user.pk, f"{match}__closed_at": None}
        yield User.objects.filter(**mine).values("pk")
