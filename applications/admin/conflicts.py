"""Conflicts of interest with people who applied."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.committee import Role, has_role
from programs.committee_admin import CommitteeAdmin, find_field
from programs.models import Conflict, Membership, Program

from ..models import Application


class ConflictForm(forms.ModelForm):
    class Meta:
        model = Conflict
        fields = ("person", "since", "until")


@admin.register(Conflict)
class ConflictAdmin(CommitteeAdmin):
    """A declared conflict hides the person from the member. Only another chair can end it."""

    add_title = gettext_lazy("Add a conflict of interest")
    empty_words = gettext_lazy(
        "There are no conflicts of interest yet. Add one for each person you know well. "
        "You will no longer see anything about them."
    )
    form = ConflictForm
    add_roles = change_roles = (Role.CHAIR, Role.MATCHER, Role.READER, Role.CARER)
    list_display = ("member", "person", "kind", "since", "until")
    list_select_related = ("member", "person")
    ordering = ("-since",)
    duplicate_field = "person"

    def row_title(self, row: Model) -> str:
        assert isinstance(row, Conflict)
        return _("%(member)s has a conflict of interest with %(person)s") % {
            "member": row.member,
            "person": row.person,
        }

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ["member", "person", "kind", "since", "until"] if obj else ["person"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return ("member", "person", "kind", "since") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """No one ends their own conflict; one that follows from a match ends with the match."""
        if obj is None:
            return super().has_change_permission(request)
        assert isinstance(obj, Conflict)
        if obj.member_id == request.user.pk or obj.kind != Conflict.Kind.DECLARED:
            return False
        programs = Program.objects.filter(memberships__in=Membership.objects.live().of(obj.member))
        return any(has_role(request.user, program, Role.CHAIR) for program in programs.distinct())

    def formfield_for_foreignkey(  # type: ignore[override]  # a box to type in, no list
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        if db_field.name == "person":
            applied = Application.objects.for_committee(request.user)
            people = User.objects.filter(pk__in=applied.values("person")).order_by("name")
            return find_field(db_field, people, search=("name", "email"), describe=_with_address)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def fill_in(self, request: HttpRequest, form: forms.ModelForm) -> None:
        if form.instance._state.adding:
            form.instance.member = cast(User, request.user)
            form.instance.since = timezone.localdate()


def _with_address(person: User) -> str:
    return person.name_and_address
