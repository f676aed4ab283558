"""Several decisions in one go: pin or unpin all selected pairs, and take all of them back.

Each stays a decision of its own, with its own entry in the minutes, its own price and its own undo. A mark that they share
lets "Undo last change" take them back together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.crypto import get_random_string
from django.utils.translation import ngettext

from access.refused import Refused

from .deciding import Kind, Step, decide
from .minutes import words_of
from .models import Round, RoundEntry
from .undoing import take_back


@dataclass
class Done:
    """What came of several steps: their entries, and the steps that were refused, with the words why."""

    entries: list[RoundEntry] = field(default_factory=list)
    refused: list[tuple[Step, str]] = field(default_factory=list)


def decide_each(round_: Round, steps: Iterable[Step], *, by: Any, seen: int) -> Done:
    """Take one step after the other; one that is refused does not hold up the others."""
    done, mark = Done(), get_random_string(8)
    for step in steps:
        try:
            done.entries.append(decide(round_, replace(step, together=mark), by=by, seen=seen))
        except Refused as refused:
            done.refused.append((step, str(refused)))
    return done


def take_back_all(entry: RoundEntry, *, by: Any) -> list[RoundEntry]:
    """Take back `entry` and what was decided in one go with it, the last first. Raises Refused as `take_back` does."""
    return [take_back(one, by=by) for one in _of_one_go(entry) or [entry]]


def _of_one_go(entry: RoundEntry) -> list[RoundEntry]:
    mark = entry.facts.get("together")
    if not mark:
        return []
    entries = RoundEntry.objects.unscoped("decided in one go").filter(round=entry.round_id, facts__together=mark)
    return list(entries.standing().select_related("round").defer("plan_before").order_by("-version"))


def last_words(entry: RoundEntry | None, user: Any) -> str:
    """The newest decision in words; several taken in one go are counted."""
    count = len(_of_one_go(entry)) if entry else 0
    if entry is None or count < 2:
        return words_of(entry, user)
    if entry.kind == Kind.PIN:
        return ngettext("pinned %(count)s pair in one go", "pinned %(count)s pairs in one go", count) % {"count": count}
    return ngettext("unpinned %(count)s pair in one go", "unpinned %(count)s pairs in one go", count) % {"count": count}
