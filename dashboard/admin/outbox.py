"""The outbox for the committee: e-mails about rows that they may see, as recipients read them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from access.generic_relations import GenericRelationQuerySet
from accounts.models import User
from notifications import email_preview
from notifications.kinds import KINDS, label_of
from notifications.models import Notification
from notifications.models.outbox_access import ACCOUNT_EMAIL
from notifications.reasons import BY_COMMITTEE, words_of
from programs.committee import Role
from programs.committee_admin import format_date

from ..readable_emails import without_conflicts
from .generic_relations import GenericRelationAdmin

State = Notification.State

OutboxAction = Callable[[Notification, User], None]
ACTIONS: dict[str, OutboxAction] = {
    "hold": lambda row, member: row.hold(by=member, why=BY_COMMITTEE),
    "release": lambda row, member: row.release(by=member),
    "cancel": lambda row, member: row.cancel(by=member, why=BY_COMMITTEE),
    "again": lambda row, member: row.send_again(by=member),
}


class KindFilter(admin.SimpleListFilter):
    """The kinds of e-mail that this installation knows, by their readable names."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return sorted((name, label_of(name)) for name in KINDS)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() in KINDS else queryset


@admin.register(Notification)
class OutboxAdmin(GenericRelationAdmin):
    """Every member reads; the chair holds, releases and cancels. Codes are never listed."""

    empty_words = _("No e-mails yet. Every e-mail that the program sends is listed here.")
    list_display = ("email", "to", "state_chip", "goes_at", "sent_at", "why")
    list_select_related = ("recipient",)
    list_filter = ("state", "stream", KindFilter)
    date_hierarchy = "due_at"
    sortable_by = ()
    ordering = ("-due_at", "-pk")
    fields = readonly_fields = (
        "email",
        "to",
        "state_chip",
        "goes_at",
        "sent_at",
        "attempts",
        "why",
        "problem",
        "came_back",
    )
    named_rows: ClassVar[Mapping[str, str]] = {"to": "recipient"}
    change_form_template = "admin/dashboard/email.html"
    change_list_template = "admin/dashboard/outbox_list.html"
    acting_roles = (Role.CHAIR,)

    def visible_rows(
        self,
        request: HttpRequest,
        rows: GenericRelationQuerySet,
        about: Collection[str] | None = None,
    ) -> QuerySet:
        found = without_conflicts(rows.for_committee(request.user, about=about), request)
        if settings.DEMO:  # a demo has no mailbox: sign-in codes are read here
            found = found | rows.filter(kind=ACCOUNT_EMAIL).scoped("the demo shows every e-mail")
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        kind = KINDS.get(request.GET.get(KindFilter.parameter_name, ""))
        if kind is None:
            return super().get_queryset(request)
        # Only the rule of one table is asked, not of every table that an e-mail can be about.
        rows = self._rows().of_kind_for_committee(kind, request.user)
        return without_conflicts(rows, request).order_by(*self.ordering)

    def get_urls(self) -> list[URLPattern]:
        return [
            *(self._button(name, action) for name, action in ACTIONS.items()),
            *super().get_urls(),
        ]

    def _button(self, name: str, action: OutboxAction) -> URLPattern:
        def press(request: HttpRequest, pk: int) -> HttpResponse:
            return self.act(request, pk, action)

        wrapped = self.admin_site.admin_view(require_POST(press))
        return path(f"<int:pk>/{name}/", wrapped, name=f"notifications_notification_{name}")

    def row_title(self, row: Model) -> str:
        assert isinstance(row, Notification)
        return _("To %(name)s: %(email)s") % {"email": self.email(row), "name": self.to(row)}

    def act(self, request: HttpRequest, pk: int, action: OutboxAction) -> HttpResponse:
        """Apply an action to one e-mail of a program that the member chairs."""
        rows = Notification.objects.filter(pk=pk).for_committee(request.user, *self.acting_roles)
        row = get_object_or_404(without_conflicts(rows, request))
        action(row, request.user)
        self.message_user(
            request,
            _("The e-mail is now: %(state)s.") % {"state": row.get_state_display()},
            messages.SUCCESS,
        )
        return redirect("admin:notifications_notification_change", row.pk)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        may_check = self._holds(request, self.acting_roles)
        extra = {**(extra_context or {}), "may_check_mail": may_check}
        return super().changelist_view(request, extra)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        extra: dict[str, object] = {}
        if row:
            extra = {
                "text": email_preview.render(row),
                "row": row,
                "may_act": self._holds(request, self.acting_roles),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    @admin.display(description=_("e-mail"), ordering="kind")
    def email(self, row: Notification) -> str:
        return label_of(row.kind)

    @admin.display(description=_("to"), ordering="recipient__name")
    def to(self, row: Notification) -> str:
        return str(row.recipient or row.address or "")

    @admin.display(description=_("goes out at"), ordering="next_at")
    def goes_at(self, row: Notification) -> str:
        return format_date(row.next_at if row.is_open else None)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, row: Notification) -> str:
        return row.reason_words

    @admin.display(description=_("came back"))
    def came_back(self, row: Notification) -> str:
        if not row.bounce or row.bounced_at is None:
            return ""
        return f"{row.get_bounce_display()} ({format_date(row.bounced_at)})"

    @admin.display(description=_("last problem"))
    def problem(self, row: Notification) -> str:
        status, _space, detail = row.error.partition(" ")
        return f"{words_of(status)} {detail}".strip()
