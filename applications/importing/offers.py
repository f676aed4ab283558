"""What a record offers to be stored, in the form of `stored_answers`.

A field without an answer offers nothing, unless the committee chose that an empty cell clears it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from django.utils.translation import gettext as _

from applications.help_choices import SEVERAL
from applications.models import Application, ApplicationExperience
from programs.models import Experience, Program, Topic
from programs.spellings import fold

from .export_words import without_mark
from .maps import RosterMap
from .own_questions import ASKED, find_questions
from .records import ImportResult, NewWord, Problem, Record
from .stored_answers import OWN_QUESTION, PROFILE_LISTS, WISHES, Answers, empty_value, in_order
from .vocabulary_lookup import Entry, VocabularyLookup, nearest_first, spellings

MAX_WISH_LENGTH = 200
MAX_WORDS, MAX_NEAREST = 200, 60
WORDS: dict[str, type[Topic] | type[Experience]] = {
    "topics": Topic,
    "experiences": Experience,
}
Depth = ApplicationExperience.Depth


class Offers:
    """Turns records into answers; unknown words become problems or entries of a vocabulary."""

    def __init__(
        self,
        roster: RosterMap,
        program: Program,
        result: ImportResult,
        records: Sequence[Record],
        stored: Mapping[int, Answers],
    ) -> None:
        """`stored` has the answers of the applications, by id."""
        self.roster, self.result, self.stored = roster, result, stored
        self.questions = find_questions(roster, program, records)
        self.lookups = {
            name: VocabularyLookup.of_program(name, roster.fields[name], model, program)
            for name, model in WORDS.items()
            if name in roster.fields
        } | {
            name: VocabularyLookup.shared(name, roster.fields[name], model)
            for name, model in PROFILE_LISTS.items()
            if name in roster.fields
        }
        self.chosen = {name: self._chosen_entries(name) for name in self.lookups}

    def of(self, record: Record, application: Application) -> Answers:
        answers: Answers = {
            **record.values,
            **{name: self._list(name, record, application) for name in record.lists},
            **{
                f"{OWN_QUESTION}{self.questions.by_name[name].heading}": found
                for name, found in record.attributes.items()
            },
        }
        for name in ("email", "state", "cohort"):
            if name != "email" or application.person.has_address:
                answers.pop(name, None)
        return {
            name: empty_value(name) if answer in ("", None, []) else answer
            for name, answer in answers.items()
            if answer not in ("", None, []) or self._clears(name)
        }

    def added(self) -> dict[str, dict[int, str]]:
        """Return {vocabulary: {id: word}} of the words and questions that were added."""
        questions = {one.pk: one.heading for one in self.questions.added}
        about = {"questions": questions, ASKED: self.questions.widened}
        words = {name: lookup.added for name, lookup in self.lookups.items() if lookup.added}
        return words | {name: found for name, found in about.items() if found}

    def words(self) -> list[NewWord]:
        """Return the words of the file that the vocabularies lack, with the nearest known ones."""
        return [
            NewWord(
                name,
                word,
                count,
                nearest_first(word, lookup.names)[:MAX_NEAREST],
                self.roster.fields[name].rename.get(fold(word)),
            )
            for name, lookup in self.lookups.items()
            for word, count in (lookup.unknown + lookup.renamed).most_common(MAX_WORDS)
        ]

    def _clears(self, name: str) -> bool:
        if name.startswith(OWN_QUESTION):
            return name.removeprefix(OWN_QUESTION) in self._cleared
        return name in self.roster.fields and self.roster.fields[name].clear

    @cached_property
    def _cleared(self) -> set[str]:
        """Headings of questions whose stored answer an empty cell erases."""
        maps = self.roster.attributes.items()
        return {self.questions.by_name[name].heading for name, mapping in maps if mapping.clear}

    def _fits(self, written: str, record: Record, name: str) -> bool:
        if len(written) <= MAX_WISH_LENGTH:
            return True
        message = _("The text has more than %(limit)d characters.") % {"limit": MAX_WISH_LENGTH}
        self.result.problems.append(Problem(record.row, name, message))
        return False

    def _list(self, name: str, record: Record, application: Application) -> list[object]:
        if name in WISHES:
            return [written for written in record.lists[name] if self._fits(written, record, name)]
        if name == "availability":
            return [*in_order(record.lists[name])]
        if name in SEVERAL:
            return [code for code, _word in SEVERAL[name] if code in record.lists[name]]
        record, extras = self._without_marks(name, record)
        own = self._own_entries(name, application)
        entries = self.result.found(self.lookups[name].entries(record, own))
        if name in PROFILE_LISTS:
            return [*sorted(entry.code for entry in entries)]
        mapping = self.roster.fields[name]
        if name == "topics":
            usual: object = mapping.weight
        else:
            usual = mapping.depth or (Depth.LIVED if application.is_mentor else Depth.GOING_THROUGH)
        ranked: dict[int, object] = {
            entry.pk: weight
            for word, weight in record.weights.items()
            if name == "topics" and (entry := self.lookups[name].known(word))
        }
        marked = {
            entry.pk: extras[one] for entry in entries for one in spellings(entry) if one in extras
        }
        extra = ranked | marked
        return [[pk, extra.get(pk, usual)] for pk in sorted(entry.pk for entry in entries)]

    def _without_marks(self, name: str, record: Record) -> tuple[Record, dict[str, object]]:
        """Return the record with plain words, and {folded word: weight or depth}."""
        if name not in WORDS:
            return record, {}
        words, extras = [], {}
        for written in record.lists[name]:
            word, extra = without_mark(written, name)
            if extra is None or fold(written) in self.lookups[name].by_name:
                words.append(written)
            else:
                words.append(word)
                extras[fold(word)] = extra
        return replace(record, lists={**record.lists, name: words}), extras

    def _chosen_entries(self, name: str) -> dict[object, Entry]:
        """Return the entries that people have chosen already, also retired ones, by key."""
        keys = {key for answers in self.stored.values() for key in _keys(name, answers)}
        if name in WORDS:
            return dict(WORDS[name].objects.in_bulk(keys))
        return dict(PROFILE_LISTS[name].objects.in_bulk(keys, field_name="code"))

    def _own_entries(self, name: str, application: Application) -> dict[str, Entry]:
        """Return {spelling: entry} of what this person has chosen: their own word comes first."""
        stored = self.stored.get(application.pk, {})
        chosen = [self.chosen[name].get(key) for key in _keys(name, stored)]
        return {text: entry for entry in chosen if entry for text in spellings(entry)}


def _keys(name: str, answers: Answers) -> list[object]:
    """Return the ids of topics and experiences, the codes of industries and languages."""
    return [one[0] if name in WORDS else one for one in answers.get(name, [])]
