"""Check-ins and their answers. The committee sees the list, only carer and chair the answers."""

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin, InCohortFilter

from ..answering import mark_read
from ..models import Answer, AskedNeed, CheckIn, Question
from ..needs import question_about, shown_answer
from ..theme_counts import WAIT
from ..theme_forms import marks_forms
from ..theme_marks import is_closed
from .dates import dates_view
from .themes import marks_view


class ReadFilter(admin.SimpleListFilter):
    """Check-ins whose answers the member may read: those not read yet, and those read."""

    title = _("answers")
    parameter_name = "read"

    def lookups(self, request, model_admin):
        return [("no", _("Not read yet")), ("yes", _("Read"))]

    def queryset(self, request, queryset):
        if self.value() == "no":
            return queryset.readable_by(request.user).to_read()
        if self.value() == "yes":
            return queryset.readable_by(request.user).filter(read_at__isnull=False)
        return queryset


@admin.register(CheckIn)
class CheckInAdmin(CommitteeAdmin):
    empty_words = _("There are no check-ins yet. They are planned as soon as a pair is introduced.")
    list_display = (
        "person",
        "match",
        "kind",
        "ordinal",
        "state_chip",
        "score",
        "opens_at",
        "answered_at",
        "read_at",
    )
    list_filter = (ReadFilter, "state", "kind", InCohortFilter)
    date_hierarchy = "opens_at"
    sortable_by = ("opens_at",)
    list_select_related = ("person", "match__mentee__person", "match__mentor__person")
    fields = readonly_fields = (
        "person", "match", "kind", "ordinal", "state", "opens_at", "opened_at", "due_at",
        "closes_at", "answered_at", "is_by_link", "read_at", "read_by",
    )  # fmt: skip
    change_form_template = "admin/checkins/checkin/change_form.html"

    def with_columns(self, request, rows):
        readable = Answer.objects.for_committee(request.user).filter(checkin=OuterRef("pk"))
        scales = readable.filter(question__kind=Question.Kind.SCALE).values("choice")[:1]
        return rows.annotate(scale=Subquery(scales))

    def row_title(self, row):
        return _("%(survey)s of %(name)s") % {"survey": capfirst(str(row)), "name": row.person}

    @admin.display(description=_("score"), ordering="scale")
    def score(self, obj):
        return obj.scale

    def program_of(self, obj):
        return obj.program

    def change_view(self, request, object_id, form_url="", extra_context=None):
        checkin = self.get_object(request, object_id)
        rows = (
            Answer.objects.for_committee(request.user)
            .filter(checkin=checkin.pk if checkin else None)
            .select_related("question__survey")
        )
        needs = AskedNeed.objects.for_committee(request.user).filter(
            checkin=checkin.pk if checkin else None
        )
        marks = marks_forms(checkin, request.user) if checkin else []
        context = {
            "marks": marks,
            "days_to_mark": WAIT.days,
            "marks_closed": checkin is not None and is_closed(checkin.wave),
            "answers": rows if checkin else [],
            "needs": [(question_about(row.topic, row.names), shown_answer(row))
                      for row in needs.exclude(choice="")],
            **(extra_context or {}),
        }  # fmt: skip
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self):
        read = path(
            "<int:pk>/read/",
            self.admin_site.admin_view(self.read_view),
            name="checkins_checkin_read",
        )
        dates = path(
            "pair/<int:pk>/dates/",
            self.admin_site.admin_view(dates_view),
            name="checkins_checkin_dates",
        )
        marks = path(
            "<int:pk>/themes-<int:answer>/",
            self.admin_site.admin_view(marks_view),
            name="checkins_checkin_themes",
        )
        return [read, dates, marks, *super().get_urls()]

    def read_view(self, request, pk):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        mark_read(get_object_or_404(self.get_queryset(request), pk=pk), by=request.user)
        messages.success(request, _("Marked as read."))
        return HttpResponseRedirect(reverse("admin:checkins_checkin_changelist") + "?read=no")
