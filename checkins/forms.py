"""The survey page and the page that asks for help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from access.ids import new_public_id
from applications.models import Application
from matches.models import Match
from programs.models import Program

from . import answering, concerns
from .models import CheckIn, Concern, Question
from .models.answers import TEXT_LENGTH as ANSWER_LENGTH
from .models.care import TEXT_LENGTH as CONCERN_LENGTH


class SurveyForm(forms.Form):
    """The questions of a check-in.

    `chosen` comes from the address and pre-chooses among the choices, `saved` are one's own answers of before; nothing is
    stored until the form is sent.
    """

    def __init__(
        self,
        *args: Any,
        checkin: CheckIn,
        chosen: Mapping[str, str] | None = None,
        saved: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.checkin = checkin
        for question in checkin.questions:
            self.fields[question.code] = _field(question)
            possible = {code for code, _text in question.options}
            self.initial[question.code] = (saved or {}).get(question.code, "")
            if (chosen or {}).get(question.code) in possible:
                self.initial[question.code] = (chosen or {})[question.code]

    def save(self, *, by: Any, is_by_link: bool = False) -> bool:
        return answering.answer(
            self.checkin, by=by, answers=self.cleaned_data, is_by_link=is_by_link
        )


def _field(question: Question) -> forms.Field:
    hint = (
        _("Counted with the answers of others, never shown alone.")
        if question.channel == Question.Channel.POOLED
        else ""
    )
    if question.kind == Question.Kind.TEXT:
        area = forms.Textarea(attrs={"rows": 4})
        return forms.CharField(
            label=str(question),
            help_text=hint,
            required=question.is_required,
            max_length=ANSWER_LENGTH,
            widget=area,
        )
    return forms.ChoiceField(
        label=str(question),
        help_text=hint,
        required=question.is_required,
        choices=question.options,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one answer.")},
    )


class HelpForm(forms.Form):
    """Asking the committee. The nonce makes two clicks one request."""

    about = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What is it?"),
        help_text=_("As much or as little as you like."),
        max_length=CONCERN_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    urgency = forms.ChoiceField(
        label=_("How urgent is it?"),
        choices=Concern.Urgency,
        initial=Concern.Urgency.SOON,
        widget=forms.RadioSelect,
    )
    partner_may_know = forms.TypedChoiceField(
        label=_("May your partner know that you asked?"),
        choices=[("no", _("No, please do not tell")), ("yes", _("Yes, that is fine"))],
        coerce=lambda answer: answer == "yes",
        initial="no",
        widget=forms.RadioSelect,
    )
    reach = forms.CharField(
        label=_("How can we reach you best?"),
        help_text=_(
            "For example a phone number and a good time. Without it we write to you by e-mail."
        ),
        max_length=200,
        required=False,
    )
    nonce = forms.CharField(max_length=22, min_length=22, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Any, match: Match | None = None, **kwargs: Any) -> None:
        """`match` fixes what it is about; without it the person chooses among matches and programs."""
        super().__init__(*args, **kwargs)
        self.person = person
        self.subjects = _subjects(person, match)
        self.fields["about"].choices = [
            (key, label) for key, (label, _program, _match) in self.subjects.items()
        ]
        self.initial.setdefault("nonce", new_public_id())
        if len(self.subjects) == 1:
            self.fields["about"].widget = forms.HiddenInput()
            self.initial["about"] = next(iter(self.subjects))
        if not any(found for _label, _program, found in self.subjects.values()):
            del self.fields["partner_may_know"]

    def save(self) -> Concern:
        data = {"partner_may_know": False, **self.cleaned_data}
        _label, program, match = self.subjects[data.pop("about")]
        return concerns.ask_for_help(author=self.person, program=program, match=match, **data)


Subject = tuple[Any, Program, Match | None]


def _subjects(person: Any, match: Match | None) -> dict[str, Subject]:
    """{key: (words, program, match)} of what a person may ask about."""
    rows = Match.objects.of(person).with_people()
    matches = [match] if match is not None else list(rows.open() or rows)
    found: dict[str, Subject] = {}
    for row in matches:
        words = _("My match with %(name)s") % {"name": row.partner_of(person).name}
        found[row.public_id] = (words, row.program, row)
    if match is None:
        applied = Application.objects.filter(person=person).values("cohort__program")
        for program in Program.objects.filter(pk__in=applied):
            found[program.public_id] = (
                _("The program %(name)s") % {"name": program.name},
                program,
                None,
            )
    return found
