"""Answers in words as numbers that a criterion of the engine compares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from programs.spellings import fold

Answers = Sequence[Sequence[str]]  # of each person; empty without an answer


class AnswerCodes:
    """Codes for the known answers, in their order; case and quotes don't matter."""

    def __init__(self, known: Iterable[str]) -> None:
        self.codes: dict[str, int] = {}
        for answer in known:
            self.codes.setdefault(fold(answer), len(self.codes))

    def one(self, people: Answers) -> NDArray[np.int64]:
        """(n,) code of each person's first answer, -1 unknown."""
        return np.array(
            [self.codes.get(fold(one[0]), -1) if one else -1 for one in people], np.int64
        )

    def many(self, people: Answers, mark: int = 1) -> NDArray[np.int64]:
        """(n, answers) `mark` where a person says it, 0 elsewhere."""
        table = np.zeros((len(people), len(self.codes)), np.int64)
        for row, said in enumerate(people):
            for answer in said:
                if fold(answer) in self.codes:
                    table[row, self.codes[fold(answer)]] = mark
        return table
