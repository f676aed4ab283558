"""The questions at the end of the orientation."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from ..orientation import QUESTIONS


class OrientationCheckForm(forms.Form):
    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        for question in QUESTIONS:
            self.fields[question.code] = forms.ChoiceField(
                label=str(question.text),
                choices=question.options,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose an answer: %(question)s") % {"question": question.text}
                },
            )
