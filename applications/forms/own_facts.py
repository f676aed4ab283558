"""The small forms of the profile: facts about a person, which change at any time.

They are pages of the application without an application, or of one that was sent long ago.
"""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, Profile
from accounts.models.people import validate_links
from accounts.phone_numbers import dialled

from ..models import Application
from ..person_facts import profile_of
from .availability import MAX_TRAVEL_KM, TimesPage, checked_distance
from .base import READ_BY_MATCH, ModelPage, Values
from .profile import ProfilePage, WorkPage, plain_codes, set_options


class LinksField(forms.Field):
    """Addresses of pages, one on each line; a list of texts."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        found = [line.strip() for line in lines if str(line).strip()]
        return [one if "://" in one else f"https://{one}" for one in found]

    def validate(self, value: object) -> None:
        validate_links(value)


class ContactFacts(ProfilePage):
    code = "contact"
    heading = gettext_lazy("How to reach you")
    read_by: ClassVar[str | Promise] = gettext_lazy(
        "The committee reads this, and so does your match once you are introduced. After your time "
        "together, they see your phone number only if you choose so."
    )
    links = LinksField(
        label=gettext_lazy("Links"),
        required=False,
        help_text=gettext_lazy(
            "At most three, each on a line of its own. For example a page about your work."
        ),
    )

    class Meta:
        model = Profile
        fields = ["phone", "call_hours", "links"]
        labels = {"call_hours": gettext_lazy("Good hours to call")}
        help_texts = {
            "phone": gettext_lazy("With the code of your country, for example +1 416 555 0100."),
            "call_hours": gettext_lazy("For example: weekdays after 5 p.m."),
        }
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        if phone and not dialled(phone):
            raise ValidationError(_("Enter a phone number, for example +1 416 555 0100."))
        return phone


class WorkFacts(WorkPage):
    pass


class TimesFacts(TimesPage):
    pass


class LanguageFacts(ProfilePage):
    code = "languages"
    heading = gettext_lazy("Languages to meet in")
    languages = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Languages you can meet in"),
        queryset=Language.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )
    working_languages = forms.MultipleChoiceField(
        label=gettext_lazy("Of these, languages in which you are not fluent"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("You can meet in them, but may need more time or simpler words."),
    )

    class Meta:
        model = Profile
        fields: ClassVar[list[str]] = []

    def complete(self) -> None:
        super().complete()
        offered = Language.objects.current()
        set_options(self.fields["languages"], offered)
        working = self.fields["working_languages"]
        languages = self.fields["languages"]
        assert isinstance(working, forms.MultipleChoiceField)
        assert isinstance(languages, forms.ModelMultipleChoiceField)
        working.choices = list(languages.choices)

    def read(self, application: Application) -> Values:
        profile = profile_of(application)
        return {
            "languages": plain_codes(profile.languages) if profile.pk else [],
            "working_languages": sorted(profile.working_languages),
        }

    def clean(self) -> Values:
        cleaned = super().clean() or {}
        chosen = {language.code for language in cleaned.get("languages", ())}
        if "languages" in cleaned and set(cleaned.get("working_languages", ())) - chosen:
            text = _("Choose this language above, too, or take it out here.")
            self.add_error("working_languages", text)
        return cleaned

    def write(self) -> None:
        profile = profile_of(self.application)
        profile.working_languages = sorted(self.cleaned_data["working_languages"])
        profile.save(update_fields=["working_languages"])
        profile.languages.set(self.cleaned_data["languages"])


class WaysFacts(ModelPage):
    """How the person meets in one program: in person, online, how far they travel."""

    code = "ways"
    heading = gettext_lazy("How to meet")
    read_by: ClassVar[str | Promise] = READ_BY_MATCH

    class Meta:
        model = Application
        fields = ["mode", "travel_km"]
        help_texts = {
            "travel_km": gettext_lazy("If you would meet in person. One way, in kilometres."),
        }
        widgets = {
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
        return checked_distance(self.cleaned_data["travel_km"])


OF_PERSON = {form.code: form for form in (ContactFacts, WorkFacts, LanguageFacts, TimesFacts)}
