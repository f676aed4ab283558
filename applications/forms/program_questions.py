"""The form of a program's own question, for its chair."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from programs.committee_admin import TranslatedNamesForm
from programs.models import Program, ProgramQuestion
from programs.models.questions import (
    COMPARABLE,
    MAX_HEADING,
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_UNIT,
    SHOWN,
    QuestionTranslation,
)
from programs.program_texts import LANGUAGES, language_in_sentence
from programs.spellings import fold

from ..program_questions import refused_changes
from .own_questions import question_field

PREVIEW = "_preview"  # the button that shows a question and saves nothing
ENDS = 2  # of a scale
FEWEST_OPTIONS = 2  # of a question on the form that is answered from a list


class QuestionPreview(forms.Form):
    """One question as an applicant reads it in a language."""

    def __init__(self, question: ProgramQuestion, language: str) -> None:
        super().__init__(prefix=f"preview-{language}")
        self.language, self.language_label = language, language_in_sentence(language)
        with override(language):
            field = question_field(question, given=[])
        field.disabled = True
        self.fields["answer"] = field

    @property
    def answer(self) -> forms.BoundField:
        return self["answer"]


class ProgramQuestionForm(TranslatedNamesForm):
    """Possible answers are typed one per line; an answered question keeps what was promised."""

    options_text = forms.CharField(
        label=gettext_lazy("Possible answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "One per line, from the lowest to the highest if they have an order. "
            "Leave it empty for a question that is answered in own words. For a scale: what 1 "
            "means, and what 5 means."
        ),
    )

    class Meta:
        model = ProgramQuestion
        fields = (
            "program", "heading", "help_text", "asked", "kind", "channel", "least", "most", "unit",
            "is_on_form", "is_required", "position", "criterion", "criterion_weight", "retired_on",
        )  # fmt: skip
        help_texts: ClassVar[dict[str, object]] = {
            "is_on_form": gettext_lazy(
                "Applicants answer it on a page of its own. Questions that came with a file are "
                "not there until you choose this."
            ),
            "criterion": gettext_lazy(
                "A question to mentees and mentors. Each matching round shows it with its rules "
                "and weights; it counts once the committee uses it there."
            ),
            "unit": gettext_lazy("For a number: hours, years. Shown beside it."),
            "is_required": gettext_lazy(
                "Drafts that lack the answer can't be sent. Applications that were sent stay."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["options_text"].initial = "\n".join(self.instance.options)
        if self.instance.pk is None and "is_on_form" in self.fields:
            self.fields["is_on_form"].initial = True
        if "criterion_weight" in self.fields:
            self.fields["criterion_weight"].required = False
        for name, field in self.fields.items():
            if name.startswith("name_"):
                field.required = False
                field.help_text = _("What pages of the committee call it.")
        for language in LANGUAGES:
            self._add_translation(language)

    def _add_translation(self, language: str) -> None:
        """Add the inputs for the question in a language; those of the program's own stay empty."""
        said: QuestionTranslation = self.instance.translations.get(language, {})
        words = {"language": language_in_sentence(language)}
        self.fields[f"heading_{language}"] = forms.CharField(
            label=_("Question in %(language)s") % words,
            max_length=MAX_HEADING,
            required=False,
            initial=said.get("heading", ""),
            help_text=_("Leave it empty if this is the language of the program."),
        )
        self.fields[f"help_text_{language}"] = forms.CharField(
            label=_("Help below the question, in %(language)s") % words,
            max_length=MAX_HEADING,
            required=False,
            initial=said.get("help_text", ""),
        )
        self.fields[f"unit_{language}"] = forms.CharField(
            label=_("Unit in %(language)s") % words,
            max_length=MAX_UNIT,
            required=False,
            initial=said.get("unit", ""),
        )
        self.fields[f"options_{language}"] = forms.CharField(
            label=_("Possible answers in %(language)s") % words,
            required=False,
            widget=forms.Textarea(attrs={"rows": 6}),
            initial="\n".join(said.get("options", [])),
            help_text=_("One per line, in the same order as the possible answers."),
        )

    def clean_options_text(self) -> list[str]:
        found: dict[str, str] = {}
        for one in _lines(self.cleaned_data["options_text"]):
            found.setdefault(fold(one), one)
        _check_options([*found.values()])
        return list(found.values())

    def clean_criterion_weight(self) -> int:
        return self.cleaned_data["criterion_weight"] or ProgramQuestion.Weight.SOMEWHAT

    def clean(self) -> dict[str, object]:
        data: dict[str, object] = super().clean()
        options, kind = cast(list[str] | None, data.get("options_text")), data.get("kind")
        self._check_numbers(data)
        if options and kind == ProgramQuestion.Kind.TEXT:
            self.add_error(
                "options_text",
                _("A question answered in own words has no possible answers. Remove them."),
            )
        elif kind == ProgramQuestion.Kind.SCALE:
            if options is not None and len(options) != ENDS:
                self.add_error(
                    "options_text", _("Enter two lines: what 1 means, and what 5 means.")
                )
        elif options and kind in SHOWN:
            self.add_error(
                "options_text", _("This way to answer needs no possible answers. Remove them.")
            )
        elif (
            data.get("is_on_form")
            and kind in (ProgramQuestion.Kind.ONE, ProgramQuestion.Kind.SEVERAL)
            and options is not None
            and len(options) < FEWEST_OPTIONS
        ):
            self.add_error(
                "options_text", _("Enter at least two possible answers, one on each line.")
            )
        self._check_mark(data)
        if options is not None:
            self.instance.options = options
            self._clean_translations(data)
        return data

    def _check_numbers(self, data: dict[str, object]) -> None:
        least, most = data.get("least"), data.get("most")
        if data.get("kind") != ProgramQuestion.Kind.NUMBER:
            for name in ("least", "most", "unit"):
                if data.get(name) not in (None, ""):
                    self.add_error(name, _("Only a question answered with a number has this."))
        elif isinstance(least, int) and isinstance(most, int) and least >= most:
            self.add_error("most", _("Enter a number above the smallest one."))

    def _check_mark(self, data: dict[str, object]) -> None:
        mark = str(data.get("criterion") or "")
        if not mark or "kind" not in data:
            return
        if data["kind"] not in COMPARABLE[mark]:
            self.add_error("criterion", _("Answers of this kind can't be compared like this."))
        elif data.get("asked") != ProgramQuestion.Asked.BOTH:
            self.add_error(
                "criterion", _("Only a question to mentees and mentors can be compared.")
            )

    def _clean_translations(self, data: dict[str, object]) -> None:
        program = data.get("program") or getattr(self.instance, "program", None)
        found: dict[str, QuestionTranslation] = {}
        for language in LANGUAGES:
            said = self._translation(data, language)
            if not said:
                continue
            if isinstance(program, Program) and program.language == language:
                self._refuse_own_language(said, language)
            found[language] = said
        self.instance.translations = found

    def _translation(self, data: dict[str, object], language: str) -> QuestionTranslation:
        options = _lines(str(data.get(f"options_{language}", "")))
        try:
            _check_options(options)
        except ValidationError as error:
            self.add_error(f"options_{language}", error)
        count = len(self.instance.options)
        if options and len(options) != count:
            text = ngettext(
                "Enter %(count)d answer, as many as in the language of the program.",
                "Enter %(count)d answers, as many as in the language of the program.",
                count,
            )
            self.add_error(f"options_{language}", text % {"count": count})
        said = QuestionTranslation(
            heading=str(data.get(f"heading_{language}", "")).strip(),
            help_text=str(data.get(f"help_text_{language}", "")).strip(),
            options=options,
            unit=str(data.get(f"unit_{language}", "")).strip(),
        )
        return cast(QuestionTranslation, {name: text for name, text in said.items() if text})

    def _refuse_own_language(self, said: QuestionTranslation, language: str) -> None:
        text = _("This is the language of the program. Write it in “%(field)s” instead.")
        for name in said:
            label = self.fields["options_text" if name == "options" else name].label
            self.add_error(f"{name}_{language}", text % {"field": label})

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # a hook that the stubs do not know
        if not self.instance.pk or self.errors:
            return
        old = ProgramQuestion.objects.get(pk=self.instance.pk)
        for field, why in refused_changes(old, self.instance).items():
            self.add_error("options_text" if field == "options" else field, why)

    def is_valid(self) -> bool:
        """A question that is only looked at is not saved."""
        return super().is_valid() and not self.is_preview

    @property
    def is_preview(self) -> bool:
        return self.is_bound and PREVIEW in self.data

    def previews(self) -> list[QuestionPreview]:
        """Return the question in each language of the site, [] if something is wrong with it."""
        if not self.is_preview or self.errors:
            return []
        return [QuestionPreview(self.instance, language) for language in LANGUAGES]


def translation_fields(language: str) -> list[str]:
    """Return the names of the inputs for a language, for `get_fieldsets`."""
    return [f"{name}_{language}" for name in ("heading", "help_text", "unit", "options")]


def _lines(text: str) -> list[str]:
    return [one for one in (" ".join(line.split()) for line in text.splitlines()) if one]


def _check_options(options: list[str]) -> None:
    if len(options) > MAX_OPTIONS:
        raise ValidationError(_("Enter at most %(count)d answers.") % {"count": MAX_OPTIONS})
    for one in options:
        if len(one) > MAX_OPTION:
            raise ValidationError(
                _("“%(answer)s…” is longer than %(count)d characters.")
                % {"answer": one[:40], "count": MAX_OPTION}
            )
