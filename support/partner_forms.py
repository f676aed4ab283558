"""Forms about partner organisations: the list, referrals, and who sent an applicant."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application
from programs.program_texts import LANGUAGES, language_in_sentence

from . import referring
from .models import PartnerOrganisation, Referral, SentBy
from .models.partners import NOTE_LENGTH

LONGEST_OFFER = 600
NEEDED = _("Needed in at least one language. Participants read it.")


def offer_fields() -> list[str]:
    """Return the names of the inputs of what an organisation offers."""
    return [f"offer_{code}" for code in LANGUAGES]


class PartnerForm(forms.ModelForm):
    """An organisation with what it offers in each language."""

    needed_at_times: ClassVar[set[str]] = {f"offer_{code}" for code in LANGUAGES}

    class Meta:
        model = PartnerOrganisation
        fields: ClassVar[tuple[str, ...]] = ("program", "name")  # the admin names the others

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they are
        for code in LANGUAGES:
            name = {"language": language_in_sentence(code)}
            self.fields[f"offer_{code}"] = forms.CharField(
                label=str(_("What it offers in %(language)s") % name),
                max_length=LONGEST_OFFER,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                initial=self.instance.offers.get(code, ""),
                help_text=NEEDED,
            )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        typed = {
            code: str(self.cleaned_data.get(f"offer_{code}") or "").strip() for code in LANGUAGES
        }
        self.instance.offers = {code: text for code, text in typed.items() if text}
        if not self.instance.offers and not self.errors:
            first = f"offer_{LANGUAGES[0]}"
            self.add_error(first, _("Say in at least one language what it offers."))
        return cleaned


class ReferralForm(forms.ModelForm):
    """Whom, where to, and that the person agreed."""

    note = forms.CharField(
        label=_("Note"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "What for. The chairs and the carer of the pair read it, and the person in the copy of "
            "their data."
        ),
    )

    class Meta:
        model = Referral
        fields: ClassVar[tuple[str, ...]] = (
            "application",
            "organisation",
            "consented_on",
            "follow_up_on",
            "note",
        )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        person, organisation = cleaned.get("application"), cleaned.get("organisation")
        if not isinstance(person, Application) or not isinstance(organisation, PartnerOrganisation):
            return cleaned
        if organisation.program_id != person.cohort.program_id:
            self.add_error("organisation", _("Choose a partner organisation of the program."))
        return cleaned

    def clean_consented_on(self) -> date:
        """Refuse a day ahead: nobody has agreed yet."""
        day: date = self.cleaned_data["consented_on"]
        if day > timezone.localdate():
            words = _("Enter the day on which the person agreed: today or before.")
            raise forms.ValidationError(words)
        return day


class OutcomeForm(forms.Form):
    """What came of a referral."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"), choices=Referral.Outcome.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, referral: Referral) -> None:
        super().__init__(data, initial={"outcome": referral.outcome})


class SentByForm(forms.Form):
    """Which organisation sent the person, or none."""

    organisation = forms.ModelChoiceField(
        PartnerOrganisation.objects.none(),
        label=_("Which organisation told you about the program?"),
        required=False,
        empty_label=_("None of them"),
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None = None, *, application: Application) -> None:
        said = SentBy.objects.filter(application=application).first()
        super().__init__(data, initial={"organisation": said and said.organisation_id})
        self.application = application
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = referring.senders_for(application)

    def save(self, *, by: User) -> None:
        """Store the answer. Raises as `referring.say_who_sent`."""
        referring.say_who_sent(self.application, self.cleaned_data["organisation"], by=by)
