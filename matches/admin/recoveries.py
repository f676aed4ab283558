"""Lost mailboxes: one member proposes a new address, another one confirms it."""

from __future__ import annotations

from collections.abc import Callable

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

from .. import recovering
from ..models import AccountRecovery


def with_address(person: User) -> str:
    return person.name_and_address


@admin.register(AccountRecovery)
class AccountRecoveryAdmin(CommitteeAdmin):
    add_title = gettext_lazy("Someone has lost their mailbox")
    empty_words = gettext_lazy("No one has lost their mailbox.")
    empty_advice = gettext_lazy(
        "Add someone who can no longer sign in because their mailbox is gone."
    )
    list_display = ("person", "state", "proposed_by", "proposed_at", "confirmed_by")
    list_select_related = ("person", "proposed_by", "confirmed_by")
    list_filter = ("state",)
    search_fields = ("person__name",)
    search_help_text = gettext_lazy("Search by name")
    sortable_by = ()
    fields = ("person", "new_email", "checked")
    shown = (
        "person", "new_email", "checked", "state", "proposed_by", "proposed_at", "confirmed_by",
        "due_at", "code_sent_at",
    )  # fmt: skip
    add_roles = tuple(Membership.Role.values)
    change_form_template = "admin/matches/accountrecovery/change_form.html"

    def row_title(self, row: Model) -> str:
        assert isinstance(row, AccountRecovery)
        return _("A new address for %(name)s") % {"name": row.person}

    def get_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return self.shown if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return self.shown if obj else ()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        if db_field.name == "person":
            possible = recovering.people_to_recover(acting_member(request))
            people = User.objects.filter(possible).order_by("name")
            return find_field(db_field, people, search=("name", "email"), describe=with_address)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def fill_in(self, request: HttpRequest, form: forms.ModelForm) -> None:
        """Propose it; what is refused stands beside the address."""
        row, data = form.instance, form.cleaned_data
        if not row._state.adding or "person" not in data:
            return
        row.proposed_by = acting_member(request)
        try:
            recovering.check_proposal(data["person"], data["new_email"], data["checked"],
                                      by=row.proposed_by)  # fmt: skip
            row.program = recovering.program_of(data["person"], row.proposed_by)
        except ActionNotAllowed as refused:
            form.add_error("new_email", str(refused))

    def save_model(
        self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool
    ) -> None:
        assert isinstance(obj, AccountRecovery)
        made = recovering.propose(
            obj.person,
            obj.new_email,
            checked=obj.checked,
            by=acting_member(request),
            program=obj.program,
        )
        obj.pk, obj.public_id = made.pk, made.public_id

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if isinstance(row, AccountRecovery):
            context |= {
                "may_confirm": recovering.may_confirm(row, acting_member(request)),
                "may_stop": row.state in row.UNFINISHED,
                "hours": recovering.NOTICE_HOURS,
            }
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        def button(verb: str, view: Callable[..., HttpResponse]) -> URLPattern:
            page = self.admin_site.admin_view(require_POST(view))
            return path(f"<int:pk>/{verb}/", page, name=f"matches_accountrecovery_{verb}")

        return [
            button("confirm", self.confirm_view),
            button("stop", self.stop_view),
            *super().get_urls(),
        ]

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request).select_related("person"), pk=pk)
        recovering.confirm(row, by=acting_member(request))
        text = _("We have told the old addresses. In %(hours)s hours the new one gets a code.")
        messages.success(request, text % {"hours": recovering.NOTICE_HOURS})
        return redirect("admin:matches_accountrecovery_change", pk)

    def stop_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        recovering.stop(row, by=acting_member(request))
        messages.success(request, _("It is stopped. The account keeps its addresses."))
        return redirect("admin:matches_accountrecovery_change", pk)
