"""Events in the admin: the list, and the page of one with what can be done. See `pages`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from django.contrib import admin
from django.db.models import (
    Count,
    ForeignKey,
    ManyToManyField,
    Model,
    Q,
    QuerySet,
    TimeField,
    URLField,
)
from django.db.models import Field as DbField
from django.forms import Field, ModelChoiceField, ModelForm, ModelMultipleChoiceField, TimeInput
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.committee import Role, acting_member
from programs.committee_admin import CommitteeAdmin, InWeek, WeekFilter, language_label, steps_of
from programs.models import Cohort, Membership, Program

from .. import arranging
from ..attendance import may_record
from ..feedback import results_of
from ..forms import EventForm
from ..forms.events import word_fields
from ..models import Event
from . import pages

PREFIX = "events_event"
COLUMNS = (
    "program", "kind", "on", "wall_time", "until", "place", "link", "audience", "role", "cohorts",
    "includes_ended", "places", "closes_at", "credit_minutes", "organiser",
)  # fmt: skip
READ_ONLY = (
    "state_chip", "program", "kind", "title_words", "description_words", "starts_at", "ends_at",
    "place", "link", "audience", "role", "cohort_names", "includes_ended", "places", "closes_at",
    "credit_minutes", "organiser", "cancel_reason",
)  # fmt: skip


class EventsInWeek(WeekFilter):
    weeks: ClassVar[dict[str, InWeek]] = {
        "on": InWeek("starts_at", gettext_lazy("Takes place"), is_ahead=True)
    }


@admin.register(Event)
class EventAdmin(CommitteeAdmin):
    """The calendar of a program: everyone of the committee reads it, chairs write it."""

    form = EventForm
    formfield_overrides = {  # as Django declares it
        **CommitteeAdmin.formfield_overrides,
        TimeField: {"widget": TimeInput(attrs={"type": "time"}, format="%H:%M")},
    }
    add_title = gettext_lazy("Add an event")
    empty_words = gettext_lazy(
        "There are no events yet. An orientation session, a kick-off or a mentors' circle keeps "
        "people together during the year."
    )
    add_roles = change_roles = (Role.CHAIR,)
    list_display = ("__str__", "kind", "starts_at", "state_chip", "signed_up", "came")
    list_filter = ("state", "kind", EventsInWeek)
    date_hierarchy = "starts_at"
    sortable_by = ("starts_at",)
    list_select_related = ("program",)
    change_form_template = "admin/events/event/change_form.html"

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Return whether the program has this event at this time already."""
        assert isinstance(row, Event)
        same = {name: getattr(row, name) for name in ("program", "kind", "starts_at", "titles")}
        rows = Event.objects.for_committee(request.user).exclude(pk=row.pk)
        return rows.filter(**same).exclude(state=Event.State.CANCELLED).exists()

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        counted = {
            "going_count": Count("sign_ups", filter=Q(sign_ups__state="going")),
            "came_count": Count("sign_ups", filter=Q(sign_ups__has_attended=True)),
        }
        return rows.select_related("program__policy", "organiser").annotate(**counted)

    @admin.display(description=gettext_lazy("have a place"))
    def signed_up(self, event: Event) -> str:
        going = event.going_count  # type: ignore[attr-defined]  # by `with_columns`
        return f"{going} / {event.places}" if event.places else str(going)

    @admin.display(description=gettext_lazy("came"))
    def came(self, event: Event) -> str:
        is_held = event.state == Event.State.HELD
        return str(event.came_count) if is_held else ""  # type: ignore[attr-defined]  # as above

    @admin.display(description=gettext_lazy("title"))
    def title_words(self, event: Event) -> str:
        return _in_all_languages(event.titles)

    @admin.display(description=gettext_lazy("description"))
    def description_words(self, event: Event) -> str:
        return _in_all_languages(event.descriptions)

    @admin.display(description=gettext_lazy("cohorts"))
    def cohort_names(self, event: Event) -> str:
        return ", ".join(cohort.name for cohort in event.cohorts.all()) or _("all")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [name for name in READ_ONLY if name != "cancel_reason" or obj.cancel_reason]  # type: ignore[attr-defined]  # an event
        return [*COLUMNS[:2], *word_fields(), *COLUMNS[2:]]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        if obj is not None and not self.has_change_permission(request, obj):
            return READ_ONLY
        return () if obj is None else ("program",)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # The inputs of words are no model fields: Django must not look for them.
        may_change = obj is None or self.has_change_permission(request, obj)
        columns = [name for name in COLUMNS if obj is None or name != "program"]
        fields = columns if may_change else []
        return super().get_form(request, obj, change, **{**kwargs, "fields": fields})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, object]:
        return {"organiser": request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        chaired = Program.objects.for_committee(request.user, Role.CHAIR)
        if db_field.name == "program":
            kwargs["queryset"] = chaired
        if db_field.name == "organiser":
            members = Membership.objects.live().filter(program__in=chaired).values("user")
            found = User.objects.filter(pk__in=members) | User.objects.filter(pk=request.user.pk)
            kwargs["queryset"] = found.order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: DbField, request: HttpRequest, **kwargs: object
    ) -> Field | None:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: object
    ) -> ModelMultipleChoiceField | None:
        chaired = Program.objects.for_committee(request.user, Role.CHAIR)
        kwargs["queryset"] = Cohort.objects.filter(program__in=chaired)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Draft or published and ahead; what is over or cancelled stays as it was."""
        if isinstance(obj, Event) and not arranging.may_be_changed(obj, timezone.now()):
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Event, form: ModelForm, change: bool) -> None:
        member = acting_member(request)
        if change:
            arranging.change(obj, by=member, cohorts=form.cleaned_data["cohorts"])
        else:
            arranging.add(obj, by=member)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        event = self.get_object(request, object_id)
        context = {**(extra_context or {})}
        if isinstance(event, Event):
            context |= self._context(request, event)
        return super().change_view(request, object_id, form_url, context)

    def _context(self, request: HttpRequest, event: Event) -> dict[str, object]:
        at, member = timezone.now(), acting_member(request)
        is_chair = super().has_change_permission(request, event)
        is_held = event.state == Event.State.HELD
        return {
            "event": event,
            "is_chair": is_chair,
            "may_publish": is_chair and event.state == Event.State.DRAFT,
            "may_cancel": is_chair and arranging.may_be_changed(event, at),
            "may_record": event.may_be_recorded(at) and may_record(event, member),
            "results": results_of(event, member, at=at) if is_held else None,
            "history": steps_of(event),
        }

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(view)
            return path(f"<int:pk>/{route}/", wrapped, name=f"{PREFIX}_{name}")

        return [
            page("publish", pages.publish_view, "publish"),
            page("cancel", pages.cancel_view, "cancel"),
            page("copy", pages.copy_view, "copy"),
            page("people", pages.attendance_view, "attendance"),
            page("export", pages.export_view, "export"),
            *super().get_urls(),
        ]


def _in_all_languages(words: dict[str, str]) -> str:
    rows = ((language_label(code), text) for code, text in words.items())
    return format_html_join("", "<p>{}: {}</p>", rows)
