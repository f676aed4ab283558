"""The `[matching]` part of a map: weights and rules over the columns that the map names.

    [matching]
    objective = "most"                 # or "best"
    rules = ["same_employer"]          # standard rules to use; default: those of the engine
    weights = { can_help = 60, wishes = 40 }  # standard criteria, as shares of 10,000 points
    places = 1                         # for mentors whose row does not say

    [matching.gap.grade]               # points by how many steps the mentor is ahead
    order = ["Junior", "Senior", "Head"]
    points = { 1 = 9, 2 = 12 }
    hard = true                        # forbid any other difference

    [matching.same.profession]         # the same answer
    points = 10                        # or forbid = "same", forbid = "different"

    [matching.overlap.identity]        # what the mentee asked for is among the mentor's answers
    points = 6
    at_most = 1

    [matching.accepts.office]          # one side says which answers of the other it accepts
    asks = "partner_office"
    by = "mentee"
    points = 8                         # hard = true forbids the others

A criterion reads the column of its name, unless `column` names another one. The name is also its
heading in the result, unless `label` is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from applications.importing import BadMap
from applications.importing.normalization import closest
from matching.engine import HARD_RULES, STANDARD_WEIGHTS

KINDS: dict[str, set[str]] = {
    "gap": {"column", "label", "order", "points", "hard"},
    "same": {"column", "label", "points", "forbid"},
    "overlap": {"column", "label", "points", "at_most"},
    "accepts": {"column", "label", "asks", "by", "points", "hard"},
}
PLAIN = {"objective", "rules", "weights", "places", "minimum"}
HIGHEST_NUMBER = 100_000


class InvalidCriteria(BadMap):
    """The `[matching]` part of a map is invalid."""


@dataclass(frozen=True)
class Criterion:
    """A criterion of the program's own: kind (a key of KINDS), name, column and settings."""

    kind: str
    name: str
    column: str
    settings: Mapping[str, Any]

    @property
    def label(self) -> str:
        return str(self.settings.get("label", self.name))


@dataclass(frozen=True)
class SpreadsheetCriteria:
    objective: str = "most"
    rules: frozenset[str] = frozenset({"self_pair", "both_ways", "avoid", "same_employer"})
    weights: Mapping[str, int] = field(default_factory=dict)
    places: int = 1
    minimum: int = 0
    own: tuple[Criterion, ...] = ()


def read_criteria(data: Mapping[str, Any]) -> SpreadsheetCriteria:
    """Read the table `[matching]` of a map. Raises InvalidCriteria naming what is unknown."""
    for name in data:
        _one_of("matching", name, PLAIN | set(KINDS))
    for rule in data.get("rules", []):
        _one_of("matching.rules", rule, HARD_RULES)
    for weight in data.get("weights", {}):
        _one_of("matching.weights", weight, set(STANDARD_WEIGHTS))
    _one_of("matching.objective", data.get("objective", "most"), {"most", "best"})
    own = tuple(
        _criterion(kind, name, one) for kind in KINDS for name, one in data.get(kind, {}).items()
    )
    if not own and not data.get("weights"):
        raise InvalidCriteria(_("[matching] needs weights, or criteria of its own."))
    rules = (
        frozenset(data["rules"]) | {"self_pair"} if "rules" in data else SpreadsheetCriteria.rules
    )
    return SpreadsheetCriteria(
        objective=data.get("objective", "most"),
        rules=rules,
        weights=_whole_numbers("matching.weights", data.get("weights", {})),
        places=_whole("matching.places", data.get("places", 1)),
        minimum=_whole("matching.minimum", data.get("minimum", 0)),
        own=own,
    )


def _criterion(kind: str, name: str, one: object) -> Criterion:
    place = f"matching.{kind}.{name}"
    if not isinstance(one, Mapping):
        raise InvalidCriteria(_("[%(place)s] must be a table.") % {"place": place})
    for option in one:
        _one_of(place, option, KINDS[kind])
    needed = {"gap": {"order", "points"}, "overlap": {"points"}, "accepts": {"asks", "by"}}.get(
        kind, set()
    )
    for option in sorted(needed - set(one)):
        raise InvalidCriteria(
            _("[%(place)s] needs “%(option)s”.") % {"place": place, "option": option}
        )
    settings = dict(one)
    if kind == "gap":
        settings["points"] = {
            _whole(place, step, low=-50): points
            for step, points in _steps(place, one["points"]).items()
        }
    elif "points" in one:
        settings["points"] = _whole(place, one["points"])
    if kind == "accepts":
        _one_of(f"{place}.by", one["by"], {"mentee", "mentor"})
    return Criterion(kind, name, str(one.get("column", name)), settings)


def _steps(place: str, points: object) -> dict[object, int]:
    if not isinstance(points, Mapping) or not points:
        raise InvalidCriteria(
            _("[%(place)s] points must be a table such as { 1 = 9, 2 = 12 }.") % {"place": place}
        )
    return _whole_numbers(place, points)


def _whole_numbers(place: str, table: Mapping[object, object]) -> dict[Any, int]:
    return {name: _whole(place, value) for name, value in table.items()}


def _whole(place: str, value: Any, low: int = 0) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise InvalidCriteria(
            _("[%(place)s]: “%(value)s” is not a whole number.") % {"place": place, "value": value}
        ) from error
    if isinstance(value, bool | float) or not low <= number <= HIGHEST_NUMBER:
        raise InvalidCriteria(
            _("[%(place)s]: %(value)s must be a whole number from %(low)s to %(high)s.")
            % {"place": place, "value": value, "low": low, "high": HIGHEST_NUMBER}
        )
    return number


def _one_of(place: str, name: object, known: Any) -> None:
    if name in known:
        return
    text = _("[%(place)s]: “%(name)s” is not known.") % {"place": place, "name": name}
    hint = closest(str(name), known)
    raise InvalidCriteria(
        f"{text} {_('Did you mean “%(hint)s”?') % {'hint': hint}}" if hint else text
    )
