"""The small forms of the profile: facts about a person, which change at any time.

They are pages of the application, without one that is stored. See also `availability.WaysFacts`.
"""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, Profile

from ..models import Application
from ..person_facts import profile_of
from .availability import TimesPage
from .base import Values
from .fields import LinksField, PhoneField, languages_field
from .profile import ProfilePage, WorkPage, plain_codes, set_options


class ContactFacts(ProfilePage):
    code = "contact"
    heading = gettext_lazy("How to reach you")
    read_by: ClassVar[str | Promise] = gettext_lazy(
        "The committee reads this, and so does your match once you are introduced. After your time "
        "together, they see your phone number only if you choose so."
    )
    phone = PhoneField(
        help_text=gettext_lazy("With the code of your country, for example +1 416 555 0100.")
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
            "call_hours": gettext_lazy("For example: weekdays after 5 p.m."),
        }


class LanguageFacts(ProfilePage):
    code = "languages"
    heading = gettext_lazy("Languages to meet in")
    languages = languages_field()
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


OF_PERSON = {form.code: form for form in (ContactFacts, WorkPage, LanguageFacts, TimesPage)}
