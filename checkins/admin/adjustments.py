"""Adjustments in the admin: chairs write, publish and withdraw; every member reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.forms.models import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.committee import Role, acting_member
from programs.committee_admin import ChairedAdmin, language_label, steps_of
from programs.models import Cohort

from .. import adjustments
from ..adjustment_forms import COLUMNS, LANGUAGES, TEXT_FIELDS, AdjustmentForm
from ..models import Adjustment, Theme, Wave

MOST_WAVES = 60  # the newest ones to choose from
State = Adjustment.State


@admin.register(Adjustment)
class AdjustmentAdmin(ChairedAdmin):
    add_title = gettext_lazy("Write down a change")
    menu_words = gettext_lazy("Write")
    add_roles = change_roles = (Role.CHAIR,)
    form = AdjustmentForm
    list_display = ("__str__", "for_whom", "since_on", "state_chip", "published_at", "program")
    list_filter = ("state",)
    list_select_related = ("program", "cohort")
    empty_words = gettext_lazy(
        "Nothing has been written down yet. “You said, we changed” shows people that answering is "
        "worth it."
    )
    change_form_template = "admin/checkins/adjustment/change_form.html"
    shown: ClassVar[tuple[str, ...]] = (
        "state_chip", "program", "for_whom", "wave", "theme_name", "since_on", "is_for_everyone",
        "recorded_by", "published_at", "withdrawn_at",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("for whom"))
    def for_whom(self, row: Adjustment) -> str:
        return row.concerns or _("everyone in the program")

    @admin.display(description=gettext_lazy("theme"))
    def theme_name(self, row: Adjustment) -> str:
        return row.theme_name

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (not isinstance(obj, Adjustment) or obj.is_draft)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [name for name in self.shown if getattr(obj, name, True) not in (None, "")]
        return [*COLUMNS, *TEXT_FIELDS]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        if obj is not None and not self.has_change_permission(request, obj):
            return self.get_fields(request, obj)
        return []

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # The texts are no model fields: Django must not look for them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": list(COLUMNS)})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "cohort":
            rows = Cohort.objects.for_committee(request.user, Role.CHAIR)
            kwargs["queryset"] = rows.select_related("program")
        if db_field.name == "theme":
            themes = Theme.objects.for_committee(request.user, Role.CHAIR)
            kept = themes.filter(pk__in=_rows_of_page(request).values("theme"))
            kwargs["queryset"] = (themes.filter(retired_on=None) | kept).select_related("program")
        if db_field.name == "wave":
            waves = Wave.objects.for_committee(request.user, Role.CHAIR)
            newest = waves.order_by("-month", "-pk").values_list("pk", flat=True)[:MOST_WAVES]
            asked = _number(request.GET.get("wave")) or 0
            chosen = waves.filter(pk__in=_rows_of_page(request).values("wave"))
            offered = waves.filter(pk__in=[*newest, asked]) | chosen
            kwargs["queryset"] = offered.select_related("cohort__program")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, object]:
        """Begin with a pooled result, `?wave=7`, or with the words of another one, `?copy=7`."""
        today: dict[str, object] = {"since_on": timezone.localdate()}
        if (number := _number(request.GET.get("copy"))) is not None:
            rows = Adjustment.objects.for_committee(request.user, Role.CHAIR)
            if found := rows.filter(pk=number).first():
                texts = {
                    name: getattr(found, name.rpartition("_")[0]).get(name.rpartition("_")[2], "")
                    for name in TEXT_FIELDS
                }
                return {**{name: getattr(found, name) for name in COLUMNS}, **texts}
        waves = Wave.objects.for_committee(request.user, Role.CHAIR)
        wave = waves.filter(pk=_number(request.GET.get("wave")) or 0)
        if row := wave.select_related("cohort").first():
            return {**today, "program": row.cohort.program_id, "cohort": row.cohort_id,
                    "wave": row.pk}  # fmt: skip
        return today

    def fill_in(self, request: HttpRequest, form: ModelForm) -> None:
        member = acting_member(request)
        if form.instance.recorded_by_id is None:
            form.instance.recorded_by = member
        for (name, code), words in adjustments.quotes_of(form.instance, by=member).items():
            form.add_error(f"{name}_{code}", words)

    def save_model(
        self, request: HttpRequest, obj: Adjustment, form: ModelForm, change: bool
    ) -> None:
        if change:
            columns = (*COLUMNS, "heard", "changed")
            adjustments.change(obj, columns, by=acting_member(request))
        else:
            adjustments.add(obj, by=acting_member(request))

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Return whether the same words are a draft of the same program already."""
        assert isinstance(row, Adjustment)
        same = {name: getattr(row, name) for name in (*COLUMNS, "heard", "changed")}
        drafts = Adjustment.objects.for_committee(request.user).exclude(pk=row.pk)
        return drafts.filter(**same, state=State.DRAFT).exists()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {**(extra_context or {})}
        if isinstance(row, Adjustment):
            context |= {
                "may_act": adjustments.may_act_on(row, acting_member(request)),
                "words": _words_of(row),
                "history": steps_of(row),
            }
        return super().change_view(request, object_id, form_url, context)

    def response_add(
        self, request: HttpRequest, obj: Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the page that shows what people will read."""
        return _to_preview(request, obj)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        return _to_preview(request, obj)

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Callable[..., HttpResponse]) -> URLPattern:
            full = f"checkins_adjustment_{name}"
            return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=full)

        return [
            page("publish", publish_view),
            page("withdraw", withdraw_view),
            *super().get_urls(),
        ]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _rows_of_page(request: HttpRequest) -> QuerySet[Adjustment]:
    """Return the row of the page and the one that it copies: what they chose can be kept."""
    match = request.resolver_match
    number = _number(str(match.kwargs.get("object_id", ""))) if match else None
    copied = _number(request.GET.get("copy"))
    rows = Adjustment.objects.for_committee(request.user, Role.CHAIR)
    return rows.filter(pk__in=[number or 0, copied or 0])


def _words_of(row: Adjustment) -> list[dict[str, str]]:
    """Return what was written, by language."""
    return [
        {"language": language_label(code), "code": code, "heard": row.heard.get(code, ""),
         "changed": row.changed.get(code, "")}
        for code in LANGUAGES
        if row.heard.get(code) or row.changed.get(code)
    ]  # fmt: skip


def _to_preview(request: HttpRequest, row: Model) -> HttpResponse:
    messages.success(request, _("Saved as a draft. Only the committee can read it so far."))
    return redirect("admin:checkins_adjustment_publish", row.pk)


def _find(request: HttpRequest, pk: int) -> Adjustment:
    rows = Adjustment.objects.for_committee(request.user, Role.CHAIR)
    return get_object_or_404(
        rows.select_related("program", "cohort", "wave__cohort", "theme"), pk=pk
    )


def _page(
    request: HttpRequest, template: str, row: Adjustment, title: str, **context: object
) -> HttpResponse:
    shared = {
        **admin.site.each_context(request),
        "opts": Adjustment._meta,
        "adjustment": row,
        "title": title,
        "words": _words_of(row),
    }
    name = f"admin/checkins/adjustment/{template}.html"
    return TemplateResponse(request, name, {**shared, **context})


def publish_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what people will read; publish it on POST."""
    row, member = _find(request, pk), acting_member(request)
    if request.method == "POST":
        adjustments.publish(row, by=member, seen=request.POST.get("seen", ""))
        messages.success(request, _("Published. People find it on the page of the program."))
        return redirect("admin:checkins_adjustment_change", row.pk)
    if not row.is_draft:
        return redirect("admin:checkins_adjustment_change", row.pk)
    own = row.program.language
    missing = [
        language_label(code)
        for code in LANGUAGES
        if code != own and not (row.heard.get(code) and row.changed.get(code))
    ]
    return _page(
        request,
        "publish",
        row,
        _("What people will read"),
        problems=adjustments.problems(row, by=member),
        stamp=adjustments.stamp_of(row),
        missing=missing,
        own_language=language_label(own),
    )


def withdraw_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to withdraw it; do it on POST."""
    row = _find(request, pk)
    if request.method == "POST":
        was_draft = row.is_draft
        adjustments.withdraw(row, by=acting_member(request))
        words = (
            _("The draft was discarded.")
            if was_draft
            else _("Withdrawn. Nobody reads it any more.")
        )
        messages.success(request, words)
        return redirect("admin:checkins_adjustment_changelist")
    if row.state == State.WITHDRAWN:
        return redirect("admin:checkins_adjustment_change", row.pk)
    title = _("Discard this draft?") if row.is_draft else _("Withdraw this change?")
    return _page(request, "withdraw", row, title)
