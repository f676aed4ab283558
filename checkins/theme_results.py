"""Who is shown which counts of themes: the same rule as for every figure of answers on care.

A member knows the marks on the answers that they may read. So a count is shown only if it rests on
enough people whom they can't read, today or in a later role (`result_readers`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models.vocabulary import in_language

from .models import Question, Wave
from .result_readers import ResultReader, group_name
from .suppression import Source, shown_parts
from .theme_counts import ROLES, StoredThemes


@dataclass(frozen=True)
class ThemeRow:
    """One theme: a text for each group, as (name of the group, words)."""

    theme: int
    name: str
    cells: list[tuple[str, str]]


def shown_groups(reader: ResultReader) -> frozenset[str]:
    """Return the groups whose counts the reader is shown: "" for all, and roles."""
    stored: StoredThemes = reader.wave.themes
    if reader.wave.themes_counted_at is None:
        return frozenset()
    parts = {
        role: frozenset(Source(*source) for source in sources)
        for role, sources in stored["counted"].items()
    }
    everyone = frozenset().union(*parts.values())
    knowledge = reader.context.knowledge(Question.Channel.CARE, everyone)
    roles = shown_parts(parts, reader.wave.smallest_group, reader=knowledge)
    if roles is None or not everyone:
        return frozenset()
    # Where a role is hidden, the other one would follow from the total.
    return roles | {""} if roles.issuperset(ROLES) else frozenset({""})


def theme_rows(reader: ResultReader) -> list[ThemeRow]:
    """Return the themes of a result as the reader is shown them; none if all is hidden."""
    shown = shown_groups(reader)
    if not shown:
        return []
    groups = [role for role in ("", *ROLES) if role in shown]
    return [
        ThemeRow(
            theme["theme"],
            in_language(theme["names"]),
            [
                (group_name(role), _words(theme["counts"], role, reader.wave.smallest_group))
                for role in groups
            ],
        )
        for theme in reader.wave.themes["themes"]
    ]


def theme_state(wave: Wave) -> str:
    """Return "counted", "due", or "before" where none are counted."""
    if wave.themes_counted_at:
        return "counted"
    return "due" if wave.themes_due_at else "before"


def _words(counts: dict[str, int | None], role: str, smallest: int) -> str:
    count = counts[role]
    if count is not None:
        return ngettext("%(n)s person", "%(n)s people", count) % {"n": count}
    if role and counts[""] is not None:
        return _("not shown separately")
    return _("fewer than %(n)s, perhaps none") % {"n": smallest}
