"""The vocabularies in the reader's language, and how a list, a usual time and a number are written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Value
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import Industry, Language
from accounts.models.people import DAY_NAMES
from accounts.models.vocabulary import in_language
from programs.models import Experience, Topic

DAY_PART_NAMES = {
    "early": gettext_lazy("early morning"), "morning": gettext_lazy("morning"), "midday": gettext_lazy("midday"),
    "afternoon": gettext_lazy("afternoon"), "evening": gettext_lazy("evening"),
}  # fmt: skip


class Vocabulary:
    """The vocabularies, read once for a page in one query: ids become words in the reader's language."""

    MODELS = (Topic, Experience, Language, Industry)

    def __init__(self, program: Any) -> None:
        self.program = program

    @cached_property
    def _stored(self) -> dict[tuple[str, int], tuple[str, Any]]:
        """{(kind, id): (code, names)}; only the words that a page asks for are taken apart."""
        kinds = [
            model.objects.order_by().annotate(table=Value(model.__name__)) for model in self.MODELS
        ]
        rows = [kind.values_list("table", "pk", "code", "names") for kind in kinds]
        found = rows[0].union(*rows[1:], all=True).order_by()
        return {(kind, pk): (code, names) for kind, pk, code, names in found}

    def _word(self, kind: str, pk: int) -> str:
        code, names = self._stored.get((kind, pk), ("", {}))
        return in_language(json.loads(names) if isinstance(names, str) else names) or code

    def topic(self, pk: int) -> str:
        return self._word("Topic", pk)

    def experience(self, pk: int) -> str:
        return self._word("Experience", pk)

    def languages(self, pks: Iterable[int]) -> str:
        return join_words(self._word("Language", pk) for pk in pks)

    def industries(self, pks: Iterable[int]) -> str:
        return join_words(self._word("Industry", pk) for pk in pks)


def join_words(words: Iterable[Any], most: int = 3) -> str:
    """ "a, b and c"; what is beyond `most` is counted."""
    all_words = [str(word) for word in words if word]
    shown, more = all_words[:most], len(all_words) - most
    if more > 0:
        shown.append(ngettext("%(count)s more", "%(count)s more", more) % {"count": more})
    if len(shown) < 2:
        return "".join(shown)
    return _("%(some)s and %(last)s") % {"some": ", ".join(shown[:-1]), "last": shown[-1]}


def slots_text(slots: Iterable[str], most: int = 2) -> str:
    """ "Tue evening, Sat morning": usual times in common, in the mentee's week."""
    return join_words((slot_text(slot) for slot in slots), most)


def slot_text(slot: str) -> str:
    return _slot_text(slot, get_language() or "")


@lru_cache(maxsize=1024)
def _slot_text(slot: str, language: str) -> str:
    """Looked up once for each `language`, which is the one that is active now: a list has hundreds of them."""
    day, part = slot.split("-")
    return f"{DAY_NAMES[day]} {DAY_PART_NAMES[part]}"


def format_number(number: int) -> str:
    """A number as it is written in the reader's language: 244,459."""
    return str(number_format(number, force_grouping=True))
