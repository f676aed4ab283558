"""Committee members and their roles."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.work_hours import arrivals_text

from ..committee import Role
from ..committee_admin import ChairedAdmin
from ..members import announce, deputies_that_end, find_or_create_person
from ..models import Membership


class MembershipForm(forms.ModelForm):
    """Add a member by e-mail address; a new person gets an account and signs in with a code."""

    email = forms.EmailField(label=gettext_lazy("The member's e-mail address"))
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Only for someone without an account."),
    )

    class Meta:
        model = Membership
        fields = ("program", "role", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["email"], self.fields["name"]
        if "deputy" in self.fields:
            deputy = cast(ModelChoiceField, self.fields["deputy"])
            deputy.queryset = self._possible_deputies()
            deputy.empty_label = _("No deputy")
            deputy.help_text = self._about_deputy(deputy.queryset)
            deputy.error_messages["invalid_choice"] = _(
                "Choose another member who has a role in this committee today: others can't open "
                "its pages. No one is their own deputy."
            )

    def _possible_deputies(self) -> QuerySet[User]:
        """Return the other members of the same committee who can sign in today, by name."""
        others = Membership.objects.live().filter(program=self.instance.program)
        others = others.exclude(user=self.instance.user)
        members = User.objects.filter(pk__in=others.values("user"), is_active=True)
        return members.order_by("name", "pk")

    def _about_deputy(self, possible: QuerySet[User]) -> str:
        """Say whose deputy has left: the list of choices doesn't hold that person any more."""
        named = self.instance.deputy
        if named is None or possible.filter(pk=named.pk).exists():
            return _("Another member of this committee, for as long as they have a role in it.")
        text = _("%(name)s has no role in this committee any more. Choose another deputy.")
        return text % {"name": named}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self.instance.pk and cleaned.get("email"):
            self._find_person(cleaned)
        return cleaned

    def _find_person(self, cleaned: dict[str, Any]) -> None:
        """Refuse a second membership of the same kind, and a name that would not be used."""
        person = User.objects.with_address(cleaned["email"])
        if person is None:
            return
        self.instance.user = person
        held = Membership.objects.live().of(person)
        if held.filter(program=cleaned.get("program"), role=cleaned.get("role")).exists():
            self.add_error("email", _("This person already has this role."))
        if cleaned.get("name") and person.name not in {"", cleaned["name"]}:
            self.add_error(
                "name",
                _("This person has an account with the name %(name)s. Leave this field blank.")
                % {"name": person.name},
            )

    def save(self, commit: bool = True) -> Membership:
        if not self.instance.pk:
            self.instance.user = find_or_create_person(
                self.cleaned_data["email"],
                name=self.cleaned_data["name"],
                program=self.instance.program,
            )
        return super().save(commit)


class EndsFilter(admin.SimpleListFilter):
    """Roles of carers that end within a month, of people without a longer one; lost deputies."""

    title = gettext_lazy("last day")
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("soon", _("Carers whose role ends within 30 days")),
            ("deputy", _("Members whose deputy has left the committee")),
            ("deputy-soon", _("Members whose deputy leaves within 30 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "deputy":
            return queryset.filter(pk__in=Membership.objects.with_lost_deputy())
        today = timezone.localdate()
        if self.value() == "deputy-soon":
            return queryset.filter(pk__in=Membership.objects.losing_deputy(today))
        if self.value() != "soon":
            return queryset
        ending = Membership.objects.ending(today)
        return queryset.filter(pk__in=ending)


class MailFilter(admin.SimpleListFilter):
    """Members whom e-mail does not reach: what waits for them is on hold."""

    title = gettext_lazy("e-mail")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("bounces", _("does not reach them"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "bounces":
            return queryset
        return queryset.filter(pk__in=Membership.objects.unreachable())


@admin.register(Membership)
class MembershipAdmin(ChairedAdmin):
    """Roles have a first day and end on a day; no one is deleted."""

    add_title = gettext_lazy("Add a committee member")
    empty_words = gettext_lazy("There are no committee members yet.")
    empty_advice = gettext_lazy("Add a chair, then a second member who matches.")
    form = MembershipForm
    add_roles = change_roles = (Role.CHAIR,)
    list_display = ("user", "role", "program", "since", "until")
    list_select_related = ("user", "program")
    list_filter = ("role", EndsFilter, MailFilter)
    ordering = ("program", "role", "user__name")

    def save_model(
        self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            due_at = announce(obj)
            told = arrivals_text([obj.user], at=timezone.now(), due_at=due_at)
            words = _("E-mail about the new role: %(told)s.")
            messages.success(request, words % {"told": told})
        for warning in deputies_that_end(obj):
            messages.warning(request, warning)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return ("user", "program", "role", "since") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj:
            return ["user", "program", "role", "since", "until", "deputy"]
        return ["email", "name", "program", "role", "since", "until"]

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> Any:
        fields = ["until", "deputy"] if obj else ["program", "role", "since", "until"]
        return super().get_form(request, obj, change, **{**kwargs, "fields": fields})
