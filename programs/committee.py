"""The committee's door: who may enter the admin, and the base of all its pages.

Django's groups and permissions are unused. `Membership` says who does what in which program, `Conflict` who must not
look; both are read here and in each model's `visible_to`. The maintainer (superuser) acts as a chair everywhere and
is bound by recusal like everybody.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.text import capfirst

from .admin_widgets import NamedMoment
from .models import Conflict, Membership, Program

Role = Membership.Role
EVERYWHERE = None  # in place of a program


def has_role(user: Any, program: Program, *roles: str) -> bool:
    """Whether `user` has one of `roles` (any role, if none is given) in `program` today."""
    return Program.objects.for_committee(user, *roles).filter(pk=program.pk).exists()


def is_committee(user: Any) -> bool:
    """Whether `user` has any committee role today."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or Membership.objects.live().of(user).exists()


def roles_held(request: HttpRequest) -> frozenset[str]:
    """Every role that the signed-in member has anywhere today."""
    return frozenset(role for _program, role in _held(request))


def holds(request: HttpRequest, program: Program, *roles: str) -> bool:
    """`has_role` of the signed-in member, without a query of its own."""
    return any(role in roles and at in (program.pk, EVERYWHERE) for at, role in _held(request))


def _held(request: HttpRequest) -> frozenset[tuple[int | None, str]]:
    """(program, role) of the signed-in member today; asked once per request, however many pages ask."""
    user = request.user
    known: dict[Any, frozenset[tuple[int | None, str]]] = request.__dict__.setdefault(
        "_committee_roles", {}
    )
    if user.pk not in known:
        known[user.pk] = _held_by(user)
    return known[user.pk]


def _held_by(user: Any) -> frozenset[tuple[int | None, str]]:
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset((EVERYWHERE, role) for role in Role.values)
    return frozenset(Membership.objects.live().of(user).values_list("program", "role"))


def conflicted_with(user: Any) -> set[int]:
    """Ids of `user` and of everyone with whom they have a conflict of interest today."""
    return {user.pk, *Conflict.objects.people_hidden_from(user).values_list("person", flat=True)}


def shown(value: Any) -> str:
    """A date or moment that a page computes, as lists show it; the page of one row would print what Python calls it."""
    return display_for_value(value, "-")


class CommitteeSite(admin.AdminSite):
    """The admin of the committee; a live membership is the key."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(roles_held(request))


class CommitteeAdmin(admin.ModelAdmin):
    """Base of every committee page: rows by `for_committee` or `visible_to`, roles by name, no deletion.

    `change_roles` may change rows, `add_roles` may add them; the maintainer may do both. Everything else is read-only.
    """

    formfield_overrides: ClassVar[dict[type, dict]] = {
        models.DateTimeField: {"widget": NamedMoment}
    }
    change_roles: ClassVar[tuple[str, ...]] = ()
    add_roles: ClassVar[tuple[str, ...]] = ()
    empty_words: str | Promise = ""  # what will stand in a list that is empty
    list_per_page = 50
    show_facets = admin.ShowFacets.ALLOW
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = self.model._default_manager.get_queryset()
        scope = getattr(rows, "for_committee", None) or rows.visible_to
        ordering = self.get_ordering(request)
        found = scope(request.user)
        return found.order_by(*ordering) if ordering else found

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list is called after what is in it, not "Select … to view"."""
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def _holds(self, request: HttpRequest, roles: tuple[str, ...]) -> bool:
        return not roles_held(request).isdisjoint(roles)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(roles_held(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(roles_held(request))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.add_roles)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not request.user.is_authenticated:
            return self._holds(request, self.change_roles)
        program = self.program_of(obj)
        if program is None:
            return self._holds(request, self.change_roles)
        return bool(self.change_roles) and has_role(request.user, program, *self.change_roles)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def program_of(self, obj: Any) -> Program | None:
        """The program that a row belongs to, by its usual paths; override where it is elsewhere."""
        if isinstance(obj, Program):
            return obj
        if hasattr(obj, "program_id"):
            return obj.program
        return obj.cohort.program if hasattr(obj, "cohort_id") else None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
