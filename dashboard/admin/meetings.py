"""How often each pair has met: counts and dates for the whole committee, no single meeting."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.models import PairMeetings
from matches.models import Match
from meetings.models import Meeting
from programs.committee_admin import CohortOfMatchFilter, format_date
from programs.models import Program

from .leads_to_pair import LeadsToPair
from .next_meeting import next_meeting_text


@admin.register(PairMeetings)
class PairMeetingsAdmin(LeadsToPair):
    """The carer of a pair sees its meetings one by one on another page."""

    empty_words = _(
        "No pairs yet. Once a round is published, you see here how often each one meets."
    )
    list_display = ("pair", "state_chip", "held_count", "last_held", "next_meeting")
    list_select_related = ("mentee__person", "mentor__person")
    list_filter = ("state", CohortOfMatchFilter)
    search_fields = ("mentee__person__name", "mentor__person__name")
    search_help_text = _("Name of either person")
    ordering = ("-introduced_at", "pk")
    sortable_by = ()

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        meetings = Meeting.objects.filter(match=OuterRef("pk"))
        held = meetings.held().order_by()
        counted = held.values("match").annotate(n=Count("pk")).values("n")
        last = meetings.held().order_by("-starts_at").values("starts_at")[:1]
        ahead = meetings.ahead(timezone.now()).order_by("starts_at")
        return rows.annotate(
            held=Coalesce(Subquery(counted), Value(0)),
            last_held_at=Subquery(last),
            next_at=Subquery(ahead.values("starts_at")[:1]),
            next_state=Subquery(ahead.values("state")[:1]),
        )

    @admin.display(description=_("pair"), ordering="mentee__person__name")
    def pair(self, match: Match) -> str:
        return str(match)

    @admin.display(description=_("meetings held"), ordering="held")
    def held_count(self, match: Match) -> int:
        return match.held

    @admin.display(description=_("last held on"), ordering="last_held_at")
    def last_held(self, match: Match) -> str:
        return format_date(timezone.localdate(match.last_held_at) if match.last_held_at else None)

    @admin.display(description=_("next meeting on"), ordering="next_at")
    def next_meeting(self, match: Match) -> str:
        return next_meeting_text(match.next_at, match.next_state)

    def program_of(self, obj: Match) -> Program:
        return obj.program
