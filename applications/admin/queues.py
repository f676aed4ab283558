"""Filters of the list of applications: queues, cohorts, topics."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access.bounded import count_up_to
from programs.committee import acting_member
from programs.committee_admin import LIST_LIMIT, InWeek, WeekFilter
from programs.models import Topic

from ..models import Application, ApplicationTopic
from ..preparations import SENT
from ..review_queues import queues
from ..screening import in_open_pair, may_be_matched


def has_pending_decision(application: Application) -> bool:
    """Read the annotation of `reviewing.with_review`."""
    return bool(getattr(application, "pending", None))


def counts(rows: QuerySet[Application]) -> list[dict[str, object]]:
    """Count the rows of each queue, none further than a list shows."""
    known = queues()
    found = {
        code: count_up_to(rows.filter(where), LIST_LIMIT + 1)
        for code, (_word, where) in known.items()
    }
    return [
        {"code": code, "word": word, "count": min(found[code], LIST_LIMIT),
         "is_cut": found[code] > LIST_LIMIT}
        for code, (word, _where) in known.items()
    ]  # fmt: skip


class QueueFilter(admin.SimpleListFilter):
    title = _("queue")
    has_tabs = True  # the template of the list shows its choices above the list
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(code, str(word)) for code, (word, _where) in queues().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        known = queues().get(self.value() or "")
        return queryset.filter(known[1]) if known else queryset


class CodeFilter(admin.SimpleListFilter):
    """Who has sent an application and has not accepted the code of conduct as it is now."""

    title = _("code of conduct")
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("missing", str(_("Not accepted"))), ("accepted", str(_("Accepted")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "missing":
            return queryset.filter(code_accepted_at=None, state__in=SENT)
        if self.value() == "accepted":
            return queryset.exclude(code_accepted_at=None)
        return queryset


class PairFilter(admin.SimpleListFilter):
    """Who is in a pair that goes on, as far as the member sees the pair, or may still get one."""

    title = _("pair")
    parameter_name = "pair"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("open", str(_("In a pair"))), ("possible", str(_("May be matched")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "open":
            return queryset.filter(in_open_pair(acting_member(request)))
        if self.value() == "possible":
            return queryset.filter(may_be_matched(acting_member(request)))
        return queryset


class SentInWeek(WeekFilter):
    weeks: ClassVar[dict[str, InWeek]] = {"sent": InWeek("submitted_at", _("Sent"))}


class TopicFilter(admin.SimpleListFilter):
    """The topics that people in the member's programs can choose."""

    title = _("topic")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        topics = Topic.objects.for_committee(request.user)
        return sorted(
            {topic.code: str(topic) for topic in topics}.items(), key=lambda pair: pair[1]
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        return queryset.filter(
            Exists(
                ApplicationTopic.objects.filter(
                    application=OuterRef("pk"), topic__code=self.value()
                )
            )
        )
