"""The page with a program's own questions, each with who reads its answer."""

from __future__ import annotations

from functools import cached_property

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import ProgramQuestion
from programs.models.questions import NO, STEPS, YES, QuestionWording

from ..completeness import OWN_QUESTIONS
from ..models import Application
from ..program_questions import asked_on_form, save_answers, stored_answers
from .base import EMPTY, Page, Values, marked

Kind = ProgramQuestion.Kind
MAX_ANSWER = 2000  # characters
MOST_RADIOS = 7  # more possible answers are a list to open


class OwnQuestionsPage(Page, forms.Form):
    """One field for each question; what it says is the program's, in the reader's language."""

    code = OWN_QUESTIONS
    heading = gettext_lazy("Questions of this program")
    intro = gettext_lazy("The committee of this program asks these questions itself.")
    read_by = gettext_lazy("Below each question you see who reads your answer.")

    @cached_property
    def questions(self) -> dict[str, ProgramQuestion]:
        """The questions by the name of their field."""
        return {f"question-{one.pk}": one for one in asked_on_form(self.application)}

    def complete(self) -> None:
        super().complete()
        for name, question in self.questions.items():
            given = self.stored.get(name, [])
            known = given if isinstance(given, list) else [given]
            self.fields[name] = question_field(question, given=known)

    def read(self, application: Application) -> Values:
        """Return the answers that there are, by field; one text unless it takes several."""
        given = stored_answers(application, self.reader)
        found: Values = {}
        for name, question in self.questions.items():
            if values := given.get(question.pk):
                found[name] = values if question.kind == Kind.SEVERAL else values[0]
        return found

    def values(self) -> Values:
        """Return the answers as they are stored: numbers and days as text."""
        given = {name: one for name, one in super().values().items() if one not in EMPTY}
        return {name: one if isinstance(one, list) else str(one) for name, one in given.items()}

    def write(self) -> None:
        given = self.values()
        answers = {}
        for name, question in self.questions.items():
            value = given.get(name, [])
            answers[question.pk] = value if isinstance(value, list) else [value]
        save_answers(self.application, answers)


def question_field(question: ProgramQuestion, *, given: list[str]) -> forms.Field:
    """Return the field that asks a question in the active language.

    `given`: earlier answers, which stay possible if they are offered no longer.
    """
    wording = question.wording()
    if question.kind == Kind.SEVERAL:
        field: forms.Field = forms.MultipleChoiceField(
            choices=_choices(wording, given), widget=forms.CheckboxSelectMultiple
        )
    elif question.kind == Kind.ONE:
        field = _one_of(wording, given, is_required=question.is_required)
    elif question.kind == Kind.YES_NO:
        no_answer = [] if question.is_required else [("", _("No answer"))]
        choices = [(YES, _("Yes")), (NO, _("No")), *no_answer]
        field = forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
    elif question.kind == Kind.SCALE:
        no_answer = [] if question.is_required else [("", _("No answer"))]
        choices = [*_steps(wording), *no_answer]
        field = forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
    elif question.kind == Kind.NUMBER:
        field = forms.IntegerField(min_value=question.least, max_value=question.most)
    elif question.kind == Kind.DATE:
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        field = forms.DateField(widget=day)
    else:
        field = forms.CharField(max_length=MAX_ANSWER, widget=forms.Textarea(attrs={"rows": 4}))
    field.required = question.is_required
    field.label = marked(wording.heading, wording.heading.lang)
    field.help_text = _help(question, wording)
    field.error_messages["required"] = _("Answer this question.")
    return field


def _one_of(wording: QuestionWording, given: list[str], *, is_required: bool) -> forms.ChoiceField:
    choices = _choices(wording, given)
    if len(choices) > MOST_RADIOS:
        return forms.ChoiceField(choices=[("", "–"), *choices])
    no_answer = [] if is_required else [("", _("No answer"))]
    return forms.ChoiceField(choices=[*choices, *no_answer], widget=forms.RadioSelect)


def _choices(wording: QuestionWording, given: list[str]) -> list[tuple[str, str]]:
    offered = {value for value, _text in wording.options}
    earlier = [(one, one) for one in given if one not in offered]
    return [(value, marked(text, text.lang)) for value, text in wording.options] + earlier


def _steps(wording: QuestionWording) -> list[tuple[str, str]]:
    """Return the steps of a scale; the first and the last have the words of the ends."""
    said = [text for _value, text in wording.options]
    ends = {1: said[0], STEPS: said[-1]} if said else {}
    return [
        (
            str(step),
            format_html("{}: {}", step, marked(ends[step], ends[step].lang))
            if step in ends
            else str(step),
        )
        for step in range(1, STEPS + 1)
    ]


def _help(question: ProgramQuestion, wording: QuestionWording) -> str:
    reads = (
        _("The committee reads your answer, and so does your match once you are introduced.")
        if question.is_shared
        else _("Only the committee reads your answer.")
    )
    said = [reads] if question.kind != Kind.NUMBER else [number_help(question), reads]
    if wording.help_text:
        said.insert(0, marked(wording.help_text, wording.help_text.lang))
    return format_html_join(" ", "{}", ((one,) for one in said if one))


def number_help(question: ProgramQuestion) -> str:
    """Return which numbers can be entered, with their unit; "" for any number without one."""
    unit = question.wording().unit
    facts = {"least": question.least, "most": question.most, "unit": unit}
    if question.least is not None and question.most is not None:
        text = _("From %(least)s to %(most)s %(unit)s")
    elif question.least is not None:
        text = _("At least %(least)s %(unit)s")
    elif question.most is not None:
        text = _("At most %(most)s %(unit)s")
    else:
        text = _("In %(unit)s") if unit else ""
    said = (text % facts).strip()
    return f"{said}." if said else ""
