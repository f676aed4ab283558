"""Open pairs with their health and the reasons for it."""

from __future__ import annotations

from typing import ClassVar, cast

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from agreements.goals.review_reminders import goals_not_reviewed
from agreements.late import without_agreement
from checkins.first_contact import without_contact
from dashboard.health import (
    FollowedPair,
    Health,
    health_of,
    in_health,
    may_end,
    reasons,
    with_requests,
)
from dashboard.models import Pair
from matches.models import Match
from matches.models.matches import MatchQuerySet
from programs.committee import acting_member
from programs.committee_admin import (
    CarerFilter,
    CohortOfMatchFilter,
    InWeek,
    WeekFilter,
    format_date,
    state_chip,
)
from programs.models import Program

from .leads_to_pair import LeadsToPair
from .next_meeting import next_meeting_text


class HealthFilter(admin.SimpleListFilter):
    title = _("health")
    parameter_name = "health"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return list(Health.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in Health.values:
            return queryset
        return in_health(queryset, self.value(), reader=request.user, at=timezone.now())


class EndingFilter(admin.SimpleListFilter):
    title = _("ending")
    parameter_name = "ending"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("asked", _("asked the committee, may want to end"))]

    def queryset(self, request: HttpRequest, queryset: MatchQuerySet) -> QuerySet:
        if self.value() != "asked":
            return queryset
        return may_end(queryset, reader=acting_member(request))


class ContactFilter(admin.SimpleListFilter):
    title = _("first contact")
    parameter_name = "contact"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("none", _("has not been in touch in time"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "none":
            return queryset
        return without_contact(queryset, at=timezone.now())


class AgreementFilter(admin.SimpleListFilter):
    title = _("agreement")
    parameter_name = "agreement"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("late", _("late"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "late":
            return queryset
        return without_agreement(queryset, at=timezone.now())


class GoalsFilter(admin.SimpleListFilter):
    title = _("goals")
    parameter_name = "goals"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("not-reviewed", _("not reviewed, although asked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "not-reviewed":
            return queryset
        return goals_not_reviewed(queryset, at=timezone.now())


class LastWeekFilter(WeekFilter):
    weeks: ClassVar[dict[str, InWeek]] = {
        "lasts": InWeek("ends_on", _("Last day of the term"), is_ahead=True)
    }


@admin.register(Pair)
class PairAdmin(LeadsToPair):
    """Read-only: each row leads to the page of its pair."""

    empty_words = _(
        "No pairs yet. Pairs and their health are listed here once they have been introduced."
    )
    other_list = ("admin:matches_match_changelist", _("All pairs, also those that have ended"))
    list_display = ("pair", "health_chip", "why", "last_contact", "carer", "next_meeting", "ending")
    list_select_related = (
        "mentee__person",
        "mentor__person",
        "mentee__cohort__program__policy",
        "carer",
    )
    list_filter = (
        HealthFilter,
        EndingFilter,
        ContactFilter,
        AgreementFilter,
        GoalsFilter,
        CarerFilter,
        CohortOfMatchFilter,
        "state",
        LastWeekFilter,
    )
    search_fields = ("mentee__person__name", "mentor__person__name", "carer__name")
    search_help_text = _("Name of either person or of the carer")
    ordering = ("introduced_at", "pk")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).open()

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        in_care = Match.objects.in_care_of(request.user).filter(pk=OuterRef("pk"))
        pairs = rows.select_related(*self.list_select_related).annotate(in_care=Exists(in_care))
        return with_requests(pairs, reader=request.user, at=timezone.now())

    @admin.display(description=_("pair"), ordering="mentee__person__name")
    def pair(self, match: Match) -> str:
        return str(match)

    @admin.display(description=_("health"))
    def health_chip(self, match: Match) -> str:
        health = health_of(cast(FollowedPair, match), at=timezone.now())
        return state_chip(health, health.label)

    @admin.display(description=_("why"))
    def why(self, match: Match) -> str:
        return " ".join(reasons(cast(FollowedPair, match), at=timezone.now()))

    @admin.display(description=_("last met, or introduced"), ordering="quiet_since")
    def last_contact(self, match: Match) -> str:
        return format_date(timezone.localdate(match.quiet_since or match.introduced_at))

    @admin.display(description=_("next meeting"), ordering="next_at")
    def next_meeting(self, match: Match) -> str:
        return next_meeting_text(match.next_at, match.next_state)

    @admin.display(description=_("end of the pair"))
    def ending(self, match: Match) -> str:
        """Lead those to the notes and the end of the pair who may write there."""
        if not match.in_care:  # type: ignore[attr-defined]  # annotated
            return ""
        address = reverse("admin:matches_match_change", args=[match.pk])
        return format_html('<a href="{}#ending">{}</a>', address, _("Note or end"))

    def program_of(self, obj: Match) -> Program:
        return obj.program
