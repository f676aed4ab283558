"""What a round values and what it forbids.

A round uses the standard criteria (weights, whose points are shares of SCALE), a program's own
criteria (points as they are), or both. Weights are proportions: doubling them changes nothing.

- understands: what the mentee goes through, against what a mentor has lived through (all points) or
  accompanied someone through (7 of 10)
- can_help: the mentee's needs by priority, against the mentor's topics by level
- practical: shared free time, way of meeting, language, rhythm
- way_of_working: how alike both would like to work together, in their own answers
- wishes: who ranked whom, both sides; a bounded share, because ranks can be manipulated and facts
  cannot
- gap: years of experience ahead, best between 3 and 12
- industry: industries that the mentee wants to hear about
- waiting: left unmatched in earlier rounds; decides who is placed, never with whom

Nothing protected is scored, and similarity as such is not: "way_of_working" compares what both
would like to do, never who they are. A program that offers "someone who shares my ..." asks the
person for it and uses an `Overlap` criterion on that answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matching.engine.problem.constraints import DEFAULT_HARD_RULES, HARD_RULES
from matching.engine.problem.custom_criteria import CustomCriterion

SCALE = 10_000
STANDARD_WEIGHTS = {
    "understands": 27,
    "can_help": 23,
    "practical": 17,
    "way_of_working": 12,
    "wishes": 9,
    "gap": 4,
    "industry": 3,
    "waiting": 5,
}
PRACTICAL_SHARES = {"hours": 50, "place": 20, "language": 15, "rhythm": 15}
MAX_WISHES_PERCENT = 25
NEUTRAL_PERCENT = 30


@dataclass(frozen=True)
class Criteria:
    """What one round values and forbids.

    weights          criterion -> whole number >= 0; {} to use custom criteria alone
    rules            codes of HARD_RULES that are switched on
    version          the program's own name for this set; goes into the hash
    custom           criteria of the program's own
    minimum          fit (score without waiting) below which a pair is forbidden; needs rule
                     "minimum"
    unknown_forbids  rule codes for which a missing answer forbids
    neutral_percent  share of a criterion's points where an answer is missing, so that no answer
                     neither wins nor loses much
    enough_minutes   shared free minutes a week that earn all points for hours
    practical        shares of the parts of "practical"

    Raises ValueError naming the weight, rule or share that makes no sense.
    """

    weights: Mapping[str, int] = field(default_factory=lambda: dict(STANDARD_WEIGHTS))
    rules: frozenset[str] = DEFAULT_HARD_RULES
    version: str = "1"
    custom: tuple[CustomCriterion, ...] = ()
    minimum: int = 0
    unknown_forbids: frozenset[str] = frozenset()
    neutral_percent: int = NEUTRAL_PERCENT
    enough_minutes: int = 180
    practical: Mapping[str, int] = field(default_factory=lambda: dict(PRACTICAL_SHARES))

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", frozenset(self.rules))
        object.__setattr__(self, "unknown_forbids", frozenset(self.unknown_forbids))
        object.__setattr__(self, "custom", tuple(self.custom))
        _known("weight", self.weights, STANDARD_WEIGHTS)
        _known("practical share", self.practical, PRACTICAL_SHARES)
        _known("rule", dict.fromkeys(self.rules | self.unknown_forbids, 0), HARD_RULES)
        total = sum(self.weights.values())
        if self.weights.get("wishes", 0) * 100 > MAX_WISHES_PERCENT * total:
            raise ValueError(f"wishes may weigh at most {MAX_WISHES_PERCENT} % of all criteria")
        if not 0 <= self.neutral_percent <= 100:
            raise ValueError("neutral_percent must be between 0 and 100")
        if self.enough_minutes < 15:
            raise ValueError("enough_minutes must be at least 15")
        if self.minimum < 0:
            raise ValueError("minimum must not be negative")
        names = [one.name for one in self.custom]
        if len(set(names) - set(STANDARD_WEIGHTS)) < len(names):
            raise ValueError("every custom criterion needs a name of its own")

    def points(self, criterion: str) -> int:
        """Return the most points of a standard criterion: its share of SCALE, rounded down."""
        total = sum(self.weights.values())
        return SCALE * self.weights.get(criterion, 0) // total if total else 0

    def practical_points(self, part: str) -> int:
        """Return the most points of a part of "practical", rounded down."""
        total = sum(self.practical.values())
        return self.points("practical") * self.practical.get(part, 0) // total if total else 0


def _known(
    kind: str, given: Mapping[str, int], allowed: Mapping[str, object] | frozenset[str]
) -> None:
    for name, value in sorted(given.items()):
        if name not in allowed:
            raise ValueError(f"unknown {kind} {name!r}")
        if type(value) is not int or value < 0:  # True is an int, and no weight
            raise ValueError(f"{kind} {name!r} must be a whole number of at least 0, not {value!r}")
