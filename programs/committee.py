"""Committee roles: who does what in which program.

Django's groups and permissions are unused: `Membership` grants roles and `Conflict` hides people.
Both are read here and in each model's `visible_to`. The maintainer (superuser) acts as a chair in
every program and is bound by conflicts of interest like everyone else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User

from .models import Membership, Program

Role = Membership.Role
EVERY_PROGRAM = None  # in place of a program's id, for the maintainer


def has_role(user: User | AnonymousUser, program: Program, *roles: str) -> bool:
    """Return whether `user` has one of `roles` (any role, if none is given) in `program` today."""
    return program.pk in Membership.objects.program_ids(user, *roles)


def is_committee(user: User | AnonymousUser) -> bool:
    """Return whether `user` has any committee role today."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or Membership.objects.live().of(user).exists()


def chair_roles(programs: Iterable[int]) -> list[Membership]:
    """Return the roles of the active chairs of `programs`, by their ids: one for each, the oldest.

    One query, however many programs there are; each role comes with its user and its program.
    """
    live = Membership.objects.live().filter(
        program__in=set(programs), role=Role.CHAIR, user__is_active=True
    )
    found: dict[tuple[int, int], Membership] = {}
    for row in live.select_related("user", "program").order_by("pk"):
        found.setdefault((row.program_id, row.user_id), row)
    return list(found.values())


def chairs_by_program(programs: Iterable[int]) -> dict[int, list[User]]:
    """Return the active chairs by program, once each, the oldest role first, in one query."""
    found: dict[int, list[User]] = defaultdict(list)
    for row in chair_roles(programs):
        found[row.program_id].append(row.user)
    return dict(found)


def roles_held(request: HttpRequest) -> frozenset[str]:
    """Return every role that the signed-in member has in any program today."""
    return frozenset(role for _program, role in _held(request))


def holds(request: HttpRequest, program: Program, *roles: str) -> bool:
    """Return whether the signed-in member has one of `roles` in `program`; cached per request."""
    places = (program.pk, EVERY_PROGRAM)
    return any(role in roles and place in places for place, role in _held(request))


def cares_for_pairs(request: HttpRequest) -> bool:
    """Return whether the member cares for pairs today: as a carer, a deputy or a chair."""
    if not roles_held(request).isdisjoint(Membership.CARERS):
        return True
    cache: dict[int | None, bool] = request.__dict__.setdefault("_cares_for_pairs", {})
    user = request.user
    if user.pk not in cache:  # each list of the menu asks
        cache[user.pk] = Membership.objects.acting_as_carer(user).exists()
    return cache[user.pk]


def acting_member(request: HttpRequest) -> User:
    """Return the signed-in user of a committee page, which anonymous visitors never reach."""
    user = request.user
    assert isinstance(user, User)
    return user


def _held(request: HttpRequest) -> frozenset[tuple[int | None, str]]:
    """Return (program id, role) pairs of the signed-in member today, read once per request."""
    # Keyed by user: the same request may be signed in halfway through, by a login form.
    cache: dict[int | None, frozenset[tuple[int | None, str]]]
    cache = request.__dict__.setdefault("_committee_roles", {})
    user = request.user
    if user.pk not in cache:
        cache[user.pk] = _held_by(user)
    return cache[user.pk]


def _held_by(user: User | AnonymousUser) -> frozenset[tuple[int | None, str]]:
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset((EVERY_PROGRAM, role) for role in Role.values)
    return frozenset(Membership.objects.roles_of(user))
