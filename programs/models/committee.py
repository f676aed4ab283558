"""Committee roles and conflicts of interest. The only sources of both facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from typing import Any, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from notifications.bounces import stopped_people

from .programs import Program

ENDS_SOON = timedelta(days=30)  # before the last day of a role
Fact = TypeVar("Fact")
_read: ContextVar[dict[tuple[str, int], Any] | None] = ContextVar("facts_of_page", default=None)


@contextmanager
def read_roles_once() -> Iterator[None]:
    """Read a person's roles, conflicts and pairs once in this block, which must not change them."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def _once(name: str, user: User | AnonymousUser, read: Callable[[], Fact]) -> Fact:
    known, key = _read.get(), (name, user.pk or 0)
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return known[key]


def ids_read_once(
    name: str, user: User | AnonymousUser, ids: Callable[[], models.QuerySet]
) -> models.QuerySet | list[int]:
    """Return the ids themselves within `read_roles_once`, else `ids()`, for use as a subquery.

    A page asks many queries about the same few rows, such as a person's pairs; each query is short
    with numbers in it. `name` is for what they are; they depend on nothing but the user.
    """
    return ids() if _read.get() is None else _once(name, user, lambda: list(ids()))


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
            return _once(
                "programs", user, lambda: list(Program.objects.values_list("pk", flat=True))
            )
        held = self.roles_of(user)
        return sorted({program for program, role in held if not roles or role in roles})

    def roles_of(self, user: User | AnonymousUser) -> list[tuple[int, str]]:
        """Return the roles that `user` has today, each with the id of its program."""
        return _once(
            "roles", user, lambda: list(self.live().of(user).values_list("program", "role"))
        )

    def carers_by_program(self, user: User | AnonymousUser) -> dict[int, list[int]]:
        """Return for whom `user` acts as a carer today, by the ids of programs and of people.

        As numbers, as in `program_ids`: one page asks many rules about the pairs in someone's care.
        """
        acting = _once(
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
            (f"{path}__in", [user.pk, *_once("conflicts", user, lambda: _near(user))])
        )
    return found


def with_conflicts(members: Iterable[int]) -> models.QuerySet:
    """Return those of `members`, by their ids, who have any conflict of interest today.

    For work that would otherwise ask `conflicts_with` of every member.
    """
    declared = Conflict.objects.live().filter(member=models.OuterRef("pk"))
    found = models.Q(models.Exists(declared))
    for side in ("mentor", "mentee"):
        match = f"applications__matches_as_{side}"
        paired = User.objects.filter(
            **{f"{match}__isnull": False, f"{match}__closed_at": None}, pk=models.OuterRef("pk")
        )
        found |= models.Q(models.Exists(paired))
    return User.objects.filter(found, pk__in=set(members)).order_by("pk")


def _near(user: User | AnonymousUser) -> list[int]:
    """Return with whom `user` has a conflict of interest today: as declared, and partners."""
    declared = Conflict.objects.live().filter(member=user.pk).values_list("person", flat=True)
    partners = (rows.values_list("pk", flat=True) for rows in _partners(user))
    return sorted({*declared, *(person for rows in partners for person in rows)})


def _partners(user: User | AnonymousUser) -> Iterator[models.QuerySet]:
    """Yield the mentors and the mentees of `user` in open pairs."""
    for side, other in (("mentor", "mentee"), ("mentee", "mentor")):
        match = f"applications__matches_as_{side}"
        mine = {f"{match}__{other}__person": user.pk, f"{match}__closed_at": None}
        yield User.objects.filter(**mine).values("pk")
