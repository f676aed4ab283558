"""Pages about the person: suitability, name and contact, work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import Manager, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Employer, Industry, Profile, User
from accounts.models.people import validate_name
from accounts.timezones import zone_choices
from programs.models import Program

from .. import suitability
from ..completeness import SUITABILITY
from ..models import Application
from ..person_facts import profile_of
from .base import FINGERPRINT, READ_BY_COMMITTEE, ModelPage, Page, Values, marked
from .fields import PhoneField

MAX_YEARS = 70
YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


class SuitabilityForm(forms.Form):
    """Yes-or-no questions; shown before signing in, and as a page of the application."""

    def add_questions(self, role: str, program: Program, *, at: datetime | None = None) -> None:
        for question in suitability.questions(role, program, at=at):
            self.fields[question.code] = forms.ChoiceField(
                label=marked(question.text, question.lang),
                help_text=marked(question.hint, question.lang),
                choices=YES_NO,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Answer yes or no: %(question)s") % {"question": question.text}
                },
            )

    def answered(self) -> dict[str, bool]:
        return {
            code: value == "yes" for code, value in self.cleaned_data.items() if code != FINGERPRINT
        }


class PublicSuitabilityForm(SuitabilityForm):
    """One of the questions, before there is an application; `given` is an earlier answer."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        role: str,
        program: Program,
        code: str,
        given: bool | None = None,
    ) -> None:
        known = {} if given is None else {code: "yes" if given else "no"}
        super().__init__(data, initial=known)
        self.add_questions(role, program)
        self.fields = {code: self.fields[code]}


class SuitabilityPage(Page, SuitabilityForm):
    """All questions with their answers, for reading."""

    code = SUITABILITY
    heading = gettext_lazy("Is this the right time?")
    intro = gettext_lazy(
        "“No” does not rule you out. The committee reads it together with your other answers."
    )
    read_by = READ_BY_COMMITTEE

    def complete(self) -> None:
        super().complete()
        made = self.application
        self.add_questions(made.role, made.program, at=_read_at(made))

    def read(self, application: Application) -> Values:
        return {code: "yes" if yes else "no" for code, yes in application.suitability.items()}

    def write(self) -> None:
        Application.objects.filter(pk=self.application.pk).update(suitability=self.answered())


class SuitabilityQuestionPage(SuitabilityPage):
    """One of the questions, alone on its page."""

    section = SuitabilityPage.code
    question: ClassVar[str]

    def complete(self) -> None:
        super().complete()
        for code in set(self.fields) - {FINGERPRINT, self.question}:
            del self.fields[code]

    def read(self, application: Application) -> Values:
        given = super().read(application)
        return {code: value for code, value in given.items() if code == self.question}

    def write(self) -> None:
        mine = Application.objects.filter(pk=self.application.pk)
        known = mine.get().suitability
        mine.update(suitability={**known, **self.answered()})


def question_pages() -> Iterator[type[SuitabilityQuestionPage]]:
    """Yield a page for each question of either role."""
    for question in sorted({code for codes in suitability.CODES.values() for code in codes}):
        code = f"{SUITABILITY}-{question}"
        yield type("QuestionPage", (SuitabilityQuestionPage,), {"code": code, "question": question})


def _read_at(application: Application) -> datetime | None:
    """Return when the person has last read the questions; None while they can still change them."""
    if application.may_be_edited_by(application.person):
        return None
    return application.saved_at or application.submitted_at


class AboutYouPage(ModelPage):
    code = "about-you"
    heading = gettext_lazy("Your name and contact details")
    phone = PhoneField(
        help_text=gettext_lazy(
            "Your match sees it once you are introduced. After your time together, they see it "
            "only if you choose so."
        )
    )
    field_order = ("name", "pronouns", "phone", "time_zone", "language")

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
            "time_zone": gettext_lazy("So that meeting times are right for both of you."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }

    def complete(self) -> None:
        super().complete()
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = _("Enter your name.")
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

    def read(self, application: Application) -> Values:
        return {**super().read(application), "phone": profile_of(application).phone}

    def write(self) -> None:
        super().write()
        phone = {"phone": self.cleaned_data["phone"]}
        Profile.objects.update_or_create(user=self.application.person, defaults=phone)

    def suggested(self) -> Values:
        is_new = (
            "about-you" not in self.application.saved_pages and self.stored["time_zone"] == "UTC"
        )
        return {"time_zone": self.application.program.time_zone} if is_new else {}


class ProfilePage(ModelPage):
    """A page of columns of the profile."""

    def row_of(self, application: Application) -> Profile:
        return profile_of(application)

    also_saved: ClassVar[tuple[str, ...]] = ()

    def write(self) -> None:
        is_new = self.instance._state.adding
        columns = [*(self._meta.fields or ()), *self.also_saved]
        self.instance.save(update_fields=None if is_new else columns)


class WorkPage(ProfilePage):
    code = "work"
    heading = gettext_lazy("Your work")
    intro = gettext_lazy(
        "We don't pair people from the same employer unless the program allows it."
    )
    employer_name = forms.CharField(
        label=gettext_lazy("Employer"),
        max_length=120,
        required=False,
        validators=[validate_name],
        help_text=gettext_lazy("Leave this empty if you have none at the moment."),
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
                attrs={"inputmode": "numeric", "min": 0, "max": MAX_YEARS}
            ),
            "about": forms.Textarea(attrs={"rows": 4}),
        }

    def complete(self) -> None:
        super().complete()
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        level.required = True
        level.choices = Profile.Level.choices  # without the empty one of an optional column
        level.error_messages["required"] = _("Choose your career stage.")
        set_options(self.fields["industries"], Industry.objects.current())

    def read(self, application: Application) -> Values:
        profile = self.row_of(application)
        return {
            **super().read(application),
            "employer_name": profile.employer.name if profile.employer else "",
            "industries": plain_codes(profile.industries) if profile.pk else [],
        }

    def clean_years_experience(self) -> int | None:
        years = self.cleaned_data["years_experience"]
        if years is not None and years > MAX_YEARS:
            raise forms.ValidationError(
                _("Enter a number of at most %(most)d years.") % {"most": MAX_YEARS}
            )
        return years

    def clean_job_title(self) -> str:
        return checked_name(self.cleaned_data["job_title"])

    def clean_place(self) -> str:
        return checked_name(self.cleaned_data["place"])

    def write(self) -> None:
        name = self.cleaned_data["employer_name"].strip()
        self.instance.employer = Employer.objects.named(name) if name else None
        super().write()
        self.instance.industries.set(self.cleaned_data["industries"])


def checked_name(value: str) -> str:
    """Return `value` if it could be part of a name; it is shown beside one."""
    validate_name(value)
    return value


def set_options(field: forms.Field, entries: QuerySet[Any]) -> None:
    """Offer `entries` in the order of their names in the reader's language."""
    assert isinstance(field, forms.ModelMultipleChoiceField)
    field.queryset = entries
    by_name = sorted(entries, key=lambda entry: str(entry).casefold())
    field.choices = [(entry.code, str(entry)) for entry in by_name]


def plain_codes(rows: Manager[Any]) -> list[str]:
    return sorted(row.code for row in rows.all())
