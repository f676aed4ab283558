"""Put a program's names of the roles into a text of the product, by the grammar of its language.

1. Whole words only, so that "mentoring", the activity, and placeholders stay.
2. Articles fit the new word: a and an; le, la, du, au, de, que, ce before a vowel.
3. French words keep the gender of those that they replace, so that the rest of a sentence agrees:
   the program's name of a mentor is masculine, that of a mentee feminine. Whoever enters a name
   writes its article, which is how the gender is known.
4. A capital letter at the beginning stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

ROLES = ("mentor", "mentee")
# Nearly every text has none of these and is left at once.
ANY = re.compile(r"ment(?:or|ee)", re.IGNORECASE)
KEPT = 8192  # texts with a role in them, for some ten programs in two languages


@dataclass(frozen=True)
class Name:
    """A program's name of a role: "buddy" with its article "a", and "buddies"."""

    article: str
    one: str
    many: str


@dataclass(frozen=True)
class RoleWords:
    """The names of the roles of a program in a language; None is what the product says."""

    language: str
    mentor: Name | None = None
    mentee: Name | None = None


def names_a_role(text: str) -> bool:
    """Return whether a text may name a role in the product's words."""
    return ANY.search(text) is not None


def say(text: str, words: RoleWords) -> str:
    """Return `text` with the program's names of the roles."""
    return _say(text, words) if ANY.search(text) else text


@lru_cache(maxsize=KEPT)
def _say(text: str, words: RoleWords) -> str:
    replace = SAY.get(words.language)
    return replace(text, words) if replace else text


# Neither %(mentor)s nor {mentor}, which are filled in, nor part of an address or a longer word.
_BEGIN = r"(?<![\w@/{])(?<!%\()"
_END = r"(?![\w@/}])"
ENGLISH = re.compile(
    rf"(?:\b(?P<article>an?)(?P<space>\s+))?{_BEGIN}(?P<role>mentor|mentee)(?P<many>s?)"
    rf"(?P<owner>['’](?!\w))?{_END}",
    re.IGNORECASE,
)
FRENCH_MENTOR = re.compile(
    rf"(?:\b(?P<before>le|du|au|de|que|ce)(?P<space>\s+))?{_BEGIN}mentor(?P<many>s?){_END}",
    re.IGNORECASE,
)
FRENCH_MENTEE = re.compile(
    rf"(?:\b(?P<before>la|de|que|ma|ta|sa)(?P<space>\s+))?{_BEGIN}(?P<role>personne)(?P<many>s?)"
    rf"\s+mentorées?{_END}",
    re.IGNORECASE,
)
# What "your mentee" is in French, with a verb that only mentors have.
FRENCH_YOURS = re.compile(r"\b(?P<the>la) personne que vous mentorez\b", re.IGNORECASE)
ELIDED = {"le": "l'", "la": "l'", "de": "d'", "que": "qu'", "du": "de l'", "au": "à l'"}
BEFORE_VOWEL = {"ce": "cet", "ma": "mon", "ta": "ton", "sa": "son"}
VOWELS = "aeiouyàâäéèêëîïôöùûüœæh"
# Before these "le" stays: h that is not silent, and y before a vowel.
NOT_ELIDED = re.compile(r"(?:h[ée]ros\b|hérisson|hibou|huit|hors|haut|y[aeiou]|onz|oui)", re.I)


def _english(text: str, words: RoleWords) -> str:
    def named(found: re.Match[str]) -> str:
        name = words.mentor if found["role"].lower() == "mentor" else words.mentee
        if name is None:
            return found[0]
        said = _as_written(found["role"], name.many if found["many"] else name.one)
        if found["owner"]:
            has_s = said.endswith(("s", "S"))
            said += found["owner"] if found["many"] and has_s else f"{found['owner']}s"
        if not found["article"]:
            return said
        return _as_written(found["article"], name.article) + found["space"] + said

    return ENGLISH.sub(named, text)


def _french(text: str, words: RoleWords) -> str:
    if (mentor := words.mentor) is not None:
        text = FRENCH_MENTOR.sub(lambda found: _with_article(found, mentor, "mentor"), text)
    if (mentee := words.mentee) is not None:
        yours = f"votre {mentee.one}"
        text = FRENCH_YOURS.sub(lambda found: _as_written(found["the"], yours), text)
        text = FRENCH_MENTEE.sub(lambda found: _with_article(found, mentee, "personne"), text)
    return text


def _with_article(found: re.Match[str], name: Name, noun: str) -> str:
    before, many = found["before"], bool(found["many"])
    written = found[0][len(before) + len(found["space"]) :] if before else found[0]
    said = _as_written(written[: len(noun)], name.many if many else name.one)
    if not before:
        return said
    if not begins_with_vowel(said):
        return before + found["space"] + said
    if (elided := ELIDED.get(before.lower())) is not None:
        return _as_written(before, elided) + said
    return _as_written(before, BEFORE_VOWEL[before.lower()]) + found["space"] + said


def begins_with_vowel(word: str) -> bool:
    """Return whether French articles are shortened before `word`."""
    return word[:1].lower() in VOWELS and not NOT_ELIDED.match(word)


def _as_written(written: str, said: str) -> str:
    """Return `said` with the capitals of what was written in its place."""
    if len(written) > 1 and written.isupper():
        return said.upper()
    return said[:1].upper() + said[1:] if written[:1].isupper() else said


SAY: dict[str, Callable[[str, RoleWords], str]] = {"en": _english, "fr": _french}
