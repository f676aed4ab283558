"""A program's own questions and their answers: who answered what, and what must stay as it was.

Once a question has answers, a change that would make them untrue is refused: another wording,
another way to answer, readers whom nobody was told about, or the end of an answer that was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from programs.models import Cohort, ProgramQuestion
from programs.models.questions import QuestionTranslation
from programs.spellings import fold

from .models import Application, QuestionAnswer

Channel, Asked = ProgramQuestion.Channel, ProgramQuestion.Asked


@dataclass(frozen=True)
class AnswerRow:
    """One answered question, for a page."""

    key: str
    value: list[str]
    is_shared: bool
    is_quoted: bool = False  # the person's own words


def answer_rows(application: Application, user: User) -> list[AnswerRow]:
    """Return the answers of an application that `user` may read, in the program's order."""
    rows = QuestionAnswer.objects.visible_to(user).filter(application=application)
    return [
        AnswerRow(
            str(row.question),
            row.question.in_reader_language(row.values),
            row.question.is_shared,
            row.question.is_own_words,
        )
        for row in rows.select_related("question")
    ]


def asked_on_form(application: Application) -> list[ProgramQuestion]:
    """Return the questions that the form of this application asks today, in their order."""
    return list(
        ProgramQuestion.objects.on_form(application.program, application.role).select_related(
            "program"
        )
    )


def stored_answers(application: Application, reader: User) -> dict[int, list[str]]:
    """Return {question id: answers} of what `reader` may read."""
    rows = QuestionAnswer.objects.visible_to(reader).filter(application=application)
    return {row.question_id: row.values for row in rows}


def lacks_answers(application: Application, required: Collection[int]) -> bool:
    """Return whether one of the `required` questions has no answer."""
    rows = QuestionAnswer.system.filter(application=application, question__in=required)
    return rows.values("question").distinct().count() < len(required)


def save_answers(application: Application, given: Mapping[int, list[str]]) -> None:
    """Store {question id: answers}; an empty list takes an answer back. Call in a transaction."""
    rows = QuestionAnswer.system.filter(application=application, question__in=given)
    known = {row.question_id: row for row in rows}
    for question, values in given.items():
        row = known.get(question) or QuestionAnswer(application=application, question_id=question)
        if not values:
            QuestionAnswer.system.filter(application=application, question=question).delete()
        elif row._state.adding or row.values != values:
            row.values = values
            row.changed_at = timezone.now()
            row.save()


def roles_that_answered(question: ProgramQuestion) -> set[str]:
    """Return the roles of the people who answered."""
    rows = QuestionAnswer.system.filter(question=question).order_by()
    return set(rows.values_list("application__role", flat=True).distinct())


def times_answered(question: ProgramQuestion) -> int:
    return QuestionAnswer.system.filter(question=question).count()


def refused_changes(old: ProgramQuestion, new: ProgramQuestion) -> dict[str, str]:
    """Return {field: why it must stay} for changes that would make given answers untrue."""
    count = times_answered(old)
    if not count:
        return {}
    refused = {}
    for column in ("program_id", "heading", "kind", "unit"):
        if getattr(old, column) != getattr(new, column):
            refused[column.removesuffix("_id")] = _frozen(count)
    if new.is_shared and not old.is_shared:
        refused["channel"] = _(
            "People answered this for the committee only, so it can't be shared. "
            "Retire the question and add another one."
        )
    if new.asked != Asked.BOTH and roles_that_answered(old) - {new.asked}:
        refused["asked"] = _("People in the other role have answered it too.")
    if old.kind == ProgramQuestion.Kind.SCALE and old.options != new.options:
        refused["options"] = _frozen(count)
    if gone := _lost_options(old, new.options):
        text = _("Keep these answers, because someone gave them: %(answers)s.")
        refused["options"] = text % {"answers": ", ".join(gone)}
    for language, said in old.translations.items():
        refused |= {
            f"{name}_{language}": _frozen(count) for name in _changed(said, old, new, language)
        }
    return refused


def _changed(
    said: QuestionTranslation, old: ProgramQuestion, new: ProgramQuestion, language: str
) -> list[str]:
    """Return what a translation said and says no longer; what was missing may be added."""
    now: QuestionTranslation = new.translations.get(language, {})
    changed = []
    if said.get("heading") and said["heading"] != now.get("heading"):
        changed.append("heading")
    before = dict(zip(old.options, said.get("options", []), strict=False))
    after = dict(zip(new.options, now.get("options", []), strict=False))
    if any(theirs and after.get(one, "") != theirs for one, theirs in before.items()):
        changed.append("options")
    if said.get("unit") and said["unit"] != now.get("unit"):
        changed.append("unit")
    return changed


def _frozen(count: int) -> str:
    text = ngettext(
        "This can't be changed, because %(count)d person has answered. "
        "Retire the question and add another one.",
        "This can't be changed, because %(count)d people have answered. "
        "Retire the question and add another one.",
        count,
    )
    return text % {"count": count}


def _lost_options(question: ProgramQuestion, options: Sequence[str]) -> list[str]:
    """Return the answers that were offered, are offered no longer, and were given by someone."""
    gone = {fold(one): one for one in question.options}
    for one in options:
        gone.pop(fold(one), None)
    if not gone:
        return []
    given = given_answers([question])[question.pk]
    return [spelled for key, spelled in gone.items() if key in {fold(one) for one in given}]


def given_answers(
    questions: Iterable[ProgramQuestion], applications: Iterable[int] | None = None
) -> dict[int, Counter[str]]:
    """Return {question id: how many people gave each answer}; all applications by default."""
    found: dict[int, Counter[str]] = {one.pk: Counter() for one in questions}
    rows = QuestionAnswer.system.filter(question__in=found)
    if applications is not None:
        rows = rows.filter(application__in=applications)
    for row in rows.order_by("pk"):
        found[row.question_id].update(dict.fromkeys(row.values, 1))
    return found


def answers_seen(question: ProgramQuestion, cohort: Cohort, user: User) -> list[str]:
    """Return the possible answers in their order, then others that people of the cohort gave.

    Only answers that `user` may read are looked at.
    """
    rows = QuestionAnswer.objects.visible_to(user).filter(question=question)
    found = {fold(one): one for one in question.options}
    given: dict[str, str] = {}
    for row in rows.filter(application__cohort=cohort).order_by("pk"):
        for one in row.values:
            given.setdefault(fold(one), one)
    return [*found.values(), *sorted(one for key, one in given.items() if key not in found)]
