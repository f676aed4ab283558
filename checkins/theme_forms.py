"""The form under an answer on which a member marks themes, and the form of a theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.committee_admin import WordForm
from programs.models import Program

from .models import Answer, CheckIn, Theme, ThemeMark
from .theme_marks import change_marks, markable, words_of


class ThemeForm(WordForm):
    class Meta:
        model = Theme
        fields: ClassVar[tuple[str, ...]] = ("program", "position", "retired_on")

    def _others(self, cleaned: dict[str, object]) -> QuerySet:
        """Return the other themes of the program, which is not asked for once it is known."""
        chosen = cleaned.get("program")
        program = chosen.pk if isinstance(chosen, Program) else self.instance.program_id
        return Theme.objects.filter(program=program).exclude(pk=self.instance.pk)


class MarksForm(forms.Form):
    """Which themes an answer is about. `seen` are those that were marked when the page was shown.

    Only what the member has changed is changed: a colleague may have marked others meanwhile.
    """

    themes = forms.TypedMultipleChoiceField(
        label=_("Themes of this answer"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    seen = forms.TypedMultipleChoiceField(
        required=False, coerce=int, widget=forms.MultipleHiddenInput
    )

    words = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, data: object = None, *, answer: Answer, themes: Sequence[Theme], marked: set[int]
    ) -> None:
        now = sorted(marked)
        super().__init__(
            data,  # type: ignore[arg-type]  # what a request has sent
            prefix=f"answer-{answer.pk}",
            initial={"themes": now, "seen": now, "words": words_of(answer.text)},
        )
        self.answer = answer
        offered = [theme for theme in themes if theme.retired_on is None or theme.pk in marked]
        self.marked_names = [str(theme) for theme in themes if theme.pk in marked]
        for name, rows in (("themes", offered), ("seen", themes)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(theme.pk, str(theme)) for theme in rows]

    def save(self, checkin: CheckIn, *, by: User) -> None:
        now, seen = set(self.cleaned_data["themes"]), set(self.cleaned_data["seen"])
        words = self.cleaned_data["words"]
        change_marks(checkin, self.answer.pk, by=by, add=now - seen, remove=seen - now, words=words)


def marks_forms(checkin: CheckIn, reader: User, data: object = None) -> list[MarksForm]:
    """Return a form for each answer in words that `reader` may mark, in a few queries."""
    answers = markable(checkin, reader)
    if not answers:
        return []
    themes = list(Theme.objects.filter(program=checkin.program))
    marks = ThemeMark.objects.for_committee(reader).filter(answer__in=[row.pk for row in answers])
    marked: dict[int, set[int]] = {}
    for answer, theme in marks.values_list("answer", "theme"):
        marked.setdefault(answer, set()).add(theme)
    return [
        MarksForm(data, answer=row, themes=themes, marked=marked.get(row.pk, set()))
        for row in answers
    ]
