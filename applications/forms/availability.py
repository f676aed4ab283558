"""Pages about when and how: usual times, ways to meet, capacity."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, Profile
from accounts.models.people import DAY_NAMES, DAYS, PART_NAMES, PARTS, SLOTS

from ..models import Application
from ..person_facts import profile_of, times_in_words
from .base import READ_BY_COMMITTEE, ModelPage, Values
from .fields import languages_field
from .profile import ProfilePage, plain_codes, set_options

MAX_TRAVEL_KM = 500


class WeekWidget(forms.widgets.ChoiceWidget):
    """Seven checkboxes for each part of the day: fits a phone, needs no script."""

    allow_multiple_selected = True
    input_type = "checkbox"
    use_fieldset = True
    template_name = "applications/week.html"

    def get_context(self, name: str, value: object, attrs: Any) -> dict[str, object]:
        context = super().get_context(name, value, attrs)
        by_slot = {
            option["value"]: option
            for _group, options, _n in context["widget"]["optgroups"]
            for option in options
        }
        context["widget"]["rows"] = [
            {
                "name": PART_NAMES[part],
                "hours": f"{start}–{end}",
                "cells": [(DAY_NAMES[day], by_slot[f"{day}-{part}"]) for day in DAYS],
            }
            for part, (start, end) in PARTS.items()
        ]
        return context


class TimesPage(ProfilePage):
    code = "times"
    heading = gettext_lazy("When you are usually free")
    intro = gettext_lazy(
        "In your time zone. We look for someone whose week fits yours; "
        "you agree on each meeting separately."
    )
    availability = forms.MultipleChoiceField(
        label=gettext_lazy("Usual times"),
        choices=[(slot, slot) for slot in SLOTS],
        widget=WeekWidget,
        error_messages={
            "required": gettext_lazy("Choose at least one time when you are usually free.")
        },
    )

    class Meta:
        model = Profile
        fields = ["availability"]

    def display_values(self, name: str) -> list[str]:
        return times_in_words(self.stored[name])


class WaysFacts(ModelPage):
    """How the person meets in one program: in person, online, how far they travel."""

    code = "ways"
    heading = gettext_lazy("How to meet")

    class Meta:
        model = Application
        fields: ClassVar[list[str]] = ["mode", "travel_km"]
        help_texts: ClassVar[dict[str, Promise]] = {
            "travel_km": gettext_lazy("If you would meet in person. One way, in kilometres."),
        }
        widgets: ClassVar[dict[str, object]] = {
            "mode": forms.RadioSelect,
            "travel_km": forms.NumberInput(
                attrs={"inputmode": "numeric", "min": 0, "max": MAX_TRAVEL_KM}
            ),
        }

    def complete(self) -> None:
        super().complete()
        mode = self.fields["mode"]
        assert isinstance(mode, forms.ChoiceField)
        mode.required = True
        mode.choices = Application.Mode.choices  # without the empty one of an optional column
        mode.error_messages["required"] = _("Choose how you would like to meet.")

    def clean_travel_km(self) -> int | None:
        distance: int | None = self.cleaned_data["travel_km"]
        if distance is not None and distance > MAX_TRAVEL_KM:
            raise forms.ValidationError(
                _("Enter a distance of at most %(most)d km.") % {"most": MAX_TRAVEL_KM}
            )
        return distance


class MeetingPage(WaysFacts):
    code = "meeting"
    heading = gettext_lazy("How and how often to meet")
    languages = languages_field()
    field_order = ("mode", "travel_km", "rhythm_days", "hours_per_month", "languages")

    class Meta(WaysFacts.Meta):
        fields: ClassVar[list[str]] = [*WaysFacts.Meta.fields, "rhythm_days", "hours_per_month"]
        help_texts: ClassVar[dict[str, Promise]] = {
            **WaysFacts.Meta.help_texts,
            "rhythm_days": gettext_lazy("A first idea: you will agree on it together."),
            "hours_per_month": gettext_lazy("That you can give, with what you prepare."),
        }
        widgets: ClassVar[dict[str, object]] = {
            **WaysFacts.Meta.widgets,
            "rhythm_days": forms.RadioSelect,
            "hours_per_month": forms.NumberInput(attrs={"inputmode": "numeric"}),
        }

    def complete(self) -> None:
        super().complete()
        rhythm = self.fields["rhythm_days"]
        assert isinstance(rhythm, forms.ChoiceField)
        rhythm.choices = Application.Rhythm.choices
        set_options(self.fields["languages"], Language.objects.current())

    def read(self, application: Application) -> Values:
        profile = profile_of(application)
        return {
            **super().read(application),
            "languages": plain_codes(profile.languages) if profile.pk else [],
        }

    def suggested(self) -> Values:
        known = self.stored["rhythm_days"] != ""
        return {} if known else {"rhythm_days": Application.Rhythm.MONTHLY}

    def write(self) -> None:
        super().write()
        profile = profile_of(self.application)
        if profile._state.adding:
            profile.save()
        profile.languages.set(self.cleaned_data["languages"])


class CapacityPage(ModelPage):
    code = "capacity"
    heading = gettext_lazy("How many mentees")
    read_by = READ_BY_COMMITTEE
    is_first_time = forms.BooleanField(
        required=False, label=gettext_lazy("This is my first time as a mentor")
    )

    class Meta:
        model = Application
        fields = ["is_first_time", "capacity"]
        widgets = {"capacity": forms.NumberInput(attrs={"inputmode": "numeric", "min": 1})}

    def complete(self) -> None:
        super().complete()
        policy = self.application.program.policy
        self.fields["capacity"].help_text = _(
            "At most %(most)s in this program, and at most %(first)s your first time. "
            "You can change it at any time on the page of your application."
        ) % {"most": policy.capacity_max, "first": policy.first_time_capacity}

    def suggested(self) -> Values:
        return {} if self.stored["capacity"] != "" else {"capacity": 1}

    def clean(self) -> Values:
        cleaned = super().clean() or {}
        policy = self.application.program.policy
        offered = cleaned.get("capacity") or 1
        most = policy.capacity_for(offered, is_first_time=bool(cleaned.get("is_first_time")))
        if offered > most:
            self.add_error("capacity", _("Enter a number of at most %(most)s.") % {"most": most})
        return cleaned
