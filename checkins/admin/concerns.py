"""The queue of concerns: a member takes one, works on it, and resolves it with an outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from matches.models import Match
from programs.committee import cares_for_pairs
from programs.committee_admin import CommitteeAdmin, InCohortFilter, find_field, state_name
from workflow.models import Transition

from .. import handling, mediation
from ..concern_forms import (
    GiveBackForm,
    LookAgainForm,
    MediationForm,
    NotedConcernForm,
    NoteForm,
    ResolutionForm,
)
from ..models import Concern, ConcernNote, MediationStep
from ..presenters import what_it_is
from ..response_times import FirstActions, duration

FORMS: dict[str, type[forms.Form]] = {
    "note": NoteForm,
    "look_again": LookAgainForm,
    "give_back": GiveBackForm,
    "resolve": ResolutionForm,
    "mediate": MediationForm,
}


class UrgencyFilter(admin.SimpleListFilter):
    """By urgency, or all that can wait until tomorrow."""

    title = gettext_lazy("urgency")
    parameter_name = "urgency__exact"  # as e-mails that were sent have it

    def lookups(self, request, model_admin):
        return [*Concern.Urgency.choices, ("not-urgent", _("Soon, or it can wait"))]

    def queryset(self, request, queryset):
        if self.value() == "not-urgent":
            return queryset.not_urgent()
        return queryset.filter(urgency=self.value()) if self.value() else queryset


class LookAgainFilter(admin.SimpleListFilter):
    """Concerns that a member wanted to look at again by now: one's own, or anybody's."""

    title = gettext_lazy("look again")
    parameter_name = "again"

    def lookups(self, request, model_admin):
        return [("mine", _("mine, today or before")), ("all", _("anybody's, today or before"))]

    def queryset(self, request, queryset):
        if self.value() not in ("mine", "all"):
            return queryset
        due = queryset.to_look_at_again(timezone.now())
        return due.filter(taken_by=request.user) if self.value() == "mine" else due


@dataclass(frozen=True)
class Entry:
    """One entry of the page's history: a change of state or a note."""

    at: datetime
    by: User | None
    what: str
    text: str = ""


@admin.register(Concern)
class ConcernAdmin(CommitteeAdmin):
    """Rows come from `for_committee`: carer, deputy and chair without a conflict of interest."""

    empty_words = gettext_lazy(
        "No open concerns. Requests for help and worrying answers from the people you "
        "look after appear here."
    )
    form = NotedConcernForm
    add_title = gettext_lazy("Note a concern")
    duplicate_field = "text"
    list_display = (
        "person", "cause", "urgency", "state_chip", "raised_at", "first_action", "assigned",
        "may_tell_partner",
    )  # fmt: skip
    list_filter = ("state", UrgencyFilter, "cause", "outcome", LookAgainFilter, InCohortFilter)
    list_select_related = ("person", "taken_by")
    ordering = ("state", "-raised_at")
    fields: ClassVar[tuple[str, ...]] = (
        "person", "match", "cause", "checkin", "urgency", "state", "may_tell_partner", "what",
        "reach", "raised_at", "first_action", "taken_by", "taken_at", "follow_up_on",
        "resolved_at", "outcome", "resolution",
    )  # fmt: skip
    change_form_template = "admin/checkins/concern/change_form.html"
    change_list_template = "admin/checkins/concern/change_list.html"

    def get_fields(self, request, obj=None):
        """Leave out what there is nothing to say about yet: the action comes sooner."""
        if obj is None:
            return ("match", "who", "urgency", "text")
        later = (
            "checkin", "taken_by", "taken_at", "follow_up_on", "resolved_at", "outcome",
            "resolution",
        )  # fmt: skip
        return [name for name in self.fields if name not in later or getattr(obj, name, None)]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def has_module_permission(self, request):
        return cares_for_pairs(request)

    def has_add_permission(self, request):
        """A deputy may have no role of their own in the program that lets them add anything."""
        return cares_for_pairs(request)

    def row_title(self, row):
        return _("Concern about %(name)s") % {"name": row.person}

    @admin.display(description=gettext_lazy("assigned to"), ordering="taken_by")
    def assigned(self, obj):
        return obj.taken_by or _("no one yet")

    @admin.display(description=gettext_lazy("partner may know"))
    def may_tell_partner(self, obj):
        return _("yes") if obj.partner_may_know else _("no")

    @admin.display(description=gettext_lazy("first action after"))
    def first_action(self, obj):
        passed = obj.time_to_first_action
        if passed is not None:
            return duration(passed)
        is_over = obj.state == Concern.State.RESOLVED
        return _("nobody had to act") if is_over else _("nobody has acted yet")

    @admin.display(description=gettext_lazy("how to reach this person"))
    def reach(self, obj):
        """Return what the person asked for; by e-mail if they left it blank, as the form says."""
        return obj.contact_info or obj.person.address

    @admin.display(description=gettext_lazy("what it is"))
    def what(self, obj):
        return format_html_join("", "<p>{}</p>", ((line,) for line in obj.what))

    def program_of(self, obj):
        return obj.program

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "match":
            pairs = Match.objects.in_care_of(request.user).with_people()
            names = ("mentee__person__name", "mentor__person__name")
            field = find_field(db_field, pairs, search=names)
            field.required = True  # what a member notes is about a pair
            return field
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def fill_in(self, request, form):
        row = form.instance
        row.person = getattr(row.match, form.cleaned_data["who"]).person
        row.program, row.cause = row.match.program, Concern.Cause.NOTED

    def has_duplicate(self, request, row):
        """Return whether the member noted the same just now, by sending the form twice."""
        list(Match.objects.select_for_update(no_key=True).filter(pk=row.match_id).values_list("pk"))
        known = Concern.objects.for_committee(request.user).filter(
            match=row.match, person=row.person, cause=row.cause, taken_by=request.user.pk
        )
        # Encrypted: a query cannot compare it.
        return any(one.text == row.text for one in known.unresolved())

    def save_model(self, request, obj, form, change):
        """Store what a member noted; it is theirs, so nobody has to be notified."""
        super().save_model(request, obj, form, change)
        obj.take(by=request.user)

    def get_object(self, request, object_id, from_field=None):
        concern = super().get_object(request, object_id, from_field)
        if concern is not None:
            concern.what = what_it_is(concern, reader=request.user)
        return concern

    def changelist_view(self, request, extra_context=None):
        rows = self.get_queryset(request)
        context = {
            "first_actions": FirstActions.of(rows, at=timezone.now()),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Add what a member can do with the concern; `forms` holds the one that was refused."""
        if obj is not None:
            forms_of_page = {name: form() for name, form in FORMS.items()}
            forms_of_page["mediate"] = MediationForm(initial={"on": timezone.localdate()})
            steps = MediationStep.objects.for_committee(request.user).filter(concern=obj)
            context["steps"] = list(steps.select_related("member"))
            forms_of_page["look_again"] = LookAgainForm(initial={"on": obj.follow_up_on})
            context["forms"] = forms_of_page | context.get("forms", {})
            context["is_mine"] = obj.taken_by_id == request.user.pk
            context["entries"] = sorted(_entries(obj, request.user), key=lambda entry: entry.at)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self):
        def button(name, view):
            view = self.admin_site.admin_view(require_POST(view))
            route = f"<int:pk>/{name.replace('_', '-')}/"
            return path(route, view, name=f"checkins_concern_{name}")

        return [
            button("take", self.take_view),
            button("take_over", self.take_over_view),
            button("note", self.note_view),
            button("look_again", self.look_again_view),
            button("give_back", self.give_back_view),
            button("resolve", self.resolve_view),
            button("mediate", self.mediate_view),
            *super().get_urls(),
        ]

    def take_view(self, request, pk):
        self._concern(request, pk).take(by=request.user)
        return self._done(request, pk, _("Assigned to you."))

    def take_over_view(self, request, pk):
        handling.take_over(self._concern(request, pk), by=request.user)
        return self._done(request, pk, _("Assigned to you."))

    def note_view(self, request, pk):
        def act(concern, data):
            handling.note(concern, by=request.user, text=data["text"])
            return _("The note is stored.")

        return self._act(request, pk, "note", act)

    def look_again_view(self, request, pk):
        def act(concern, data):
            handling.look_again(concern, by=request.user, on=data["on"])
            return _("We will remind you.") if data["on"] else _("No reminder.")

        return self._act(request, pk, "look_again", act)

    def give_back_view(self, request, pk):
        def act(concern, data):
            handling.give_back(concern, by=request.user, why=data["why"])
            return _("Given back. The others who can take it are notified.")

        return self._act(request, pk, "give_back", act)

    def mediate_view(self, request, pk):
        def act(concern, data):
            step = mediation.add_step(concern, by=request.user, **data)
            if step.kind == MediationStep.Kind.WORDS:
                return _("Both get your words by e-mail.")
            return _("The step is noted.")

        return self._act(request, pk, "mediate", act)

    def resolve_view(self, request, pk):
        def act(concern, data):
            mediation.resolve(concern, by=request.user, outcome=data["outcome"], note=data["note"])
            return _("Resolved.")

        return self._act(request, pk, "resolve", act)

    def _concern(self, request: HttpRequest, pk: int) -> Concern:
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _done(self, request: HttpRequest, pk: int, words: str) -> HttpResponse:
        messages.success(request, words)
        return redirect("admin:checkins_concern_change", pk)

    def _act(
        self,
        request: HttpRequest,
        pk: int,
        name: str,
        act: Callable[[Concern, dict], str],
    ) -> HttpResponse:
        """Do what a form of the page says; if it is not valid, show the page with it again."""
        concern = self._concern(request, pk)
        form = FORMS[name](request.POST)
        if form.is_valid():
            return self._done(request, pk, act(concern, form.cleaned_data))
        request.method = "GET"  # the page of the row, with what was typed
        refused = {"forms": {name: form}, "wrong_forms": [form]}
        return self.change_view(request, str(pk), extra_context=refused)


def _entries(concern: Concern, reader: User) -> Iterator[Entry]:
    for step in Transition.objects.of(concern).select_related("by"):
        words = f"{state_name(Concern, step.from_state)} → {state_name(Concern, step.to_state)}"
        yield Entry(step.at, step.by, words, step.why)
    notes = ConcernNote.objects.for_committee(reader).filter(concern=concern)
    for note in notes.select_related("member"):
        yield Entry(note.written_at, note.member, _("Note"), note.text)
