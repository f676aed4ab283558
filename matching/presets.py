"""Three ready-made sets of weights, and how much a weight is in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .criteria import CriteriaDict
from .engine import PRACTICAL_SHARES, STANDARD_WEIGHTS

# Parts of "Practical"; the keys are stored with a round's form, the shares with the round.
PRACTICAL: dict[str, tuple[Promise, Mapping[str, int]]] = {
    "times": (_("times first, then places, languages and rhythm"), PRACTICAL_SHARES),
    "language": (
        _("times and a language that both speak well"),
        {"hours": 50, "language": 30, "place": 10, "rhythm": 10},
    ),
}


@dataclass(frozen=True)
class Preset:
    """Weights that a committee can start from; `practical` is a key of PRACTICAL."""

    label: Promise
    text: Promise
    weights: Mapping[str, int]
    practical: str = "times"


PRESETS: dict[str, Preset] = {
    "balanced": Preset(
        _("Balanced"),
        _("Understanding counts most, then help, then times and places and the way of working."),
        STANDARD_WEIGHTS,
    ),
    "goals": Preset(
        _("Learning goals first"),
        _("What mentees want help with counts most, then what they are going through."),
        {
            "understands": 20,
            "can_help": 45,
            "practical": 15,
            "way_of_working": 12,
            "wishes": 8,
            "gap": 4,
            "industry": 4,
            "waiting": 4,
        },
    ),
    "practical": Preset(
        _("Same language and times first"),
        _("Free times and a common language count most, for people who can rarely meet."),
        {
            "understands": 18,
            "can_help": 18,
            "practical": 45,
            "way_of_working": 8,
            "wishes": 8,
            "gap": 3,
            "industry": 3,
            "waiting": 5,
        },
        "language",
    ),
}
IMPORTANCE: dict[int, Promise] = {
    0: _("does not count"),
    5: _("a little"),
    10: _("somewhat"),
    20: _("much"),
    30: _("very much"),
}


def nearest_level(number: int) -> int:
    """Return the level of IMPORTANCE that is closest to a weight; only 0 does not count."""
    if not number:
        return 0
    return min((one for one in IMPORTANCE if one), key=lambda level: (abs(level - number), -level))


def importance_choices(current: int) -> list[tuple[str, Promise]]:
    """Return the levels in words, with `current` in place of the level that it is closest to."""
    nearest = nearest_level(current)
    return [
        (str(current if level == nearest else level), words) for level, words in IMPORTANCE.items()
    ]


def is_used(preset: Preset, criteria: CriteriaDict) -> bool:
    """Return whether a round has the weights of a preset."""
    shares = criteria.get("practical") or PRACTICAL_SHARES
    is_same = all(criteria["weights"].get(name, 0) == one for name, one in preset.weights.items())
    return is_same and shares == PRACTICAL[preset.practical][1]
