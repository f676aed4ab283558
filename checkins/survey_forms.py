"""The chair's forms: the words of a draft, one of its questions, and for whom to start an edition.

A draft may be saved with gaps; `survey_checks` names them before it is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.models import Program
from programs.program_texts import language_in_sentence

from . import survey_editing
from .models import MOST_NEEDS, Question, Survey
from .models import Kind as SurveyKind
from .survey_checks import CHOICES, LANGUAGES, STEPS

Kind, Channel = Question.Kind, Question.Channel
MOST_CHOSEN = 3  # of several choices, as the form begins
LONGEST_TITLE, LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_INTRO = 120, 250, 120, 1000


def _stripped(texts: dict[str, str]) -> dict[str, str]:
    return {language: " ".join(text.split()) for language, text in texts.items() if text.strip()}


class WordsForm(forms.Form):
    """The title and introduction of a survey in each language."""

    def __init__(self, data: object = None, *, survey: Survey) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request has sent
        self.survey = survey
        for language in LANGUAGES:
            name = {"language": language_in_sentence(language)}
            self.fields[f"title_{language}"] = forms.CharField(
                label=_("Title in %(language)s") % name,
                initial=survey.titles.get(language, ""),
                max_length=LONGEST_TITLE,
                required=False,
            )
        for language in LANGUAGES:
            self.fields[f"intro_{language}"] = forms.CharField(
                label=_("Introduction in %(language)s")
                % {"language": language_in_sentence(language)},
                initial=survey.intros.get(language, ""),
                max_length=LONGEST_INTRO,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["needs_asked"] = forms.TypedChoiceField(
            label=_("About how many of their own needs are mentees asked?"),
            help_text=_(
                "Each is a question about a topic that the mentee wanted help with, the most "
                "important first. The carer, their deputy and the chair read the answers, and they "
                "are counted by topic."
            ),
            initial=survey.needs_asked,
            choices=[(n, str(n)) for n in range(MOST_NEEDS + 1)],
            coerce=int,
            required=False,
            empty_value=survey.needs_asked,  # type: ignore[arg-type]  # any value works
        )
        if survey.kind == SurveyKind.BASELINE:
            self.fields["is_asked_when_applying"] = forms.BooleanField(
                label=_("Ask it right after someone has sent an application"),
                help_text=_(
                    "They may leave it out, and no one sees whether they did. All questions are "
                    "only counted then. People of a new pair who have not answered it are asked "
                    "some days after the introduction."
                ),
                initial=survey.is_asked_when_applying,
                required=False,
            )

    def texts(self, name: str) -> dict[str, str]:
        """Return what was typed for "title" or "intro", by language."""
        return _stripped({code: self.cleaned_data[f"{name}_{code}"] for code in LANGUAGES})

    def save(self, *, by: User) -> None:
        """Save them. Raises as `survey_editing`."""
        words = {"titles": self.texts("title"), "intros": self.texts("intro")}
        survey_editing.save_words(
            self.survey,
            **words,
            needs_asked=self.cleaned_data["needs_asked"],
            is_asked_when_applying=self.cleaned_data.get("is_asked_when_applying", False),
            by=by,
        )


class DraftQuestionForm(forms.Form):
    """One question of a draft. Answers to choose from have a row each, with all languages."""

    asked = forms.ChoiceField(
        label=_("Who is asked?"), choices=Question.Asked, widget=forms.RadioSelect
    )
    channel = forms.ChoiceField(
        label=_("Who reads the answers?"),
        choices=[
            (Channel.CARE, _("The carer of the pair and the chair, with the person's name")),
            (Channel.POOLED, _("No one: they are only counted together with others")),
        ],
        help_text=_("People read this before they answer. It can't be changed after publication."),
        widget=forms.RadioSelect,
    )
    is_counted = forms.BooleanField(
        label=_("Also count the answers together with others"),
        help_text=_("Then the pooled results show them too."),
        required=False,
    )
    is_required = forms.BooleanField(label=_("An answer is needed"), required=False)
    steps = forms.TypedChoiceField(
        label=_("Number of steps"), choices=[(n, str(n)) for n in STEPS], coerce=int
    )
    most_chosen = forms.TypedChoiceField(
        label=_("How many answers can be ticked at most?"),
        choices=[(n, str(n)) for n in CHOICES],
        coerce=int,
    )

    def __init__(self, data: object = None, *, question: Question) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request has sent
        self.question = question
        for language in reversed(LANGUAGES):
            name = f"text_{language}"
            self.fields[name] = forms.CharField(
                label=_("Question in %(language)s") % {"language": language_in_sentence(language)},
                initial=question.texts.get(language, ""),
                max_length=LONGEST_QUESTION,
                required=False,
            )
            self.order_fields([name, *self.fields])
        for name in ("asked", "channel", "is_counted", "is_required", "most_chosen"):
            self.initial[name] = getattr(question, name)
        self.initial["steps"] = len(question.choices) or 5
        if question.kind == Kind.TEXT:
            del self.fields["channel"], self.fields["is_counted"]
        if question.kind != Kind.SCALE:
            del self.fields["steps"]
        if question.kind != Kind.SEVERAL:
            del self.fields["most_chosen"]
        for number in range(self.row_count):
            self._add_row(number)

    @property
    def row_count(self) -> int:
        """How many answers there can be."""
        free = dict.fromkeys(Question.WITH_CHOICES, CHOICES[-1])
        return {"scale": STEPS[-1], "yes_no": 2, **free}.get(self.question.kind, 0)

    def _add_row(self, number: int) -> None:
        choices = self.question.choices
        code, texts = choices[number] if number < len(choices) else ("", {})
        what = _("Step %(number)d") if self.question.kind == Kind.SCALE else _("Answer %(number)d")
        label = what % {"number": number + 1}
        for language in LANGUAGES:
            self.fields[f"row_{number}_{language}"] = forms.CharField(
                label=_("%(answer)s in %(language)s")
                % {"answer": label, "language": language_in_sentence(language)},
                initial=texts.get(language, ""),
                max_length=LONGEST_ANSWER,
                required=False,
            )
        self.fields[f"concern_{number}"] = forms.BooleanField(
            label=_("%(answer)s becomes a concern: the carer talks with the person")
            % {"answer": label},
            initial=bool(code) and code in self.question.concern_codes,
            required=False,
        )

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The fields before the answers to choose from."""
        return [self[name] for name in self.fields if not name.startswith(("row_", "concern_"))]

    @property
    def rows(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each answer to choose from."""
        for number in range(self.row_count):
            names = [*(f"row_{number}_{code}" for code in LANGUAGES), f"concern_{number}"]
            yield [self[name] for name in names]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        kept = data.get("steps", self.row_count)
        for number in range(kept if isinstance(kept, int) else 0, self.row_count):
            if self._words(number):
                text = _("The scale has only %(count)d steps. Remove these words, or add steps.")
                name = next(iter(self._words(number)))
                self.add_error(
                    f"row_{number}_{name}", ValidationError(text, params={"count": kept})
                )
        has_concern = any(data.get(f"concern_{number}") for number in range(self.row_count))
        if has_concern and data.get("channel") == Channel.POOLED:
            self.add_error(
                "channel",
                _(
                    "No one reads single answers then, so none can become a concern. Let the carer "
                    "read them, or untick the concerns below."
                ),
            )
        return data

    def _words(self, number: int) -> dict[str, str]:
        return _stripped(
            {code: self.cleaned_data.get(f"row_{number}_{code}", "") for code in LANGUAGES}
        )

    def _choices(self) -> Iterator[tuple[int, str, dict[str, str]]]:
        """Yield (row, code, texts) of the answers; an answer that is reworded keeps its code."""
        kind, known = self.question.kind, [code for code, _texts in self.question.choices]
        for number in range(self.cleaned_data.get("steps", self.row_count)):
            texts = self._words(number)
            if kind == Kind.SCALE:
                yield number, str(number + 1), texts
            elif kind == Kind.YES_NO:
                yield number, ("yes", "no")[number], texts
            elif texts:
                code = known[number] if number < len(known) else _free_code(known)
                known += [] if code in known else [code]
                yield number, code, texts

    def save(self, *, survey: Survey, by: User) -> Question:
        """Save the question. Raises as `survey_editing`."""
        row, data = self.question, self.cleaned_data
        row.texts = _stripped({code: data[f"text_{code}"] for code in LANGUAGES})
        row.asked, row.is_required = data["asked"], data["is_required"]
        row.channel = data.get("channel", Channel.CARE)
        row.is_counted = row.channel == Channel.CARE and data.get("is_counted", False)
        row.most_chosen = data.get("most_chosen", 1)
        choices = list(self._choices())
        row.choices = [[code, texts] for _number, code, texts in choices]
        row.concern_codes = [code for number, code, _texts in choices if data[f"concern_{number}"]]
        return survey_editing.save_question(survey, row, by=by)


def _free_code(known: list[str]) -> str:
    number = len(known) + 1
    while f"a{number}" in known:
        number += 1
    return f"a{number}"


def new_question(kind: str) -> Question:
    """Return an unsaved question of a kind, as its form begins."""
    question = Question(kind=kind, channel=Channel.CARE, is_required=kind != Kind.TEXT)
    if kind == Kind.SEVERAL:
        question.most_chosen = MOST_CHOSEN
    if kind == Kind.YES_NO:
        words: dict[str, dict[str, str]] = {"yes": {}, "no": {}}
        for language in LANGUAGES:
            with override(language):
                words["yes"][language], words["no"][language] = gettext("Yes"), gettext("No")
        question.choices = [[code, texts] for code, texts in words.items()]
    return question


class StartForm(forms.Form):
    """For which program to start a draft."""

    program = forms.ModelChoiceField(
        queryset=Program.objects.none(),
        label=_("Program"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a program.")},
    )

    def __init__(self, data: object = None, *, programs: QuerySet[Program]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # what a request has sent
        cast(forms.ModelChoiceField, self.fields["program"]).queryset = programs
        self.initial["program"] = programs.first()
