"""The survey page and the page that asks for help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from access.ids import new_public_id
from accounts.models import User
from applications.models import Application
from matches.models import Match
from programs.models import Program

from . import answering, concerns, suggestions
from .disclosure import Audience, reader_of
from .models import CheckIn, Concern, Question
from .models.answers import TEXT_LENGTH as ANSWER_LENGTH
from .models.concerns import TEXT_LENGTH
from .models.suggestions import TEXT_LENGTH as SUGGESTION_LENGTH
from .needs import own_needs, with_needs


class QuestionsForm(forms.Form):
    """Questions of a survey; each says who reads its answer.

    `chosen` comes from the address and preselects choices, `saved` are one's own earlier answers.
    """

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        questions: Sequence[Question],
        audience: Audience,
        chosen: Mapping[str, str] | None = None,
        saved: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.audience = audience
        chosen, saved = chosen or {}, saved or {}
        for question in questions:
            code = question.code
            self.fields[code] = _field(question, hint=reader_of(question, audience))
            self.initial[code] = saved.get(code, "")
            if chosen.get(code) in dict(question.options):
                self.initial[code] = chosen[code]


class SurveyForm(QuestionsForm):
    """The questions of a check-in. Nothing is stored until the form is sent."""

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        checkin: CheckIn,
        is_by_link: bool = False,
        chosen: Mapping[str, str] | None = None,
        saved: Mapping[str, str] | None = None,
    ) -> None:
        audience = Audience.of(checkin, is_by_link=is_by_link)
        needs = [] if is_by_link else own_needs(checkin, checkin.person)
        self.questions = with_needs(checkin.questions, needs)
        super().__init__(
            data, questions=self.questions, audience=audience, chosen=chosen, saved=saved
        )
        self.checkin, self.is_by_link = checkin, is_by_link

    def save(self, *, by: User) -> bool:
        """Store the answers. Returns and raises as `answering.answer`."""
        return answering.answer(
            self.checkin, by=by, answers=self.cleaned_data, is_by_link=self.is_by_link
        )


def _field(question: Question, *, hint: str) -> forms.Field:
    if question.kind == Question.Kind.TEXT:
        area = forms.Textarea(attrs={"rows": 4})
        return forms.CharField(
            label=str(question),
            help_text=hint,
            required=question.is_required,
            max_length=ANSWER_LENGTH,
            widget=area,
            error_messages={"required": _("Write an answer.")},
        )
    if question.kind == Question.Kind.SEVERAL:
        return SeveralChoicesField(question, hint=hint)
    return forms.ChoiceField(
        label=str(question),
        help_text=hint,
        required=question.is_required,
        choices=question.options,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )


class SeveralChoicesField(forms.MultipleChoiceField):
    """Answers to tick. Its value is as `Answer.choice`: codes, with a space in between."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, question: Question, *, hint: str) -> None:
        self.most = question.most_chosen
        up_to = _("Tick up to %(count)d answers.") % {"count": self.most}
        super().__init__(
            label=str(question),
            help_text=f"{up_to} {hint}",
            required=question.is_required,
            choices=question.options,
            error_messages={"required": _("Tick at least one answer.")},
        )

    def prepare_value(self, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    def clean(self, value: object) -> str:
        given = super().clean(value)
        chosen = [str(code) for code, _text in self.choices if code in given]
        if len(chosen) > self.most:
            raise ValidationError(
                _("You ticked %(count)d answers. Untick some: at most %(most)d can be ticked."),
                params={"count": len(chosen), "most": self.most},
            )
        return " ".join(chosen)


@dataclass(frozen=True)
class Subject:
    """What a person may ask for help with: a match, or a program."""

    label: str
    program: Program
    match: Match | None


class HelpForm(forms.Form):
    """Asking the committee for help. The nonce makes two clicks one request."""

    about = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What do you need help with?"),
        help_text=_("Write as much or as little as you like."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    urgency = forms.ChoiceField(
        label=_("How urgent is it?"),
        choices=Concern.Urgency,
        initial=Concern.Urgency.SOON,
        widget=forms.RadioSelect,
    )
    partner_may_know = forms.TypedChoiceField(
        label=_("May your partner know that you asked for help?"),
        choices=[("no", _("No, please don't tell them")), ("yes", _("Yes, that's fine"))],
        coerce=lambda answer: answer == "yes",
        initial="no",
        widget=forms.RadioSelect,
    )
    contact_info = forms.CharField(
        label=_("How can we best reach you?"),
        help_text=_(
            "For example a phone number and a good time. If you leave this blank, we'll e-mail you."
        ),
        max_length=200,
        required=False,
    )
    nonce = forms.CharField(max_length=22, min_length=22, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: User, match: Match | None = None, **kwargs: Any) -> None:
        """Ask about `match`; without it the person chooses among their matches and programs."""
        super().__init__(*args, **kwargs)
        self.person = person
        self.subjects = _subjects(person, match)
        self.fields["about"].choices = [
            (key, subject.label) for key, subject in self.subjects.items()
        ]
        self.initial.setdefault("nonce", new_public_id())
        if len(self.subjects) == 1:
            self.fields["about"].widget = forms.HiddenInput()
            self.initial["about"] = next(iter(self.subjects))
        if not any(subject.match for subject in self.subjects.values()):
            del self.fields["partner_may_know"]

    @property
    def programs(self) -> list[Program]:
        """The programs that it may be about, once each."""
        found = {subject.program.pk: subject.program for subject in self.subjects.values()}
        return list(found.values())

    def save(self) -> tuple[Concern, bool]:
        """Raise the concern and notify the committee. Returns as `concerns.ask_for_help`."""
        data = {"partner_may_know": False, **self.cleaned_data}
        subject = self.subjects[data.pop("about")]
        return concerns.ask_for_help(
            author=self.person, program=subject.program, match=subject.match, **data
        )


class FirstWordsForm(HelpForm):
    """Something that one of a new pair wants to say to the committee before the two begin."""

    def __init__(self, data: QueryDict | None = None, *, person: User, match: Match) -> None:
        super().__init__(data, person=person, match=match)
        self.match = match
        for name in ("about", "urgency", "partner_may_know"):
            del self.fields[name]
        self.fields["text"].label = _("What do you want to say before you begin?")
        self.fields["text"].help_text = _(
            "For example that you know each other, work in the same place, or would rather not."
        )

    def save(self) -> tuple[Concern, bool]:
        """Raise the concern. Returns and raises as `concerns.say_before_start`."""
        return concerns.say_before_start(self.match, author=self.person, **self.cleaned_data)


class SuggestionForm(forms.Form):
    """A suggestion to the committee of one of the person's programs."""

    about = forms.ChoiceField(label=_("Which program is it about?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What do you suggest?"),
        max_length=SUGGESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Enter your suggestion.")},
    )
    may_be_named = forms.BooleanField(
        label=_("The committee may see my name"),
        help_text=_("Leave it unticked, and you get the answer all the same."),
        required=False,
    )
    nonce = forms.CharField(max_length=22, min_length=22, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, str] | None = None, *, person: User) -> None:
        super().__init__(data)
        self.person = person
        self.programs = list(suggestions.programs_of(person))
        about = cast(forms.ChoiceField, self.fields["about"])
        about.choices = [(program.public_id, program.name) for program in self.programs]
        self.initial["nonce"] = new_public_id()
        if len(self.programs) == 1:
            about.widget = forms.HiddenInput()
            self.initial["about"] = self.programs[0].public_id

    def clean(self) -> None:
        """Refuse what is too much here, where the words are not lost."""
        super().clean()
        nonce, program = self.cleaned_data.get("nonce", ""), self._program
        if program and suggestions.has_sent_enough(self.person, program, nonce=nonce):
            self.add_error("text", suggestions.too_many())

    @property
    def _program(self) -> Program | None:
        about = self.cleaned_data.get("about")
        return next((one for one in self.programs if one.public_id == about), None)

    def save(self) -> bool:
        """Send it; return whether it is new. Raises as `suggestions.suggest`."""
        assert self._program is not None
        data = {name: self.cleaned_data[name] for name in ("text", "may_be_named", "nonce")}
        return suggestions.suggest(person=self.person, program=self._program, **data)[1]


def _subjects(person: User, match: Match | None) -> dict[str, Subject]:
    rows = Match.objects.of(person).with_people()
    matches = [match] if match is not None else list(rows.open() or rows)
    found: dict[str, Subject] = {}
    for row in matches:
        label = _("My match with %(name)s") % {"name": row.partner_of(person).name}
        found[row.public_id] = Subject(label, row.program, row)
    if match is None:
        applied = Application.objects.filter(person=person).values("cohort__program")
        for program in Program.objects.filter(pk__in=applied):
            label = _("The program %(name)s") % {"name": program.name}
            found[program.public_id] = Subject(label, program, None)
    return found
