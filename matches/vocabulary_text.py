"""Vocabulary words, lists, usual times and numbers in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property, lru_cache

from django.db.models import Value
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import Industry, Language
from accounts.models.people import DAY_NAMES
from accounts.models.vocabulary import in_language
from applications.models import WAY_QUESTIONS
from programs.models import Experience, Program, Topic

DAY_PART_NAMES = {
    "early": gettext_lazy("early morning"),
    "morning": gettext_lazy("morning"),
    "midday": gettext_lazy("midday"),
    "afternoon": gettext_lazy("afternoon"),
    "evening": gettext_lazy("evening"),
}


Names = dict[str, str] | str  # {language: name}, or the same as JSON text


class Vocabulary:
    """Topics, experiences, languages and industries by id, read in one query when first needed."""

    MODELS = (Topic, Experience, Language, Industry)

    def __init__(self, program: Program) -> None:
        self.program = program

    @cached_property
    def _stored(self) -> dict[tuple[str, int], tuple[str, Names]]:
        """{(model name, id): (code, names)}; names stay undecoded until a page asks for one."""
        querysets = [
            model.objects.order_by().annotate(table=Value(model.__name__)) for model in self.MODELS
        ]
        rows = [queryset.values_list("table", "pk", "code", "names") for queryset in querysets]
        # Since Django 6.1 a union takes the ordering of its first model, unless it is cleared.
        found = rows[0].union(*rows[1:], all=True).order_by()
        return {(model, pk): (code, names) for model, pk, code, names in found}

    def _name(self, model: str, pk: int) -> str:
        code, names = self._stored.get((model, pk), ("", {}))
        # A union of JSON columns comes back as text on SQLite.
        return in_language(json.loads(names) if isinstance(names, str) else names) or code

    def topic(self, pk: int) -> str:
        return self._name("Topic", pk)

    def experience(self, pk: int) -> str:
        return self._name("Experience", pk)

    def languages(self, pks: Iterable[int]) -> str:
        return join_words(self._name("Language", pk) for pk in pks)

    def industries(self, pks: Iterable[int]) -> str:
        return join_words(self._name("Industry", pk) for pk in pks)


def join_words(words: Iterable[object], most: int = 3) -> str:
    """Join words as "a, b and c"; those beyond `most` are counted."""
    all_words = [str(word) for word in words if word]
    shown, more = all_words[:most], len(all_words) - most
    if more > 0:
        shown.append(ngettext("%(count)s more", "%(count)s more", more) % {"count": more})
    if len(shown) < 2:
        return "".join(shown)
    return _("%(some)s and %(last)s") % {"some": ", ".join(shown[:-1]), "last": shown[-1]}


def ways_text(ways: Iterable[tuple[str, str]], most: int = 3) -> str:
    """Write what both answered alike, as [question, answer], after "You both prefer"."""
    said = {tuple(one) for one in ways}
    return join_words(
        (
            answer.shared
            for question in WAY_QUESTIONS
            for answer in question.answers
            if (question.code, answer.code) in said
        ),
        most,
    )


def slots_text(slots: Iterable[str], most: int = 2) -> str:
    """Write shared usual times, as codes in the mentee's week, as "Tue evening, Sat morning"."""
    return join_words((slot_text(slot) for slot in slots), most)


def slot_text(slot: str) -> str:
    return _slot_text(slot, get_language() or "")


@lru_cache(maxsize=1024)
def _slot_text(slot: str, language: str) -> str:
    """Cached by `language`, the active one, which gettext reads: a list has hundreds of slots."""
    day, part = slot.split("-")
    return f"{DAY_NAMES[day]} {DAY_PART_NAMES[part]}"


def format_number(number: int) -> str:
    """Write a number in the reader's language: 244,459."""
    return str(number_format(number, force_grouping=True))
