"""Read usual times as people write them, and offer what an answer may mean. Pure.

A time is understood if each of its words is: "Tuesday evening", "weekends, morning or afternoon".
A day without a part of the day, or a part without a day, is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models.people import DAYS, PART_NAMES, PARTS, SLOTS
from programs.spellings import fold

WORKDAYS, WEEKEND = DAYS[:5], DAYS[5:]
DAY_WORDS: dict[str, tuple[str, ...]] = {
    **{
        word: (day,)
        for day, words in zip(
            DAYS,
            (
                "mon monday mondays lundi lundis lun",
                "tue tues tuesday tuesdays mardi mardis mar",
                "wed wednesday wednesdays mercredi mercredis mer",
                "thu thur thurs thursday thursdays jeudi jeudis jeu",
                "fri friday fridays vendredi vendredis ven",
                "sat saturday saturdays samedi samedis sam",
                "sun sunday sundays dimanche dimanches dim",
            ),
            strict=True,
        )
        for word in words.split()
    },
    **dict.fromkeys(("weekday", "weekdays", "workdays", "semaine"), WORKDAYS),
    **dict.fromkeys(("weekend", "weekends", "fin-de-semaine"), WEEKEND),
    **dict.fromkeys(("daily", "everyday"), DAYS),
}
PART_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("morning", "mornings", "matin", "matins", "am"), ("morning",)),
    **dict.fromkeys(("midday", "noon", "lunch", "lunchtime", "midi"), ("midday",)),
    **dict.fromkeys(("afternoon", "afternoons", "apres-midi", "après-midi"), ("afternoon",)),
    **dict.fromkeys(("evening", "evenings", "soir", "soirs", "soirée"), ("evening",)),
    **dict.fromkeys(("early",), ("early",)),
    **dict.fromkeys(("anytime",), tuple(PARTS)),
}
FILLERS = {"and", "et", "or", "ou", "in", "the", "on", "le", "la", "les", "en", "at", "au", "de"}
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def read_times(text: str) -> list[str] | None:
    """Return the slots that a text names; None unless each of its words is understood."""
    plain = fold(text)
    if plain in SLOTS:
        return [plain]
    plain = plain.replace("early morning", "early").replace("week-end", "weekend")
    plain = plain.replace("fin de semaine", "weekend").replace("any time", "anytime")
    days: set[str] = set()
    parts: set[str] = set()
    for word in _words(plain):
        if word in DAY_WORDS:
            days.update(DAY_WORDS[word])
        elif word in PART_WORDS:
            parts.update(PART_WORDS[word])
        elif word not in FILLERS:
            return None
    if not days or not parts or re.search(r"\d", plain):
        return None
    return [slot for slot in SLOTS if set(slot.split("-")) <= days | parts]


def _words(plain: str) -> list[str]:
    """Return the words; "mon-evening" and "saturday-morning" are two, "après-midi" is one."""
    found: list[str] = []
    for word in WORD.findall(plain):
        known = word in DAY_WORDS or word in PART_WORDS
        found += [word] if known else word.split("-")
    return found


def time_choices() -> list[tuple[str, str]]:
    """Return (slots, joined by a space; label) of what an answer may mean."""
    days = [(DAYS[n], str(WEEKDAYS[n])) for n in range(7)]
    parts = [(part, str(name)) for part, name in PART_NAMES.items()]
    every = pgettext("days of the week", "%(days)s, %(part)s")
    groups = [(WORKDAYS, _("Monday to Friday")), (WEEKEND, _("Weekend")), (DAYS, _("Every day"))]
    found = [
        (_joined(some, [part]), every % {"days": label, "part": name})
        for some, label in groups
        for part, name in parts
    ]
    whole = [*groups, *(((day,), label) for day, label in days)]
    found += [
        (_joined(some, PARTS), every % {"days": label, "part": _("any time")})
        for some, label in whole
    ]
    found += [
        (_joined([day], [part]), every % {"days": label, "part": name})
        for day, label in days
        for part, name in parts
    ]
    return found


def _joined(days: Collection[str], parts: Collection[str]) -> str:
    return " ".join(slot for slot in SLOTS if slot.split("-")[0] in days and slot[4:] in parts)
