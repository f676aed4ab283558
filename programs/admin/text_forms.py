"""The form of one text of a program."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from ..program_texts import READ_AGAIN


class TextForm(forms.Form):
    """A text, and the version that the member has read."""

    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"})
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    asks_again = forms.BooleanField(
        required=False,
        label=gettext_lazy("Ask those who have accepted or passed an earlier version again"),
    )

    def __init__(self, name: str, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
        self.initial.setdefault("asks_again", name == "code_of_conduct")
        if name not in READ_AGAIN:
            del self.fields["asks_again"]
