"""Columns that are questions of the program itself: find each question, or add it.

A new question takes its wording from the column and its kind from the answers. Only answers that at
least two people gave become its possible answers: one person's words are theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from programs.models import Program, ProgramQuestion
from programs.models.questions import MAX_HEADING, MAX_OPTION
from programs.spellings import fold

from .maps import FieldMap, RosterMap
from .records import Record

Kind, Channel, Asked = ProgramQuestion.Kind, ProgramQuestion.Channel, ProgramQuestion.Asked
MOST_DIFFERENT = 40  # different answers of a column that is no free text
ASKED = "asked"  # in what an import has added: whom a question was asked of before
SHARED_BY = 2  # people who gave an answer that becomes a possible one


@dataclass
class FoundQuestions:
    """`by_name` {name in the map: question} and the questions that were `added`.

    `widened` {id: asked} says whom others were asked of before the file had answers of both roles.
    """

    by_name: dict[str, ProgramQuestion] = field(default_factory=dict)
    added: list[ProgramQuestion] = field(default_factory=list)
    widened: dict[int, str] = field(default_factory=dict)


def find_questions(
    roster: RosterMap, program: Program, records: Sequence[Record]
) -> FoundQuestions:
    """Find the questions of a map's attributes, and add those that the program lacks."""
    known = {fold(one.heading): one for one in program.questions.all()}
    found = FoundQuestions()
    last = max((one.position for one in known.values()), default=0)
    for name, mapping in roster.attributes.items():
        heading = " ".join(name.split())[:MAX_HEADING]
        answered = {one.role for one in records if one.attributes.get(name)}
        asked = _asked(answered or {one.role for one in records})
        question = known.get(fold(heading))
        if question is None:
            answers = [one.attributes[name] for one in records if name in one.attributes]
            question = _new(program, heading, mapping, answers)
            question.asked, question.position = asked, last + len(found.added) + 1
            question.save()
            known[fold(heading)] = question
            found.added.append(question)
        elif answered and question.asked not in (Asked.BOTH, asked):
            found.widened[question.pk] = question.asked
            question.asked = Asked.BOTH
            question.save(update_fields=["asked"])
        found.by_name[name] = question
    return found


def _new(
    program: Program, heading: str, mapping: FieldMap, answers: list[list[str]]
) -> ProgramQuestion:
    kind = guess_kind(answers, is_list=any(mapping.splits.values()) or bool(mapping.pivot))
    return ProgramQuestion(
        program=program,
        heading=heading,
        kind=kind,
        channel=Channel.SHARED if mapping.shared else Channel.COMMITTEE,
        options=repeated_answers(answers) if kind != Kind.TEXT else [],
    )


def guess_kind(answers: Iterable[Sequence[str]], *, is_list: bool) -> str:
    """Return how a question was answered: in own words, or with one or several known answers."""
    different = {fold(one): one for several in answers for one in several}
    if len(different) > MOST_DIFFERENT or any(len(one) > MAX_OPTION for one in different.values()):
        return Kind.TEXT
    return Kind.SEVERAL if is_list else Kind.ONE


def repeated_answers(answers: Iterable[Sequence[str]]) -> list[str]:
    """Return the answers that several people gave, in the order in which they first appear."""
    spelled: dict[str, str] = {}
    times: Counter[str] = Counter()
    for several in answers:
        for one in several:
            spelled.setdefault(fold(one), one)
            times[fold(one)] += 1
    return [one for key, one in spelled.items() if times[key] >= SHARED_BY]


def _asked(roles: set[str]) -> str:
    return next(iter(roles)) if len(roles) == 1 else Asked.BOTH
