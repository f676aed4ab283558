"""Pages about the person: suitability, name and reach, work."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Employer, Industry, Profile, User
from accounts.models.people import validate_name
from accounts.timezones import zone_choices

from .. import suitability
from ..models import Application
from .base import READ_BY_COMMITTEE, ModelPage, Page, Values

YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


class SuitabilityForm(forms.Form):
    """Four questions with yes or no; used before signing in, and as a page of the application."""

    def add_questions(self, role: str) -> None:
        for question in suitability.QUESTIONS[role]:
            self.fields[question.code] = forms.ChoiceField(
                label=question.text,
                help_text=question.hint,
                choices=YES_NO,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Please answer: %(question)s") % {"question": question.text}
                },
            )

    def answered(self) -> dict[str, bool]:
        return {code: value == "yes" for code, value in self.cleaned_data.items() if code != "seen"}


class PublicSuitabilityForm(SuitabilityForm):
    def __init__(self, data: Any = None, *, role: str) -> None:
        super().__init__(data)
        self.add_questions(role)


class SuitabilityPage(Page, SuitabilityForm):
    code = "suitability"
    heading = gettext_lazy("Is this the right moment?")
    intro = gettext_lazy(
        "A no does not end anything. It tells the committee what to talk about with you."
    )
    read_by = READ_BY_COMMITTEE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_questions(self.application.role)

    def read(self, application: Application) -> Values:
        return {code: "yes" if yes else "no" for code, yes in application.suitability.items()}

    def write(self) -> None:
        Application.objects.filter(pk=self.application.pk).update(suitability=self.answered())


class AboutYouPage(ModelPage):
    code = "about-you"
    heading = gettext_lazy("Your name and how we reach you")

    class Meta:
        model = User
        fields = ["name", "pronouns", "time_zone", "language"]
        labels = {
            "name": gettext_lazy("Your name"),
            "language": gettext_lazy("Language of our e-mails to you"),
        }
        help_texts = {
            "name": gettext_lazy("As you would like to be introduced."),
            "pronouns": gettext_lazy("For example: she, he, they. Shown to your match."),
            "time_zone": gettext_lazy("So that meetings are at the right hour for both of you."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = _("Please enter your name.")
        self.fields["time_zone"] = forms.ChoiceField(
            label=self.fields["time_zone"].label,
            help_text=self.fields["time_zone"].help_text,
            choices=zone_choices(),
        )
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label,
            choices=settings.LANGUAGES,
            widget=forms.RadioSelect,
        )

    def row_of(self, application: Application) -> User:
        return application.person

    def suggested(self) -> Values:
        is_new = (
            "about-you" not in self.application.saved_pages and self.stored["time_zone"] == "UTC"
        )
        return {"time_zone": self.application.program.time_zone} if is_new else {}


def profile_of(application: Application) -> Profile:
    """The person's profile; an empty one for somebody who never had one."""
    profile = getattr(application.person, "profile", None)
    return profile or Profile(user=application.person)


class ProfilePage(ModelPage):
    """A page of columns of the profile."""

    def row_of(self, application: Application) -> Profile:
        return profile_of(application)

    also_saved: ClassVar[tuple[str, ...]] = ()

    def write(self) -> None:
        is_new = self.instance._state.adding
        columns: list[str] = [*self.Meta.fields, *self.also_saved]
        self.instance.save(update_fields=None if is_new else columns)


class WorkPage(ProfilePage):
    code = "work"
    heading = gettext_lazy("Your work")
    intro = gettext_lazy(
        "We never pair two people of the same employer, unless the program says otherwise."
    )
    employer_name = forms.CharField(
        label=gettext_lazy("Employer"),
        max_length=120,
        required=False,
        validators=[validate_name],
        help_text=gettext_lazy("Leave it empty if you have none at the moment."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    industries = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Industries you know"),
        queryset=Industry.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    also_saved = ("employer",)
    field_order = (
        "employer_name",
        "job_title",
        "level",
        "years_experience",
        "industries",
        "place",
        "about",
    )

    class Meta:
        model = Profile
        fields = ["job_title", "level", "years_experience", "place", "about"]
        help_texts = {
            "level": gettext_lazy("Where you are in your working life today."),
            "place": gettext_lazy("Only if you might meet in person."),
            "about": gettext_lazy("Two or three sentences that your match reads first."),
        }
        widgets = {
            "job_title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "level": forms.RadioSelect,
            "years_experience": forms.NumberInput(
                attrs={"inputmode": "numeric", "min": 0, "max": 70}
            ),
            "about": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].required = True
        self.fields["level"].choices = Profile.Level.choices
        self.fields["level"].error_messages["required"] = _("Please choose your career stage.")
        offer(self.fields["industries"], Industry.objects.current())

    def read(self, application: Application) -> Values:
        profile = self.row_of(application)
        return {
            **super().read(application),
            "employer_name": profile.employer.name if profile.employer else "",
            "industries": plain_codes(profile.industries) if profile.pk else [],
        }

    def clean_years_experience(self) -> int | None:
        years = self.cleaned_data["years_experience"]
        if years is not None and years > 70:
            raise forms.ValidationError(_("Please enter a number of years up to 70."))
        return years

    def clean_job_title(self) -> str:
        return named(self.cleaned_data["job_title"])

    def clean_place(self) -> str:
        return named(self.cleaned_data["place"])

    def write(self) -> None:
        name = self.cleaned_data["employer_name"].strip()
        self.instance.employer = Employer.objects.named(name) if name else None
        super().write()
        self.instance.industries.set(self.cleaned_data["industries"])


def named(value: str) -> str:
    """Short texts that stand beside a name obey the rule of names."""
    validate_name(value)
    return value


def offer(field: Any, entries: Any) -> None:
    """Let people choose among `entries`, in the order of their names in the reader's language."""
    field.queryset = entries
    field.choices = sorted(
        ((entry.code, str(entry)) for entry in entries), key=lambda pair: pair[1].casefold()
    )


def plain_codes(rows: Any) -> list[str]:
    return sorted(row.code for row in rows.all())
