"""Invitations to be a mentor: who asked, when, and the answer. No page shows an address.

The e-mail promises that whoever invites does not learn the answer, so that a member sees the
answers to others' invitations only.
"""

from __future__ import annotations

from typing import cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import BooleanField, ExpressionWrapper, ForeignKey, Model, Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.committee import Role, acting_member
from programs.committee_admin import CommitteeAdmin, state_chip
from programs.models import Membership, Program

from .. import mentor_invitations
from ..forms.mentor_invitations import address_field, named_choices
from ..models import MentorInvitation

ANYONE = tuple(Role)


class InviteForm(forms.ModelForm):
    """Name someone by their address; saved by the verb, which sends the invitation."""

    email = address_field()
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the e-mail"), choices=settings.LANGUAGES
    )
    member: User  # set by the page

    class Meta:
        model = MentorInvitation
        fields = ("program", "named")

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        program = cleaned.get("program")
        if isinstance(program, Program):
            refusal = mentor_invitations.refusal_of(self.member, program, timezone.now())
            if refusal:
                self.add_error(None, refusal)
        return cleaned

    def save(self, commit: bool = True) -> MentorInvitation:
        data = self.cleaned_data
        return mentor_invitations.invite(
            data["program"],
            data["email"],
            by=self.member,
            named=data["named"],
            language=data["language"],
        )

    def save_m2m(self) -> None:
        """Do nothing: it has no such columns."""


class AnswerFilter(admin.SimpleListFilter):
    """By answer; what was never sent is among those without one."""

    title = gettext_lazy("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in MentorInvitation.Answer]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        return queryset.filter(answer=self.value()).exclude(inviter=request.user.pk)


@admin.register(MentorInvitation)
class MentorInvitationAdmin(CommitteeAdmin):
    """Every member may invite; no one can change what was sent."""

    add_title = gettext_lazy("Invite a mentor")
    menu_words = gettext_lazy("Invite")
    empty_words = gettext_lazy("No one was invited to be a mentor yet.")
    form = InviteForm
    add_roles = ANYONE
    fields = ("program", "inviter", "asked_at", "state")
    readonly_fields = fields
    list_display = ("invited", "program", "asked_at", "state")
    list_filter = (AnswerFilter,)
    list_select_related = ("inviter", "program")
    ordering = ("-asked_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        programs = Membership.objects.program_ids(request.user)
        return super().get_queryset(request).filter(program__in=programs)

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        is_own = ExpressionWrapper(Q(inviter=request.user.pk), output_field=BooleanField())
        return rows.annotate(is_own=is_own)

    def row_title(self, row: Model) -> str:
        return _("Invitation by %(name)s") % {"name": cast(MentorInvitation, row).inviter}

    @admin.display(description=gettext_lazy("invitation"), ordering="asked_at")
    def invited(self, row: MentorInvitation) -> str:
        return self.row_title(row)

    @admin.display(description=gettext_lazy("answer"))
    def state(self, row: MentorInvitation) -> str:
        if row.is_own:  # type: ignore[attr-defined]  # by `get_queryset`
            return state_chip("info", _("hidden from you"))
        return state_chip(row.answer or "waiting", row.state_words)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return self.fields if obj else ()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self.fields if obj else ("program", "email", "named", "language")

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm]:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        kwargs["fields"] = ("program", "named")
        form, member = super().get_form(request, obj, change, **kwargs), acting_member(request)
        named = cast(forms.ChoiceField, form.base_fields["named"])
        named.choices, named.initial = named_choices(member), MentorInvitation.Named.FULL
        return type(form.__name__, (form,), {"member": member})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user).public()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool
    ) -> None:
        """Do nothing: the form has saved it."""
        messages.info(request, _("We write to this address if we may. It is shown to no one."))
