"""The questions at the end of the orientation."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from programs.orientation_texts import Question


class OrientationCheckForm(forms.Form):
    def __init__(self, questions: list[Question], data: QueryDict | None = None) -> None:
        super().__init__(data)
        for question in questions:
            parts = question.parts
            self.fields[question.code] = forms.ChoiceField(
                label=parts.text,
                choices=[(option.code, option.text) for option in parts.options],
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose an answer: %(question)s") % {"question": parts.text},
                    "invalid_choice": _("Choose an answer: %(question)s")
                    % {"question": parts.text},
                },
            )
