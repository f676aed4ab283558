"""No text that everybody reads quotes what someone wrote: they wrote it to a few readers.

Answers and suggestions that the writer of the text may read are compared. They cannot copy any
other, and a comparison with those would tell them what is in there. So a text is compared when it
is saved, with what its writer reads, and again with what its publisher reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.models import Program

from .models import Answer, Question, Suggestion

RUN = 5  # so many words in a row are a quote
MOST = 1000  # the newest of each kind; older ones are seldom at hand
WORD = re.compile(r"\w+(?:['’]\w+)*")
IN_ANSWER = _("These words are in someone's answer: “%(words)s”. Say it in your own words.")
IN_SUGGESTION = _("These words are in someone's suggestion: “%(words)s”. Say it in your own words.")
Run = tuple[str, ...]
Name = tuple[str, str]  # the column and the language of a text


def quotes_in(texts: Mapping[Name, str], *, reader: User, program: Program) -> dict[Name, str]:
    """Return what is wrong with each text that quotes what `reader` may read in `program`."""
    owners: dict[Run, Name] = {run: name for name, text in texts.items() for run in _runs(text)}
    found: dict[Name, str] = {}
    if not owners:
        return found
    of_answers = ((text, IN_ANSWER) for text in _answers(reader, program))
    of_suggestions = ((text, IN_SUGGESTION) for text in _suggestions(reader, program))
    for written, words in chain(of_answers, of_suggestions):
        for run in _runs(written):
            if run in owners:
                found.setdefault(owners[run], words % {"words": " ".join(run)})
    return found


def _answers(reader: User, program: Program) -> Iterator[str]:
    rows = Answer.objects.for_committee(reader).filter(
        question__kind=Question.Kind.TEXT, checkin__match__mentee__cohort__program=program
    )
    yield from rows.order_by("-pk").values_list("text", flat=True)[:MOST]


def _suggestions(reader: User, program: Program) -> Iterator[str]:
    rows = Suggestion.objects.readable_by(reader).filter(program=program)
    yield from rows.order_by("-pk").values_list("text", flat=True)[:MOST]


def _runs(text: str) -> list[Run]:
    words = [word.replace("’", "'") for word in WORD.findall(text.casefold())]
    return [tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)]
