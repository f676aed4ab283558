"""What people suggest: read by every member of the committee without a conflict of interest."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from programs.committee import acting_member
from programs.committee_admin import CommitteeAdmin, format_date

from .. import suggestions
from ..models import Suggestion
from ..models.suggestions import TEXT_LENGTH


class AnswerForm(forms.Form):
    """The committee's answer to a suggestion."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy(
            "The person gets it by e-mail, in the name of the committee, also where you don't see "
            "who it is. It can't be changed later."
        ),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Enter the answer.")},
    )


class StageFilter(admin.SimpleListFilter):
    """What is still to be done with a suggestion."""

    title = gettext_lazy("stage")
    parameter_name = "stage"

    def lookups(self, request, model_admin):
        return [
            ("unread", _("to read")),
            ("read", _("read, not answered")),
            ("answered", pgettext("suggestion", "answered")),
        ]

    def queryset(self, request, queryset):
        stages = {
            "unread": {"read_at": None},
            "read": {"read_at__isnull": False, "answered_at": None},
            "answered": {"answered_at__isnull": False},
        }
        return queryset.filter(**stages.get(self.value() or "", {}))


@admin.register(Suggestion)
class SuggestionAdmin(CommitteeAdmin):
    """Rows come from `readable_by`. The day is shown and not the hour, which could tell who."""

    empty_words = gettext_lazy(
        "No suggestions. What people suggest under “Suggest something” on their pages appears here."
    )
    list_display = ("day", "program", "who", "stage")
    list_filter = (StageFilter,)
    list_select_related = ("program", "person", "read_by", "answered_by")
    ordering = ("-sent_at", "-pk")
    sortable_by = ()
    change_form_template = "admin/checkins/suggestion/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = Suggestion.objects.readable_by(acting_member(request))
        return rows.order_by(*self.ordering).select_related(*self.list_select_related)

    def get_fields(self, request: HttpRequest, obj: Suggestion | None = None) -> tuple[str, ...]:
        answered = ("answer", "answered_by") if obj and obj.answered_at else ()
        read = ("read_by",) if obj and obj.read_at else ()
        return ("day", "program", "who", "text", *read, *answered)

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return self.get_fields(request, obj)

    def row_title(self, row: Suggestion) -> str:
        return _("Suggestion of %(day)s") % {"day": self.day(row)}

    @admin.display(description=gettext_lazy("day"))
    def day(self, obj: Suggestion) -> str:
        return format_date(timezone.localtime(obj.sent_at).date())

    @admin.display(description=gettext_lazy("from"))
    def who(self, obj: Suggestion) -> str:
        return str(obj.person) if obj.may_be_named else _("without a name")

    @admin.display(description=gettext_lazy("stage"))
    def stage(self, obj: Suggestion) -> str:
        if obj.answered_at:
            return pgettext("suggestion", "answered")
        return _("read, not answered") if obj.read_at else _("to read")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context.setdefault("answer_form", AnswerForm())
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        buttons = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"checkins_suggestion_{name}",
            )
            for name, view in (("read", self.read_view), ("answer", self.answer_view))
        ]
        return [*buttons, *super().get_urls()]

    def read_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        suggestions.mark_read(row, by=acting_member(request))
        messages.success(request, _("Marked as read."))
        return redirect("admin:checkins_suggestion_changelist")

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        form = AnswerForm(request.POST)
        if form.is_valid():
            suggestions.answer(row, by=acting_member(request), text=form.cleaned_data["text"])
            messages.success(request, _("The person gets your answer by e-mail."))
            return redirect("admin:checkins_suggestion_change", pk)
        request.method = "GET"  # the page of the row, with what was typed
        refused = {"answer_form": form, "wrong_forms": [form]}
        return self.change_view(request, str(pk), extra_context=refused)
