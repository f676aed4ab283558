"""No text that others read quotes an answer: whoever wrote it said it to a few readers.

Only answers that the writer of the text may read are compared. They cannot copy any other, and a
comparison with those would tell them what is in there.
"""

from __future__ import annotations

import re

from accounts.models import User
from programs.models import Program

from .models import Answer, Question

RUN = 5  # so many words in a row are a quote
MOST_ANSWERS = 1000  # the newest; older ones are seldom at hand
WORD = re.compile(r"\w+(?:['’]\w+)*")


def quoted_words(texts: list[str], *, reader: User, program: Program) -> str:
    """Return words that a text shares with an answer that `reader` may read; "" for none."""
    runs = {run for text in texts for run in _runs(text)}
    if not runs:
        return ""
    answers = Answer.objects.for_committee(reader).filter(
        question__kind=Question.Kind.TEXT, checkin__match__mentee__cohort__program=program
    )
    newest = answers.order_by("-pk").values_list("text", flat=True)[:MOST_ANSWERS]
    for answer in newest:
        for run in _runs(answer):
            if run in runs:
                return " ".join(run)
    return ""


def _runs(text: str) -> list[tuple[str, ...]]:
    words = [word.replace("’", "'") for word in WORD.findall(text.casefold())]
    return [tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)]
