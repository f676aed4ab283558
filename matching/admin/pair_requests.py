"""Pairs without a round: registering one, and deciding about what another member registered."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from matching.models import MATCHERS, PairRequest
from matching.models.pair_requests import PairRequestQuerySet
from matching.rounds import pair_requests
from programs.committee import acting_member
from programs.committee_admin import CohortFilter, CommitteeAdmin, FindField, state_chip
from programs.models import Program

ACCEPT, DECLINE, TAKE_BACK = "accept", "decline", "take-back"
DECISIONS: dict[str, Promise] = {
    ACCEPT: gettext_lazy("accept: they become a pair, and both get the introduction"),
    DECLINE: gettext_lazy("turn down"),
    TAKE_BACK: gettext_lazy("take back what I have registered"),
}
Row = PairRequest


def describe(row: Application) -> str:
    return f"{row.person.name_and_address}, {row.cohort}"


def _url_of(row: Application) -> str:
    return reverse("admin:applications_application_change", args=[row.pk])


class RegisterForm(forms.ModelForm):
    """Name two accepted applications and say why they are to be a pair."""

    member: User  # set by the page

    class Meta:
        model = PairRequest
        fields = ("reason", "is_employer_known")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        rows = Application.objects.for_committee(self.member, *MATCHERS)
        accepted = rows.filter(state=Application.State.ACCEPTED).select_related(
            "person__profile__employer", "cohort__program__policy"
        )
        people: list[tuple[str, str, ApplicationQuerySet]] = [
            ("mentor", _("Mentor"), accepted.mentors()),
            ("mentee", _("Mentee"), accepted.mentees()),
        ]
        for name, label, applications in people:
            field = FindField(
                applications.order_by("person__name", "pk"),
                search=("person__name", "person__email"),
                describe=describe,
                label=label,
                help_text=_("Type a part of the name of someone who is accepted."),
            )
            self.fields = {name: field, **self.fields}
        self.fields["reason"].help_text = _("Only the committee can read this.")
        self.fields["is_employer_known"].help_text = _(
            "Tick this only if you know it. Otherwise such a pair is refused where the program "
            "never pairs people from the same employer."
        )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if {"mentee", "mentor", "reason"} <= cleaned.keys():
            # For the rules of the table, which the page checks next.
            self.instance.mentee, self.instance.mentor = cleaned["mentee"], cleaned["mentor"]
            try:
                with transaction.atomic():
                    pair_requests.check_possible(
                        cleaned["mentee"],
                        cleaned["mentor"],
                        is_employer_known=cleaned["is_employer_known"],
                    )
            except ActionNotAllowed as refused:
                self.add_error(None, str(refused))
        return cleaned

    def save(self, commit: bool = True) -> PairRequest:
        data = self.cleaned_data
        return pair_requests.register_pair(
            data["mentee"],
            data["mentor"],
            by=self.member,
            reason=data["reason"],
            is_employer_known=data["is_employer_known"],
        )

    def save_m2m(self) -> None:
        """Do nothing: it has no such columns."""


class DecideForm(forms.ModelForm):
    """Accept a pair, turn it down, or take back what one has registered."""

    member: User  # set by the page
    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)

    class Meta:
        model = PairRequest
        fields = ("decision_reason", "words")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        is_mine = self.instance.by_id == self.member.pk
        codes = (TAKE_BACK,) if is_mine else (ACCEPT, DECLINE)
        field = cast(forms.ChoiceField, self.fields["decision"])
        field.choices = [(code, DECISIONS[code]) for code in codes]
        self.fields["decision_reason"].help_text = _(
            "Needed to turn a request down. Only the committee can read this."
        )
        if not self.instance.is_of_people:
            del self.fields["words"]  # nobody is written to
        else:
            self.fields["words"].help_text = _(
                "If you turn the request down, both get an e-mail with these words. Without them "
                "it says only that the committee decided against it."
            )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("decision")
        if chosen == DECLINE and not str(cleaned.get("decision_reason", "")).strip():
            self.add_error("decision_reason", _("Say why, for the other members."))
        return cleaned

    def save(self, commit: bool = True) -> PairRequest:
        row, data = self.instance, self.cleaned_data
        if data["decision"] == ACCEPT:
            pair_requests.accept(row, by=self.member)
        elif data["decision"] == DECLINE:
            pair_requests.turn_down(
                row, by=self.member, reason=data["decision_reason"], words=data.get("words", "")
            )
        else:
            pair_requests.take_back(row, by=self.member)
        return row

    def save_m2m(self) -> None:
        """Do nothing: it has no such columns."""


class WaitsFilter(admin.SimpleListFilter):
    """Requests that wait for the decision of the member."""

    title = gettext_lazy("what it waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("me", _("my decision"))]

    def queryset(self, request: HttpRequest, queryset: PairRequestQuerySet) -> PairRequestQuerySet:
        return queryset.to_decide_by(acting_member(request)) if self.value() == "me" else queryset


@admin.register(PairRequest)
class PairRequestAdmin(CommitteeAdmin):
    add_title = gettext_lazy("Register a pair")
    menu_words = gettext_lazy("Register")
    empty_words = gettext_lazy("No pair was registered without a round.")
    empty_advice = gettext_lazy(
        "Register two people who are to be a pair and need no round, such as two who have found "
        "each other."
    )
    list_display = ("pair", "state_chip", "origin", "cohort", "by", "asked_at")
    list_select_related = ("mentee__person", "mentor__person", "cohort__program", "by")
    row_relations = (
        "mentee__person__profile__employer",
        "mentor__person__profile__employer",
        "mentee__cohort__program__policy",
        "mentor__cohort__program__policy",
        "cohort__program__policy",
        "by",
        "decided_by",
    )
    list_filter = (WaitsFilter, "state", "origin", CohortFilter)
    search_fields = ("mentee__person__name", "mentor__person__name")
    search_help_text = gettext_lazy("Name of either person")
    ordering = ("-asked_at", "-pk")
    facts = (
        "mentee",
        "mentor",
        "state_chip",
        "origin",
        "cohort",
        "by",
        "asked_at",
        "reason",
        "is_employer_known",
        "applications",
    )
    readonly_fields = (*facts, "decided_by", "decision_reason", "words", "closed_at")
    add_roles = change_roles = MATCHERS

    def row_title(self, row: Model) -> str:
        return self.pair(cast(Row, row))

    @admin.display(description=gettext_lazy("pair"))
    def pair(self, row: Row) -> str:
        mentee, mentor = row.both
        return f"{mentee.person} + {mentor.person}"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, row: Row) -> str:
        return state_chip(row.state, row.get_state_display())

    @admin.display(description=gettext_lazy("applications"))
    def applications(self, row: Row) -> str:
        both = [(one.person, one.get_state_display(), _url_of(one)) for one in row.both]
        return format_html_join(", ", '<a href="{2}">{0}</a>: {1}', both)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not isinstance(obj, PairRequest):
            return super().has_change_permission(request, obj)
        is_waiting = obj.state == PairRequest.State.CONFIRMED
        return is_waiting and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("mentee", "mentor", "reason", "is_employer_known")
        if self.has_change_permission(request, obj):
            words = ("words",) if cast(Row, obj).is_of_people else ()
            return (*self.facts, "decision", "decision_reason", *words)
        return self.readonly_fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        if obj is None:
            return ()
        return self.facts if self.has_change_permission(request, obj) else self.readonly_fields

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm]:
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        kwargs["form"] = RegisterForm if obj is None else DecideForm
        kwargs["fields"] = RegisterForm.Meta.fields if obj is None else DecideForm.Meta.fields
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"member": acting_member(request)})

    def save_model(
        self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool
    ) -> None:
        """Do nothing: the form has saved it."""
        if not change:
            messages.info(request, _("Another member can now accept this pair."))

    def program_of(self, obj: Model) -> Program:
        return cast(Row, obj).program
