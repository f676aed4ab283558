"""The form in which one of a pair shares a lesson, and the one in which a chair edits it."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application
from matches.models import Match

from . import lessons
from .forms import LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_TITLE
from .lesson_checks import problems
from .models import Lesson, LibraryItem, Step
from .models.lessons import LESSON_LENGTH


class LessonForm(forms.Form):
    """The words, and that they may be edited and published."""

    text = forms.CharField(
        label=_("One thing that you would tell a pair that begins"),
        help_text=_("A few sentences. Leave out names and what only the two of you should know."),
        max_length=LESSON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write your lesson first.")},
    )
    agrees = forms.BooleanField(
        label=_("The committee may edit it and show it to later pairs, without our names."),
        error_messages={"required": _("Without your consent it can't be shared.")},
    )

    def __init__(
        self, data: QueryDict | None = None, *, match: Match, lesson: Lesson | None
    ) -> None:
        super().__init__(data, initial={"text": lesson.text} if lesson else None)
        self.match = match

    def save(self, *, by: User) -> Lesson:
        """Store the lesson. Raises as `lessons.offer`."""
        return lessons.offer(self.match, by=by, text=self.cleaned_data["text"])


class EditLessonForm(forms.Form):
    """What later pairs read, in the language in which it was written."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    summary = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Say in a sentence what it is and for what it helps."),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Change what could tell whose it is, and keep what it says."),
    )
    role = forms.ChoiceField(
        label=_("For whom"),
        choices=[("", _("mentors and mentees")), *Application.Role.choices],
        required=False,
    )
    step = forms.ChoiceField(
        label=_("Step"), choices=[("", _("No step")), *Step.choices], required=False
    )

    def __init__(self, data: QueryDict | None = None, *, lesson: Lesson) -> None:
        super().__init__(data, initial={"text": lesson.text})
        self.lesson = lesson

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        parts = (str(cleaned.get(name, "")) for name in ("title", "summary", "text"))
        for sentence in problems(" ".join(parts), self.lesson.match_id):
            self.add_error(None, sentence)
        return cleaned

    def save(self, *, by: User) -> LibraryItem:
        """Publish it. Raises as `lessons.publish`."""
        return lessons.publish(self.lesson, lessons.Edited(**self.cleaned_data), by=by)
