"""Committee roles: the only source of who may do what as a committee member."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from notifications.bounces import stopped_people

from .programs import Program
from .read_once import read_once

ENDS_SOON = timedelta(days=30)  # before the last day of a role


class DatedQuerySet(ScopedQuerySet):
    """Rows that are valid from one day to another."""

    def live(self, on: date | None = None) -> Self:
        """Rows that are valid on `on` (today by default); `until` is the first day without."""
        today = on or timezone.localdate()
        return self.filter(models.Q(until=None) | models.Q(until__gt=today), since__lte=today)


class MembershipQuerySet(DatedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The members of one's own programs."""
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """The members of the programs in which `user` has one of `roles` (any if none)."""
        return self.filter(program__in=Membership.objects.program_ids(user, *roles))

    def of(self, user: User | AnonymousUser, *roles: str) -> Self:
        """The roles of `user`; only `roles`, if any are given."""
        found = self.filter(user=user.pk)
        return found.filter(role__in=roles) if roles else found

    def ending(self, today: date, within: timedelta = ENDS_SOON) -> Self:
        """The live roles of carers that end `within` this time, of people without a longer one."""
        carers = self.live(today).filter(role__in=Membership.CARERS)
        longer = carers.filter(user=models.OuterRef("user"), program=models.OuterRef("program"))
        longer = longer.filter(models.Q(until=None) | models.Q(until__gt=today + within))
        return carers.filter(~models.Exists(longer), until__lte=today + within)

    def unreachable(self, today: date | None = None) -> Self:
        """The live roles of people to whom nothing is sent, because e-mails to them came back."""
        return self.live(today).filter(user__in=stopped_people())

    def acting_as_carer(self, user: User | AnonymousUser) -> Self:
        """The roles in which someone cares for pairs today: those of `user`, or as their deputy."""
        as_deputy = models.Q(deputy=user.pk) & models.Q(_deputy_is_member())
        held = self.live().filter(role__in=Membership.CARERS)
        return held.filter(models.Q(user=user.pk) | as_deputy)

    def with_deputy(self) -> Self:
        """The live roles whose deputy has a role in the same program today too."""
        return self.live().filter(_deputy_is_member())

    def with_lost_deputy(self) -> Self:
        """The live roles whose deputy has no role in the same program any more."""
        return self.live().exclude(deputy=None).filter(~_deputy_is_member())

    def ending_deputies(self, today: date, within: timedelta = ENDS_SOON) -> Self:
        """The last live roles of members that end `within` this time, whom others need as deputy.

        The others are members whose own role goes on longer.
        """
        mine = Membership.objects.filter(
            user=models.OuterRef("user"), program=models.OuterRef("program")
        ).exclude(pk=models.OuterRef("pk"))
        until = models.OuterRef("until")
        later = models.Q(until=None) | models.Q(until__gt=until)
        same_day = models.Q(until=until, pk__gt=models.OuterRef("pk"))
        named = Membership.objects.live(today).filter(
            later, program=models.OuterRef("program"), deputy=models.OuterRef("user")
        )
        ending = self.live(today).filter(until__lte=today + within)
        return ending.filter(~models.Exists(mine.filter(later | same_day)), models.Exists(named))

    def losing_deputy(self, today: date) -> Self:
        """The live roles whose deputy is one of `ending_deputies`, and that go on longer."""
        ending = Membership.objects.ending_deputies(today).filter(
            user=models.OuterRef("deputy"), program=models.OuterRef("program")
        )
        last = models.Subquery(ending.values("until")[:1])
        rows = self.live(today).annotate(deputy_until=last)
        goes_on = models.Q(until=None) | models.Q(until__gt=models.F("deputy_until"))
        return rows.filter(goes_on, deputy_until__isnull=False)

    def left_by_deputy(self, deputy: Membership) -> Self:
        """The live roles whose deputy has their last role in `deputy`, and that go on longer."""
        later = models.Q(until=None) | models.Q(until__gt=deputy.until)
        return self.live().filter(later, program=deputy.program_id, deputy=deputy.user_id)

    def first_day_without(self, user: User, program: Program) -> date | None:
        """Return the first day on which `user` has no role in `program`, today if there is none.

        None while a role has no end.
        """
        days = set(self.of(user).filter(program=program).values_list("until", flat=True))
        return None if None in days else max(filter(None, days), default=timezone.localdate())

    def program_ids(self, user: User | AnonymousUser, *roles: str) -> list[int]:
        """Return the ids of `Program.objects.for_committee`, for rules about other tables.

        As numbers and not as a subquery: the database then knows how many rows a program has, and
        reads a page of them by an index. A list of e-mails asks ten such rules in one query.
        """
        if not user.is_authenticated or not user.is_active:
            return []
        if user.is_superuser:
            return read_once(
                "programs", user, lambda: list(Program.objects.values_list("pk", flat=True))
            )
        held = self.roles_of(user)
        return sorted({program for program, role in held if not roles or role in roles})

    def roles_of(self, user: User | AnonymousUser) -> list[tuple[int, str]]:
        """Return the roles that `user` has today, each with the id of its program."""
        return read_once(
            "roles", user, lambda: list(self.live().of(user).values_list("program", "role"))
        )

    def carers_by_program(self, user: User | AnonymousUser) -> dict[int, list[int]]:
        """Return for whom `user` acts as a carer today, by the ids of programs and of people.

        As numbers, as in `program_ids`: one page asks many rules about the pairs in someone's care.
        """
        acting = read_once(
            "care",
            user,
            lambda: sorted(set(self.acting_as_carer(user).values_list("program", "user"))),
        )
        carers: dict[int, list[int]] = {}
        for program, carer in acting:
            carers.setdefault(program, []).append(carer)
        return carers


def _deputy_is_member() -> models.Exists:
    held = Membership.objects.live().filter(
        user=models.OuterRef("deputy"), program=models.OuterRef("program"), user__is_active=True
    )
    return models.Exists(held)


class Membership(models.Model):
    """A committee role of a person in a program, from one day to another. One row per role."""

    class Role(models.TextChoices):
        READER = "reader", _("reader")
        MATCHER = "matcher", _("matcher")
        CARER = "carer", _("carer")
        CHAIR = "chair", _("chair")

    # Who may be the carer of a pair, and who reads what applicants tell only the committee.
    CARERS = (Role.CARER, Role.CHAIR)
    READERS = (Role.READER, Role.MATCHER, Role.CHAIR)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("person"),
    )
    program = models.ForeignKey(
        Program, models.CASCADE, related_name="memberships", verbose_name=_("program")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deputy"),
    )
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee member")
        verbose_name_plural = _("committee members")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "program", "role", "since"], name="one_membership_per_day"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gt=models.F("since")),
                name="membership_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(deputy=None) | ~models.Q(deputy=models.F("user")),
                name="deputy_is_someone_else",
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(name)s: %(role)s")) % {"name": self.user, "role": self.get_role_display()}

    @property
    def is_live(self) -> bool:
        """Whether the role is held today."""
        today = timezone.localdate()
        return self.since <= today and (self.until is None or today < self.until)

    def save(self, *args: Any, **kwargs: Any) -> None:  # as Django's
        super().save(*args, **kwargs)
        refresh_staff(self.user)


def refresh_staff(user: User) -> None:
    """Set `is_staff` from the live memberships.

    Django asks `is_staff` in a few places; our pages ask the memberships themselves.
    """
    is_staff = user.is_superuser or Membership.objects.live().of(user).exists()
    if user.is_staff != is_staff:
        type(user).objects.filter(pk=user.pk).update(is_staff=is_staff)
        user.is_staff = is_staff
