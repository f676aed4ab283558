"""Applications as a sheet that can be imported again without a change.

A member gets the rows and answers that they may read, as on the review page. A cell that would
have to leave out a part of an answer, such as one of two wishes, is empty: an import keeps what an
empty cell says nothing about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.models.people import ERASED_DOMAIN
from applications.help_choices import SEVERAL
from programs.spreadsheets import Cell, Sheet

from .importing.export_words import FIELDS, heading, joined, slot_word, with_mark, words
from .importing.field_labels import CODES, ENTRIES
from .importing.stored_answers import OWN_QUESTION, PRIVATE, WISHES, Answers, read_answers
from .models import Application, NamedWish, PrivateAnswers, QuestionAnswer

BATCH = 500  # applications at a time


def applications_sheet(rows: QuerySet[Application], reader: User) -> Sheet:
    """Return the sheet of applications that `reader` sees as a committee member."""
    seen = rows.exclude(person__email__endswith=ERASED_DOMAIN)
    keys = list(seen.values_list("pk", flat=True))
    questions = _questions(keys, reader)
    fields = [*FIELDS, *(f"{OWN_QUESTION}{name}" for name in questions)]
    texts = _Texts()
    cells = (
        [texts.cell(name, answers.get(name), application) for name in fields]
        for application, answers in _answers(keys, reader)
    )
    return Sheet(_("Applications"), [heading(name) for name in fields], cells)


def _batches(keys: list[int]) -> Iterator[list[int]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _questions(keys: list[int], reader: User) -> list[str]:
    """Return the program's own questions that someone in the file has answered."""
    found: dict[str, int] = {}
    for batch in _batches(keys):
        answers = QuestionAnswer.objects.visible_to(reader).filter(application__in=batch)
        asked = answers.order_by().values_list("question__heading", "question__position")
        found |= dict(asked.distinct())
    return sorted(found, key=lambda name: (found[name], name))


def _answers(keys: list[int], reader: User) -> Iterator[tuple[Application, Answers]]:
    """Yield each application with those of its answers that `reader` may read."""
    for batch in _batches(keys):
        found = Application.objects.select_related("person", "cohort").in_bulk(batch)
        stored = read_answers(found.values())
        about = {"application__in": batch}
        private = PrivateAnswers.objects.visible_to(reader).filter(**about)
        readable = set(private.values_list("application", flat=True))
        own = QuestionAnswer.objects.visible_to(reader).filter(**about)
        questions = set(own.values_list("application", "question__heading"))
        wishes = NamedWish.objects.visible_to(reader).filter(**about)
        seen = Counter(wishes.values_list("application", "kind"))
        for key in batch:
            yield (
                found[key],
                {
                    **_public(found[key], stored[key]),
                    **{name: stored[key][name] for name in PRIVATE if key in readable},
                    **_own_questions(key, stored[key], questions),
                    **_whole_wishes(key, stored[key], seen),
                },
            )


def _public(application: Application, answers: Answers) -> Answers:
    """Return what every member who sees an application reads of it."""
    return {
        "email": application.person.address,
        "role": application.role,
        "state": application.state,
        "cohort": str(application.cohort),
        **{
            name: answer
            for name, answer in answers.items()
            if name not in ("email", *WISHES, *PRIVATE) and not name.startswith(OWN_QUESTION)
        },
    }


def _own_questions(key: int, answers: Answers, seen: Collection[tuple[int, str]]) -> Answers:
    return {
        name: answer
        for name, answer in answers.items()
        if name.startswith(OWN_QUESTION) and (key, name.removeprefix(OWN_QUESTION)) in seen
    }


def _whole_wishes(key: int, answers: Answers, seen: Mapping[tuple[int, str], int]) -> Answers:
    """Return the wishes of each kind of which the reader may read every one."""
    return {kind: answers[kind] for kind in WISHES if len(answers[kind]) == seen[key, kind]}


class _Texts:
    """Turns answers into cells; each vocabulary is read once, when it is first needed."""

    def __init__(self) -> None:
        self._names: dict[str, dict[object, str]] = {}

    def cell(self, field: str, answer: object, application: Application) -> Cell:
        if isinstance(answer, list):
            return joined(self._words(field, answer, application))
        known = words(field)
        text = known.get(answer, answer)
        return text if isinstance(text, int) and not isinstance(text, bool) else str(text or "")

    def _words(self, field: str, answers: list, application: Application) -> Iterator[str]:
        """Yield the answers of a list in words."""
        for one in answers:
            if field in ENTRIES:
                word, extra = one
                yield with_mark(self._known(field)[word], field, extra, application.role)
            elif field in CODES:
                yield self._known(field)[one]
            elif field in SEVERAL:
                yield str(words(field).get(one, one))
            else:
                yield slot_word(one) if field == "availability" else one

    def _known(self, field: str) -> dict[object, str]:
        """Return {id or code: word}; two words of one name are told apart by their codes."""
        if field not in self._names:
            found: dict[object, tuple[str, str]]
            if field in ENTRIES:
                found = {row.pk: (str(row), row.code) for row in ENTRIES[field].objects.all()}
            else:
                found = {row.code: (str(row), row.code) for row in CODES[field].objects.all()}
            times = Counter(name for name, _code in found.values())
            self._names[field] = {
                key: name if times[name] == 1 else code for key, (name, code) in found.items()
            }
        return self._names[field]
