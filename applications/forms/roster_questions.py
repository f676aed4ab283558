"""The choices of a column that is a question of the program: a new one, or one that it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from applications.importing.export_words import question_of
from applications.importing.maps import FieldMap
from programs.models import ProgramQuestion
from programs.spellings import fold

ATTRIBUTE = "own"  # begins every choice of this module
COMMITTEE, SHARED, KNOWN = ATTRIBUTE, f"{ATTRIBUTE}-shared", f"{ATTRIBUTE}-known-"
MAX_LABEL = 80


class OwnQuestionChoices:
    """The questions of a program as choices of a column."""

    def __init__(self, questions: Iterable[ProgramQuestion]) -> None:
        self._by_choice = {f"{KNOWN}{one.pk}": one for one in questions}
        self._choices = {fold(one.heading): choice for choice, one in self._by_choice.items()}

    def choices(self) -> list[tuple[str, object]]:
        """Return the choices, one group for new questions and one for those of the program."""
        new = [
            (COMMITTEE, _("New question, read by the committee only")),
            (SHARED, _("New question, shared with the match after publication")),
        ]
        groups: list[tuple[str, object]] = [(_("A question of this program"), new)]
        known = [
            (choice, f"{Truncator(one.heading).chars(MAX_LABEL)} ({one.get_channel_display()})")
            for choice, one in self._by_choice.items()
        ]
        return [*groups, (_("Questions that this program has"), known)] if known else groups

    def known(self, heading: str) -> str:
        """Return the choice of the question with this heading; "" if there is none."""
        return self._choices.get(fold(heading), "")

    def choice_of(self, name: str, mapping: FieldMap) -> str:
        """Return what a map's attribute was chosen to be."""
        return self.known(name) or (SHARED if mapping.shared else COMMITTEE)

    def attribute(self, choice: str, heading: str) -> tuple[str, Mapping[str, object]]:
        """Return the name of the map's attribute for a choice, and its options."""
        if choice in self._by_choice:
            return self._by_choice[choice].heading, {}
        return question_of(heading), {"shared": True} if choice == SHARED else {}
