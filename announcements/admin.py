"""Announcements and saved groups in the admin: write, look who gets it, send, stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.forms.models import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from programs.committee import acting_member
from programs.committee_admin import CommitteeAdmin, steps_of
from programs.models import Cohort, Program

from . import announcement_pages as pages
from .forms import FILTER, LANGUAGES, AnnouncementForm, SavedGroupForm
from .group_members import WRITERS
from .models import Announcement, GroupFilter, SavedGroup
from .releasing import may_act_on, states_of_emails

State = Announcement.State


class UnsentFilter(admin.SimpleListFilter):
    """Drafts that became one by themselves."""

    title = gettext_lazy("sending")
    parameter_name = "sending"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("failed", _("Nobody was in the group when it was due"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "failed":
            return queryset
        return queryset.filter(pk__in=Announcement.objects.for_committee(request.user).unsent())


class GroupAdmin(CommitteeAdmin):
    """What saved groups and announcements share: programs and cohorts of the member alone."""

    add_roles = change_roles = WRITERS
    list_select_related = ("program", "cohort__program")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, WRITERS)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._holds(request, WRITERS)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, *WRITERS)
        if db_field.name == "cohort":
            rows = Cohort.objects.for_committee(request.user, *WRITERS)
            kwargs["queryset"] = rows.select_related("program")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("to whom"))
    def group(self, row: GroupFilter) -> str:
        return ", ".join(row.group_words)


@admin.register(SavedGroup)
class SavedGroupAdmin(GroupAdmin):
    add_title = gettext_lazy("Add a group")
    form = SavedGroupForm
    list_display = ("name", "group", "program")
    fields = ("name", *FILTER)
    duplicate_field = "name"
    empty_words = gettext_lazy("There are no saved groups yet.")
    empty_advice = gettext_lazy("Add one to write to the same kind of people again.")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(pages.remove_group_view)
        return [
            path("<int:pk>/remove/", view, name="announcements_savedgroup_remove"),
            *super().get_urls(),
        ]

    change_form_template = "admin/announcements/savedgroup/change_form.html"


@admin.register(Announcement)
class AnnouncementAdmin(GroupAdmin):
    add_title = gettext_lazy("Write to a group")
    menu_words = gettext_lazy("Write")
    form = AnnouncementForm
    list_display = ("__str__", "group", "author", "state_chip", "send_at", "created_at")
    list_filter = ("state", UnsentFilter)
    list_select_related = ("program", "cohort__program", "author")
    empty_words = gettext_lazy("Nothing has been written to a group yet.")
    change_form_template = "admin/announcements/announcement/change_form.html"
    shown: ClassVar[tuple[str, ...]] = ("state_chip", "author", "group", "send_at", "sent_at")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not isinstance(obj, Announcement):
            return super().has_change_permission(request, obj)
        return obj.is_draft and may_act_on(obj, acting_member(request))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [name for name in self.shown if getattr(obj, name, True)]
        words = [f"{name}_{code}" for code in LANGUAGES for name in ("subject", "body")]
        return [*FILTER, *words]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [name for name in self.shown if name in self.get_fields(request, obj)]

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # Subjects and texts are no model fields: Django must not look for them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": list(FILTER)})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, object]:
        """Begin with a saved group: `?group=7`."""
        number = request.GET.get("group", "")
        if not (number.isdecimal() and len(number) < 10):
            return {}
        rows = SavedGroup.objects.for_committee(request.user, *WRITERS)
        found = rows.filter(pk=int(number)).first()
        return {name: getattr(found, name) for name in FILTER} if found else {}

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Return whether the member has written the same to the same group already, unsent."""
        assert isinstance(row, Announcement)
        same = {name: getattr(row, name) for name in (*FILTER, "author", "subjects", "bodies")}
        drafts = Announcement.objects.for_committee(request.user).exclude(pk=row.pk)
        return drafts.filter(**same, state__in=[State.DRAFT, State.WAITING]).exists()

    def fill_in(self, request: HttpRequest, form: ModelForm) -> None:
        if form.instance.author_id is None:
            form.instance.author = acting_member(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        groups = SavedGroup.objects.for_committee(request.user, *WRITERS)
        context = {"saved_groups": groups.select_related("program"), **(extra_context or {})}
        return super().add_view(request, form_url, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {**(extra_context or {})}
        if isinstance(row, Announcement):
            context |= {
                "may_act": may_act_on(row, acting_member(request)),
                "words": pages.words_of(row),
                "emails": pages.email_counts(states_of_emails(row)),
                "history": steps_of(row),
            }
        return super().change_view(request, object_id, form_url, context)

    def response_add(
        self, request: HttpRequest, obj: Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the page that says who gets it."""
        return pages.to_check(request, obj)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        return pages.to_check(request, obj)

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            full = f"announcements_announcement_{name}"
            return path(f"<int:pk>/{route}", self.admin_site.admin_view(view), name=full)

        return [
            page("send/", pages.send_view, "send"),
            page("test/", require_POST(pages.test_view), "test"),
            page("stop/", require_POST(pages.stop_view), "stop"),
            page("hold-back/", require_POST(pages.hold_back_view), "hold-back"),
            page("discard/", pages.discard_view, "discard"),
            page("keep-group/", require_POST(pages.keep_group_view), "keep-group"),
            *super().get_urls(),
        ]
