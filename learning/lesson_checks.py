"""Whether the words of a lesson could tell whose it is: names of the pair, and their own answers.

Only whole words are compared, whatever their case. A program that knows the two can still recognise
a story; that is what the editor reads for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import TextField
from django.utils.translation import gettext as _

from applications.models import Application, PrivateAnswers, QuestionAnswer
from matches.models import Match
from programs.models import ProgramQuestion

SHORTEST_NAME = 3  # letters; shorter parts of names are words of their own too often
SAME_WORDS = 6  # so many words in the same order are no coincidence
ANSWERS, PRIVATE = (
    [field.name for field in model._meta.concrete_fields if isinstance(field, TextField)]
    for model in (Application, PrivateAnswers)
)


def problems(text: str, match_id: int) -> list[str]:
    """Return what keeps words about a pair from being published, as sentences for the editor."""
    profiles = (f"{role}__person__profile__employer" for role in ("mentee", "mentor"))
    match = Match.objects.with_people().select_related(*profiles).filter(pk=match_id).first()
    assert match is not None  # a lesson keeps its pair
    found = []
    if names := sorted(names_in(text, match)):
        words = _("It names someone or something of the pair: %(names)s. Leave it out.")
        found.append(words % {"names": ", ".join(names)})
    if same := same_words(text, match):
        words = _("“%(words)s” is also in an answer to the application. Say it in other words.")
        found.append(words % {"words": same})
    return found


def names_in(text: str, match: Match) -> set[str]:
    """Return the parts of names, employers, places and addresses of the two that `text` has."""
    said = set(_words(text))
    names = {part: part.casefold() for part in _names(match) if len(part) >= SHORTEST_NAME}
    return {part for part, folded in names.items() if folded in said}


def same_words(text: str, match: Match) -> str:
    """Return the first run of words that an answer of one of the two has as well; "" for none."""
    runs = {run for answer in _answers(match) for run in _runs(_words(answer))}
    return next((" ".join(run) for run in _runs(_words(text)) if run in runs), "")


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"\w+", text)]


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    for first in range(len(words) - SAME_WORDS + 1):
        yield tuple(words[first : first + SAME_WORDS])


def _names(match: Match) -> Iterator[str]:
    for person in match.people:
        profile = getattr(person, "profile", None)
        known = [person.name, person.email.partition("@")[0]]
        if profile is not None:
            known += [str(profile.employer or ""), profile.place]
        for name in known:
            yield from re.findall(r"\w+", name)


def _answers(match: Match) -> Iterator[str]:
    """Yield what the two wrote when they applied, also to the program's own questions."""
    applications = (match.mentee, match.mentor)
    for application in applications:
        yield from (getattr(application, name) for name in ANSWERS)
    for private in PrivateAnswers.system.filter(application__in=applications):
        yield from (getattr(private, name) for name in PRIVATE)
    own_words = QuestionAnswer.system.filter(question__kind=ProgramQuestion.Kind.TEXT)
    for answer in own_words.filter(application__in=applications):
        yield from answer.values
