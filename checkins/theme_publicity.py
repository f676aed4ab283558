"""What everybody may be told of the count of a theme.

A page for everyone has no reader of whom one knows what they can read. So it may tell a count only
if every member of the committee, of today or before, might be shown it, and everyone who was asked.
It is rounded down, so that no single mark moves it visibly, and frozen when it is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q

from accounts.models import User
from matches.models import Match
from programs.models import Membership

from .models import Adjustment, CheckIn, Theme, Wave
from .result_readers import ResultReader
from .suppression import Knowledge, Source
from .theme_counts import StoredThemes
from .theme_results import shown_groups

STEP = 5  # counts are rounded down to the smallest group and so many more, or twice so many, ...
Said = tuple[int | None, int | None]
NOTHING: Said = (None, None)


def said(wave: Wave, theme: Theme) -> Said:
    """Return (at least so many people, fewer than so many): one of them, or neither."""
    stored: StoredThemes = wave.themes
    if wave.themes_counted_at is None or not may_be_told(wave):
        return NOTHING
    counts = {one["theme"]: one["counts"][""] for one in stored["themes"]}
    if theme.pk not in counts:
        return NOTHING
    count, smallest = counts[theme.pk], wave.smallest_group
    if count is None:
        return None, smallest
    return count - (count - smallest) % STEP, None


def may_be_told(wave: Wave) -> bool:
    """Return whether no one can work out from its counts what few people wrote about."""
    everyone = [Source(*one) for part in wave.themes["counted"].values() for one in part]
    if not all(
        _pair(own, everyone).is_safe(frozenset(everyone), wave.smallest_group)
        for own in _pairs(wave)
    ):
        return False
    return all("" in shown_groups(ResultReader.of(wave, user)) for user in _members(wave))


def _pair(people: set[int], everyone: list[Source]) -> Knowledge:
    """Return what someone knows who has talked with everyone they are in a pair with."""
    known = frozenset(source for source in everyone if source.person in people)
    return Knowledge((known,), frozenset(people))


def _pairs(wave: Wave) -> Iterator[set[int]]:
    """Yield the people in a pair with someone who was asked, with that person."""
    matches = CheckIn.objects.filter(wave=wave).order_by().values("match")
    found: dict[int, set[int]] = defaultdict(set)
    for mentee, mentor in Match.objects.filter(pk__in=matches).values_list(
        "mentee__person", "mentor__person"
    ):
        found[mentee] |= {mentee, mentor}
        found[mentor] |= {mentee, mentor}
    yield from found.values()


def _members(wave: Wave) -> list[User]:
    """Return everyone who was ever of the program's committee, and the maintainers."""
    roles = Membership.objects.filter(program=wave.cohort.program_id).order_by()
    return list(User.objects.filter(Q(pk__in=roles.values("user")) | Q(is_superuser=True)))


def told_of(adjustment: Adjustment) -> Said:
    """Return what may be told of the theme of an adjustment, if it has one."""
    if adjustment.wave is None or adjustment.theme is None:
        return NOTHING
    return said(adjustment.wave, adjustment.theme)
