"""Participants as the committee sees them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application, ImportedRow
from notifications.bounces import bounce_of
from programs.committee import acting_member
from programs.committee_admin import CommitteeAdmin

from ..overviews.person_overview import sections_of
from ..reachability import participants_of, with_bouncing_address


class MailFilter(admin.SimpleListFilter):
    title = _("e-mail")
    parameter_name = "mail"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("bounces", _("does not reach them"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return with_bouncing_address(queryset) if self.value() == "bounces" else queryset


@admin.register(User)
class ParticipantAdmin(CommitteeAdmin):
    """Read-only: people change their own data, and are anonymized, never deleted."""

    empty_words = _("No participants yet. People are listed here once they start an application.")
    list_display = ("name", "roles", "employer", "address", "last_login")
    list_filter = (MailFilter,)
    search_fields = ("name", "email")
    search_help_text = _("Name or e-mail address")
    ordering = ("name", "pk")
    sortable_by = ("name",)
    fields = (
        "name",
        "pronouns",
        "address",
        "email_state",
        "employer",
        "time_zone",
        "language",
        "last_login",
        "imported_from",
    )
    readonly_fields = fields
    change_form_template = "admin/accounts/user/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return participants_of(request.user).order_by(*self.ordering)

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        mine = Application.objects.for_committee(request.user).select_related("cohort")
        return rows.select_related("profile__employer").prefetch_related(
            Prefetch("applications", mine, to_attr="seen")
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: User | None = None,
    ) -> HttpResponse:
        """Add what the member may see beside the facts: applications, pairs, times, checks."""
        if obj is not None:
            member = acting_member(request)
            context["person_sections"] = sections_of(obj, member, timezone.now())
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("e-mail address"))
    def address(self, person: User) -> str:
        if person.is_erased:
            return gettext("The account was erased.")
        return person.address or gettext("no e-mail address yet")

    @admin.display(description=_("e-mails"))
    def email_state(self, person: User) -> str:
        """Say since when e-mails come back; sent does not mean read."""
        if person.is_erased or not person.has_address:
            return ""
        bounce = bounce_of(person)
        if bounce is None or bounce.stopped_at is None:
            return gettext("As far as we know, they arrive.")
        day = date_format(localdate(bounce.stopped_at))
        return gettext(
            "They come back. Since %(day)s we send this person only sign-in codes. Reach them in "
            "another way, and ask them to sign in and change or confirm their address."
        ) % {"day": day}

    @admin.display(description=_("takes part as"))
    def roles(self, person: User) -> str:
        return ", ".join(f"{row.get_role_display()} ({row.cohort})" for row in person.seen)  # type: ignore[attr-defined]  # prefetched above

    @admin.display(description=_("imported from"))
    def imported_from(self, person: User) -> str:
        """Say which files the person's applications came from, as far as the member sees them."""
        rows = ImportedRow.objects.filter(application__in=person.seen)  # type: ignore[attr-defined]  # prefetched above
        found = rows.scoped("of applications that the member sees").order_by("pk")
        return "\n".join(
            gettext("%(file)s, row %(row)d, on %(day)s")
            % {"file": row.file_name, "row": row.row, "day": date_format(localdate(row.at))}
            for row in found
        )

    @admin.display(description=_("employer"), ordering="profile__employer__name")
    def employer(self, person: User) -> str:
        profile = getattr(person, "profile", None)
        return str(profile.employer or "") if profile else ""
