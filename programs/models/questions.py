"""Questions that a program asks beside those of the site's own form.

A question says who reads its answers before anyone gives one, and keeps to it: once there are
answers, the wording, the kind and a wider circle of readers cannot be changed any more.

A question is on the application form if its chair has put it there; those that came with a file
are not. Its own columns hold it in the language of the program, `translations` in the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self, TypedDict

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language

from .programs import Program
from .translated_texts import TranslatedText

MAX_HEADING, MAX_OPTION, MAX_OPTIONS = 300, 120, 100  # characters, characters, answers
MAX_UNIT = 30  # characters
STEPS = 5  # of a scale; `options` are the words of its two ends
YES, NO = "yes", "no"  # stored answers


class QuestionTranslation(TypedDict, total=False):
    """A question in another language than the program's; the options in the same order."""

    heading: str
    help_text: str
    options: list[str]
    unit: str


@dataclass(frozen=True)
class QuestionWording:
    """A question as someone reads it: `options` are (stored answer, what the reader sees)."""

    heading: TranslatedText
    help_text: TranslatedText
    options: list[tuple[str, TranslatedText]]
    unit: TranslatedText


class ProgramQuestionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A question holds no personal data."""
        return self.all()

    def for_committee(self, user: User | AnonymousUser) -> Self:
        return self.filter(program__in=Program.objects.for_committee(user))

    def current(self, program: Program) -> Self:
        """Questions that the program asks today, in their order."""
        return self.filter(program=program, retired_on=None)

    def on_form(self, program: Program, role: str) -> Self:
        """Questions on the application form of a role today, in their order."""
        asked = (ProgramQuestion.Asked.BOTH, role)
        return self.current(program).filter(is_on_form=True, asked__in=asked)


class ProgramQuestion(models.Model):
    """A question of one program, asked on its form or answered in an imported file.

    `heading` is the wording and what files call their column; two questions of a program never
    have the same one. `names` are shorter names, by language, for the committee's pages.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("own words")
        ONE = "one", _("one answer")
        SEVERAL = "several", _("several answers")
        YES_NO = "yes_no", _("yes or no")
        NUMBER = "number", _("a number")
        DATE = "date", _("a day")
        SCALE = "scale", _("a scale from 1 to 5")

    class Mark(models.TextChoices):
        """How a matching round may compare the answers of the two of a pair."""

        SAME = "same", _("the same answer, or answers in common")
        DIFFERENT = "different", _("different answers")
        AT_LEAST = "at_least", _("the mentor at least as high as the mentee")

    class Weight(models.IntegerChoices):
        """How much a marked question counts; the round shows the same words."""

        LITTLE = 5, _("a little")
        SOMEWHAT = 10, _("somewhat")
        MUCH = 20, _("much")
        VERY_MUCH = 30, _("very much")

    class Channel(models.TextChoices):
        COMMITTEE = "committee", _("committee only")
        SHARED = "shared", _("shared with the match after publication")

    class Asked(models.TextChoices):
        BOTH = "both", _("mentees and mentors")
        MENTEE = "mentee", _("mentees")
        MENTOR = "mentor", _("mentors")

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="questions", verbose_name=_("program")
    )
    heading = models.CharField(_("question, as it is asked"), max_length=MAX_HEADING)
    names = models.JSONField(_("short name"), default=dict, blank=True)
    kind = models.CharField(_("answered with"), max_length=8, choices=Kind, default=Kind.TEXT)
    channel = models.CharField(
        _("who reads the answers"), max_length=10, choices=Channel, default=Channel.COMMITTEE
    )
    asked = models.CharField(_("asked of"), max_length=6, choices=Asked, default=Asked.BOTH)
    options = models.JSONField(_("possible answers"), default=list, blank=True)
    help_text = models.CharField(
        _("help below the question"), max_length=MAX_HEADING, blank=True, default=""
    )
    # Of a question that is answered with a number.
    least = models.IntegerField(_("smallest number"), null=True, blank=True)
    most = models.IntegerField(_("largest number"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=MAX_UNIT, blank=True, default="")
    # {language: QuestionTranslation}, in other languages than the program's.
    translations = models.JSONField(default=dict, blank=True, editable=False)
    is_on_form = models.BooleanField(_("on the application form"), default=False)
    is_required = models.BooleanField(_("an answer is required"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # A mark proposes a criterion to each round, whose committee looks at it before it counts.
    criterion = models.CharField(
        _("compared in matching rounds"), max_length=9, choices=Mark, blank=True, default=""
    )
    criterion_weight = models.PositiveSmallIntegerField(
        _("how much it counts"), choices=Weight, default=Weight.SOMEWHAT
    )
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = ProgramQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of a program")
        verbose_name_plural = _("questions of programs")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "heading"], name="one_question_per_program_and_heading"
            )
        ]

    def __str__(self) -> str:
        return in_language(self.names) or self._translation().get("heading") or self.heading

    def _translation(self) -> QuestionTranslation:
        """Return the question in the reader's language, {} if that is the program's own."""
        said: QuestionTranslation = self.translations.get((get_language() or "").split("-")[0], {})
        return said

    def in_reader_language(self, answers: Iterable[str]) -> list[str]:
        """Return given answers as the reader reads them, unless they are in the person's words."""
        if self.kind in SHOWN:
            unit = self._translation().get("unit") or self.unit
            return [SHOWN[self.kind](one, unit) for one in answers]
        theirs = dict(zip(self.options, self._translation().get("options", []), strict=False))
        return [theirs.get(one) or one for one in answers]

    def wording(self, language: str | None = None) -> QuestionWording:
        """Return the question for readers of `language`, by default the active one.

        What is not translated is in the language of the program.
        """
        own = self.program.language
        wanted = (language or get_language() or own).split("-")[0]
        said: QuestionTranslation = self.translations.get(wanted, {}) if wanted != own else {}

        def text(translated: str, written: str) -> TranslatedText:
            return TranslatedText.of(translated or written, wanted if translated else own)

        translated = said.get("options", [])
        if len(translated) != len(self.options):
            translated = [""] * len(self.options)
        return QuestionWording(
            heading=text(said.get("heading", ""), self.heading),
            help_text=text(said.get("help_text", ""), self.help_text),
            options=[
                (one, text(theirs, one))
                for one, theirs in zip(self.options, translated, strict=True)
            ],
            unit=text(said.get("unit", ""), self.unit),
        )

    @property
    def is_shared(self) -> bool:
        return self.channel == self.Channel.SHARED

    @property
    def has_options(self) -> bool:
        """Whether an answer is one of those that were offered."""
        return self.kind in (self.Kind.ONE, self.Kind.SEVERAL, self.Kind.YES_NO)

    @property
    def is_own_words(self) -> bool:
        return self.kind == self.Kind.TEXT


def _number(stored: str, unit: str) -> str:
    try:
        shown = number_format(int(stored), force_grouping=True)
    except ValueError:  # from a file
        return stored
    return f"{shown} {unit}".strip()


def _day(stored: str, _unit: str) -> str:
    try:
        return date_format(date.fromisoformat(stored))
    except ValueError:  # from a file
        return stored


def _yes_or_no(stored: str, _unit: str) -> str:
    return {YES: gettext("Yes"), NO: gettext("No")}.get(stored, stored)


def _on_the_scale(stored: str, _unit: str) -> str:
    return gettext("%(step)s of %(steps)s") % {"step": stored, "steps": STEPS}


# How stored answers are shown, by kind: (stored answer, unit).
SHOWN: dict[str, Callable[[str, str], str]] = {
    ProgramQuestion.Kind.NUMBER: _number,
    ProgramQuestion.Kind.DATE: _day,
    ProgramQuestion.Kind.YES_NO: _yes_or_no,
    ProgramQuestion.Kind.SCALE: _on_the_scale,
}
# Which kinds of questions can be compared in which way.
COMPARABLE: dict[str, tuple[str, ...]] = {
    ProgramQuestion.Mark.SAME: ("one", "several", "yes_no", "scale"),
    ProgramQuestion.Mark.DIFFERENT: ("one", "yes_no", "scale"),
    ProgramQuestion.Mark.AT_LEAST: ("number", "scale"),
}
