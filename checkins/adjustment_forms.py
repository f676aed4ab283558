"""The form of an adjustment: what was heard and changed, by language, since when and for whom."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.conf import settings
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from programs.models import Program
from programs.program_names import label_choices
from programs.program_texts import language_in_sentence

from .models import Adjustment, Theme, Wave

LONGEST = 2000
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
COLUMNS: tuple[str, ...] = (
    "program",
    "cohort",
    "role",
    "wave",
    "theme",
    "since_on",
    "is_for_everyone",
)
TEXTS = ("heard", "changed")
TEXT_FIELDS = tuple(f"{name}_{code}" for name in TEXTS for code in LANGUAGES)


class AdjustmentForm(forms.ModelForm):
    """A draft may be without words; publishing asks for them in the program's language."""

    class Meta:
        model = Adjustment
        fields: ClassVar[tuple[str, ...]] = COLUMNS
        labels: ClassVar[dict[str, object]] = {
            "cohort": gettext_lazy("Cohort"),
            "role": gettext_lazy("For whom"),
        }
        help_texts: ClassVar[dict[str, object]] = {
            "since_on": gettext_lazy("The first day of the change. It may be in the future."),
            "theme": gettext_lazy(
                "What people wrote about in that survey. The page says how many, where that "
                "reveals nothing about anyone."
            ),
            "wave": gettext_lazy("The pooled result that made you change it, if there is one."),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they are
        cohort, role = self.fields.get("cohort"), self.fields.get("role")
        if isinstance(cohort, forms.ModelChoiceField) and isinstance(role, forms.ChoiceField):
            cohort.empty_label = _("All cohorts")
            role.choices = [("", _("Mentees and mentors")), *Application.Role.choices]
        if isinstance(wave := self.fields.get("wave"), forms.ModelChoiceField):
            wave.empty_label = _("No survey, or several")
            label_choices(wave, _wave_of_month)
        if isinstance(theme := self.fields.get("theme"), forms.ModelChoiceField):
            theme.empty_label = _("No theme")
        if cohort:
            self._add_texts()

    def _add_texts(self) -> None:
        labels = {"heard": _("What you heard, in %(language)s"),
                  "changed": _("What you changed, in %(language)s")}  # fmt: skip
        own_words = _(
            "In your own words. Quote nobody, and write so that nobody can be recognised."
        )
        helps = {"heard": own_words,
                 "changed": _("What is different now, and for whom it matters.")}  # fmt: skip
        for name in TEXTS:
            for code in LANGUAGES:
                texts = getattr(self.instance, name)
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=labels[name] % {"language": language_in_sentence(code)},
                    initial=texts.get(code, ""),
                    max_length=LONGEST,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 4}),
                    help_text=helps[name],
                )

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        program = data.get("program")
        cohort, wave = data.get("cohort"), data.get("wave")
        if program and cohort and cohort.program_id != program.pk:
            words = _("This cohort belongs to %(program)s. Choose one of %(chosen)s, or all.")
            self.add_error("cohort", words % {"program": cohort.program, "chosen": program})
        if program and wave and wave.cohort.program_id != program.pk:
            words = _("This result belongs to %(program)s. Choose one of %(chosen)s, or none.")
            self.add_error("wave", words % {"program": wave.cohort.program, "chosen": program})
        self._check_theme(program, wave, data.get("theme"))
        for name in TEXTS:
            texts = {code: data.get(f"{name}_{code}", "") for code in LANGUAGES}
            setattr(self.instance, name, {code: text for code, text in texts.items() if text})
        return data

    def _check_theme(self, program: Program | None, wave: Wave | None, theme: Theme | None) -> None:
        if theme and wave is None:
            self.add_error("theme", _("Choose the survey in which people wrote about it."))
        if theme and program and theme.program_id != program.pk:
            words = _("This theme belongs to %(program)s. Choose one of %(chosen)s, or none.")
            self.add_error("theme", words % {"program": theme.program, "chosen": program})


def _wave_of_month(wave: Model) -> str:
    """Return the name of a result with its month: a cohort has several of one kind."""
    assert isinstance(wave, Wave)
    return f"{wave}, {date_format(wave.month, 'YEAR_MONTH_FORMAT')}"
