"""The committee's page "Requests for support": needs by topic, the requests, and answering them."""

from __future__ import annotations

from typing import ClassVar, TypedDict

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learning.models import SupportTopic
from programs.committee import acting_member, cares_for_pairs
from programs.committee_admin import CommitteeAdmin, steps_of

from . import partner_admin, referral_admin  # noqa: F401  # they register their pages
from .forms import AnswerForm
from .models import SupportAnswer, SupportRequest
from .offering import MOST_AT_ONCE, needs_by_topic
from .training_needs import TrainingNeed, training_needs, wishes_of_mentors

State = SupportRequest.State
ALL = "all"


class TopicFilter(admin.SimpleListFilter):
    """Only topics about which the member sees a request."""

    title = gettext_lazy("topic")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        rows = SupportRequest.objects.for_committee(request.user).order_by()
        asked = set(rows.values_list("topic", flat=True))
        topics = SupportTopic.objects.filter(pk__in=asked)
        return [(str(topic.pk), str(topic)) for topic in topics]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        number = self.value() or ""
        known = {value for value, _label in self.lookup_choices}
        return queryset.filter(topic=int(number)) if number in known else queryset


class LateFilter(admin.SimpleListFilter):
    """Requests that have waited for an answer for a week."""

    title = gettext_lazy("waiting")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("week", _("for more than a week"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.late(timezone.now()) if self.value() == "week" else queryset  # type: ignore[attr-defined]  # of requests


@admin.register(SupportRequest)
class SupportRequestAdmin(CommitteeAdmin):
    """Rows come from `for_committee`: carer, deputy and chair without a conflict of interest."""

    list_title = gettext_lazy("Requests for support")
    empty_words = gettext_lazy(
        "Nobody whom you look after has asked for support. Mentors and mentees ask by topic, from "
        "their own pages."
    )
    list_display = ("person", "role", "topic", "state_chip", "waiting_since", "outcome")
    list_filter = ("state", TopicFilter, LateFilter)
    list_select_related = ("person", "topic", "application")
    ordering = ("state", "waiting_since")
    sortable_by = ("waiting_since",)
    actions = ("answer_selected",)
    fields: ClassVar[tuple[str, ...]] = (
        "person", "role", "match", "topic", "text", "state_chip", "asked_at", "waiting_since",
        "answered_at", "outcome",
    )  # fmt: skip
    change_list_template = "admin/support/supportrequest/change_list.html"
    change_form_template = "admin/support/supportrequest/change_form.html"

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return self.fields

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.select_related(
            "person", "topic", "application", "program",
            "match__mentee__person", "match__mentor__person",
        )  # fmt: skip

    def has_module_permission(self, request: HttpRequest) -> bool:
        return cares_for_pairs(request)

    def row_title(self, row: Model) -> str:
        assert isinstance(row, SupportRequest)
        return _("Request for support by %(name)s") % {"name": row.person}

    @admin.display(description=gettext_lazy("role"))
    def role(self, row: SupportRequest) -> str:
        return row.role_label

    @admin.action(description=gettext_lazy("Answer…"), permissions=["view"])
    def answer_selected(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Go on to the page that answers the chosen requests which wait."""
        ids = chosen.filter(state=State.ASKED).values_list("pk", flat=True)[:MOST_AT_ONCE]
        if not ids:
            words = _("None of these requests is waiting for an answer.")
            self.message_user(request, words, messages.WARNING)
            return None
        first, *others = ids
        also = {"with": ",".join(map(str, others))} if others else {}
        return redirect(_answer_url(first, **also))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        member = acting_member(request)
        waiting = needs_by_topic(member)
        needs = [
            {
                "need": need,
                "url": f"?{urlencode({'topic': need.topic.pk, 'state__exact': State.ASKED})}",
                "answer_url": _answer_url(need.first, **{"with": ALL}),
            }
            for need in waiting
        ]
        now = timezone.now()
        asked = [_training_row(one) for one in training_needs(member, at=now)]
        wished = [_training_row(one) for one in wishes_of_mentors(member, at=now)]
        programs = {need.topic.program_id for need in waiting}
        programs |= {row["need"].program.pk for row in [*asked, *wished]}
        context = {
            "needs": needs,
            "training_needs": [
                ("training-needs", _("Asked for in the last 12 months"), asked),
                ("training-wishes", _("What mentors said when they applied"), wished),
            ],
            "has_programs": len(programs) > 1,
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {**(extra_context or {})}
        if isinstance(row, SupportRequest):
            answers = SupportAnswer.objects.for_committee(request.user).filter(request=row)
            context |= {
                "answers": answers.select_related(
                    "by", "event__program", "item__program", "contact__person"
                ),
                "answer_url": _answer_url(row.pk) if row.state == State.ASKED else "",
                "history": steps_of(row),
            }
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(answer_view)
        return [
            path("<int:pk>/answer/", view, name="support_supportrequest_answer"),
            *super().get_urls(),
        ]


class TrainingRow(TypedDict):
    """A need, and the pages that answer it: a new event or library item for the same people."""

    need: TrainingNeed
    event_url: str
    item_url: str


def _training_row(need: TrainingNeed) -> TrainingRow:
    query = urlencode({"program": need.program.pk, "role": need.role})
    return {
        "need": need,
        "event_url": f"{reverse('admin:events_event_add')}?{query}",
        "item_url": f"{reverse('admin:learning_libraryitem_add')}?{query}",
    }


def _answer_url(pk: int, **query: object) -> str:
    address = reverse("admin:support_supportrequest_answer", args=[pk])
    return f"{address}?{urlencode(query)}" if query else address


def _chosen(request: HttpRequest, pk: int) -> list[SupportRequest]:
    """Return the request and those chosen with it that wait: `?with=2,3`, or all of its topic.

    Raises Http404 for a request that the member may not answer.
    """
    mine = SupportRequest.objects.for_committee(request.user)
    first = get_object_or_404(mine.only("topic"), pk=pk)
    also = request.GET.get("with", "")
    if also == ALL:
        rows = mine.unanswered().filter(topic=first.topic_id)
    else:
        ids = [int(one) for one in also.split(",") if one.isdecimal() and len(one) < 10]
        rows = mine.unanswered().filter(pk__in=[pk, *ids[:MOST_AT_ONCE]])
    found = rows.select_related(
        "person", "application", "topic", "program",
        "match__mentee__person", "match__mentor__person",
    )  # fmt: skip
    return list(found.order_by("waiting_since", "pk")[:MOST_AT_ONCE])


def answer_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what to offer; look at it with the names; then each gets an e-mail of their own."""
    member, requests = acting_member(request), _chosen(request, pk)
    list_page = redirect("admin:support_supportrequest_changelist")
    if not requests:
        messages.info(request, _("None of them is waiting for an answer any more."))
        return list_page
    programs = {one.program_id for one in requests}
    if len(programs) > 1:
        messages.warning(request, _("Answer requests of one program at a time."))
        return list_page
    form = AnswerForm(request.POST or None, requests=requests, member=member)
    is_ready = form.is_bound and form.is_valid()
    if is_ready and "confirmed" in request.POST:
        count = form.save()
        words = ngettext(
            "%(n)s person gets your answer by e-mail.",
            "%(n)s people get your answer, each in an e-mail of their own.",
            count,
        )
        messages.success(request, words % {"n": count})
        return list_page
    context = {
        **admin.site.each_context(request),
        "opts": SupportRequest._meta,
        "title": _("Send this answer?") if is_ready else _("Answer requests for support"),
        "form": form,
        "requests": requests,
        "is_ready": is_ready,
        "topics": sorted({str(one.topic) for one in requests}),
        "chosen": form.chosen if is_ready else [],
        "offer": form.offer if is_ready else None,
        "hidden": _as_typed(request) if is_ready else [],
    }
    return TemplateResponse(request, "admin/support/supportrequest/answer.html", context)


def _as_typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed, for the form that confirms it."""
    names = ("people", "event", "item", "contact", "text")
    typed = [(name, value) for name in names for value in request.POST.getlist(name)]
    return [*typed, ("confirmed", "yes")]
