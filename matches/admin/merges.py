"""Two accounts of one person: a chair proposes it, both addresses say yes."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey, Model
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.committee import acting_member
from programs.committee_admin import CommitteeAdmin, find_field
from programs.models import Membership

from .. import merge_proposals
from ..models import AccountMerge
from .recoveries import with_address


@admin.register(AccountMerge)
class AccountMergeAdmin(CommitteeAdmin):
    add_title = gettext_lazy("Someone has two accounts")
    empty_words = gettext_lazy("No one is known to have two accounts.")
    empty_advice = gettext_lazy(
        "Add someone who has applied with two addresses. People can also do it themselves."
    )
    list_display = ("kept", "other", "state", "proposed_by", "asked_at")
    list_select_related = ("kept", "other", "proposed_by")
    list_filter = ("state",)
    search_fields = ("kept__name",)
    search_help_text = gettext_lazy("Search by name")
    sortable_by = ()
    fields = ("kept", "other", "checked")
    shown = (
        "kept", "other", "checked", "state", "proposed_by", "asked_at", "kept_agreed_at",
        "other_agreed_at", "due_at", "joined_at",
    )  # fmt: skip
    add_roles = (Membership.Role.CHAIR,)
    add_form_template = "admin/matches/accountmerge/add_form.html"
    change_form_template = "admin/matches/accountmerge/change_form.html"

    def row_title(self, row: Model) -> str:
        assert isinstance(row, AccountMerge)
        return _("Two accounts of %(name)s") % {"name": row.kept}

    def get_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return self.shown if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return self.shown if obj else ()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        if db_field.name in ("kept", "other"):
            possible = merge_proposals.people_to_merge(acting_member(request))
            people = User.objects.filter(possible).order_by("name")
            field = find_field(db_field, people, search=("name", "email"), describe=with_address)
            field.required = True
            return field
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def fill_in(self, request: HttpRequest, form: forms.ModelForm) -> None:
        """Propose it; what is refused stands beside the second account."""
        row, data = form.instance, form.cleaned_data
        if not row._state.adding or not {"kept", "other"} <= data.keys():
            return
        row.proposed_by = acting_member(request)
        try:
            merge_proposals.check_proposal(
                data["kept"], data["other"], data["checked"], by=row.proposed_by
            )
            row.program = merge_proposals.program_of(data["kept"], data["other"], row.proposed_by)
        except ActionNotAllowed as refused:
            form.add_error("other", str(refused))

    def save_model(
        self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool
    ) -> None:
        assert isinstance(obj, AccountMerge)
        assert obj.other is not None
        made = merge_proposals.propose(
            obj.kept,
            obj.other,
            checked=obj.checked,
            by=acting_member(request),
            program=obj.program,
        )
        obj.pk, obj.public_id = made.pk, made.public_id

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        alike = merge_proposals.of_the_same_name(acting_member(request))
        context = dict(extra_context or {}) | {
            "alike": alike,
            "hours": merge_proposals.NOTICE_HOURS,
        }
        return super().add_view(request, form_url, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        may_stop = isinstance(row, AccountMerge) and row.state in row.UNFINISHED
        context = dict(extra_context or {}) | {"may_stop": may_stop}
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(self.stop_view))
        stop = path("<int:pk>/stop/", page, name="matches_accountmerge_stop")
        return [stop, *super().get_urls()]

    def stop_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        merge_proposals.stop(row, by=acting_member(request))
        messages.success(request, _("It is stopped. The two accounts stay as they are."))
        return redirect("admin:matches_accountmerge_change", pk)
