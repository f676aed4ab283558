"""The page with the questions on how to work together, and with what matters most."""

from __future__ import annotations

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import WAY_QUESTIONS, Application, MattersMost
from .base import Page, Values

MATTERS_MOST = "matters_most"
NO_ANSWER = ("", gettext_lazy("No answer"))


class WayOfWorkingPage(Page, forms.Form):
    """A few questions about habits of work; every one of them may stay without an answer."""

    code = "way-of-working"
    heading = gettext_lazy("How you like to work together")
    read_by = gettext_lazy(
        "The committee reads this. Your match sees only the questions that you both answered alike."
    )

    def complete(self) -> None:
        super().complete()
        self.intro = self._purpose()
        for question in WAY_QUESTIONS:
            self.fields[question.code] = forms.ChoiceField(
                label=question.text,
                choices=[*question.choices, NO_ANSWER],
                widget=forms.RadioSelect,
                required=False,
            )
        self.fields[MATTERS_MOST] = forms.ChoiceField(
            label=_("Does one of these matter most to you?"),
            choices=[*self._criteria(), ("", _("No, they all matter"))],
            widget=forms.RadioSelect,
            required=False,
            help_text=_(
                "It counts half more when we look for your match. Your match does not see this."
            ),
        )

    @property
    def _counts(self) -> bool:
        return bool(self.application.program.policy.way_of_working_percent)

    def _purpose(self) -> str:
        aim = (
            _("People who like to work in a similar way often get on well, so it counts a little.")
            if self._counts
            else _("Once you have a match, you both see what you answered alike.")
        )
        return _(
            "%(aim)s The questions are about how you like to work, not about who you are. "
            "There are no right answers, and you can leave out any of them."
        ) % {"aim": aim}

    def _criteria(self) -> list[tuple[str, object]]:
        """Return what can be marked; the way of working only where it counts or was marked."""
        kept = self._counts or self.stored[MATTERS_MOST] == MattersMost.WAY_OF_WORKING
        return [
            (one.value, capfirst(one.label))
            for one in MattersMost
            if kept or one != MattersMost.WAY_OF_WORKING
        ]

    def read(self, application: Application) -> Values:
        given = application.way_of_working
        answers = {one.code: given.get(one.code, "") for one in WAY_QUESTIONS}
        return {**answers, MATTERS_MOST: application.matters_most}

    def write(self) -> None:
        answers = {one.code: self.cleaned_data[one.code] for one in WAY_QUESTIONS}
        row = self.application
        row.way_of_working = {code: answer for code, answer in answers.items() if answer}
        row.matters_most = self.cleaned_data[MATTERS_MOST]
        row.save(update_fields=["way_of_working", "matters_most"])
