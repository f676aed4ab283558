"""Compare names of people as they are written: pure, for wishes about named people.

Case, accents, apostrophes, dashes, full stops, the order of the words, titles, letters behind a
name and remarks in brackets make no difference.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ADDRESS = re.compile(r"[^\s<>,;()]+@[^\s<>,;()]+\w")
REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]|\{[^}]*\}")
APOSTROPHES = re.compile(r"['’‘ʼ`´ʹ′]")
# Letters that are no letter with an accent to Unicode.
LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
TITLES = {
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "m", "mme",
    "mlle", "herr", "frau", "sr", "sra", "srta", "chrl", "chrp", "cphr", "phd", "mba", "jr",
}  # fmt: skip
JOINING = {"and", "et", "or", "ou", "und", "y"}
NEAR = 0.8  # of difflib's ratio: one or two letters in a name


def name_words(text: str) -> list[str]:
    """Return the words of a name in a form that all its spellings share, in their order."""
    plain = REMARK.sub(" ", text)
    plain = APOSTROPHES.sub("", unicodedata.normalize("NFKD", plain.casefold()))
    plain = "".join(one for one in plain if not unicodedata.combining(one)).translate(LETTERS)
    words = re.findall(r"\w+", plain.replace("_", " "))
    return [word for word in words if word not in TITLES] or words


@dataclass(frozen=True)
class Found:
    """Ids of the people whom a text names: for certain, or perhaps."""

    certain: frozenset[int] = frozenset()
    possible: frozenset[int] = frozenset()


class NameIndex:
    """The people who can be named, by the words of their names, their addresses and their ids.

    `people` has (id, name). `exact` has addresses and ids of the people: {text: ids}.
    """

    def __init__(
        self, people: Iterable[tuple[int, str]], exact: Mapping[str, Iterable[int]]
    ) -> None:
        self.exact = {_plain(text): frozenset(found) for text, found in exact.items()}
        self.words = {pk: name_words(name) for pk, name in people}
        self._by_word: dict[str, set[int]] = defaultdict(set)
        for pk, words in self.words.items():
            for word in words:
                self._by_word[word].add(pk)
                self._by_word[f"{word[:3]}…"].add(pk)

    def find(self, text: str, *, without: int) -> Found:
        """Return whom `text` names, leaving out the person who wrote it."""
        exact = self.exact.get(_plain(text), frozenset()) - {without}
        if exact:
            return _certain_if_alone(exact)
        addresses = [self.exact.get(_plain(one), frozenset()) for one in ADDRESS.findall(text)]
        if addresses:
            known = frozenset().union(*addresses) - {without}
            return Found(certain=known) if all(addresses) else Found(possible=known)
        return self._by_words(name_words(text), without)

    def _by_words(self, words: list[str], without: int) -> Found:
        given = set(words) - JOINING
        if not given:
            return Found()
        near = set().union(*(self._by_word.get(word, set()) for word in given)) - {without}
        whole = {pk for pk in near if set(self.words[pk]) <= given}
        alone = {pk for pk in whole if set(self.words[pk]) == given}
        if len(alone) == 1:
            return Found(certain=frozenset(alone))
        if whole:
            used = set().union(*(self.words[pk] for pk in whole))
            if used == given and self._is_one_each(whole):
                return Found(certain=frozenset(whole))
            return Found(possible=frozenset(whole))
        part = {pk for pk in near if given <= set(self.words[pk])}
        return Found(possible=frozenset(part or self._similar(words, given, without)))

    def _is_one_each(self, people: set[int]) -> bool:
        """Return whether no word of the text could be of two of these people."""
        words = [word for pk in people for word in set(self.words[pk])]
        return len(words) == len(set(words))

    def _similar(self, words: list[str], given: set[str], without: int) -> set[int]:
        """Return people whose whole name differs by a letter or two."""
        starts = {f"{word[:3]}…" for word in given}
        around = set().union(*(self._by_word.get(start, set()) for start in starts)) - {without}
        wanted = " ".join(sorted(words))
        return {
            pk
            for pk in around
            if difflib.SequenceMatcher(None, wanted, " ".join(sorted(self.words[pk]))).ratio()
            >= NEAR
        }


def _certain_if_alone(people: frozenset[int]) -> Found:
    return Found(certain=people) if len(people) == 1 else Found(possible=people)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
