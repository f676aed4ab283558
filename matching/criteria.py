"""The rules and weights of a round: a plain dict in the round's own copy, checked here, named here.

Weights are proportions of one score. Codes are those of the engine; the words beside them are what the committee reads.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from programs.models import Program

from .engine import DEFAULT_HARD_RULES, HARD_RULES, STANDARD_WEIGHTS, Criteria

WEIGHTS: dict[str, tuple[Any, Any]] = {
    "understands": (
        _("Understands"),
        _("The mentor has lived through, or accompanied, what the mentee is going through."),
    ),
    "can_help": (
        _("Can help"),
        _("What the mentee needs, by urgency, against what the mentor offers."),
    ),
    "practical": (
        _("Practical"),
        _("Shared free time, way of meeting and place, language, rhythm."),
    ),
    "wishes": (
        _("Wishes"),
        _("Who would like to be paired with whom. At most a quarter of the whole."),
    ),
    "gap": (_("Experience ahead"), _("The mentor is some years ahead, but not a world away.")),
    "industry": (_("Industry"), _("The mentor knows an industry that the mentee named.")),
    "waiting": (
        _("Waiting"),
        _("Left out of an earlier round. It decides who is placed, never with whom."),
    ),
}
RULE_TEXTS: dict[str, Any] = {
    "readiness": _("one of the two is not ready to be matched"),
    "self_pair": _("both are the same person"),
    "same_employer": _("both work for the same employer"),
    "reporting_line": _("one of them manages or appraises the other"),
    "conflict": _("a conflict of interest is declared"),
    "keep_apart": _("the committee keeps these two apart"),
    "ended_pair": _("an earlier match of these two has ended"),
    "avoid": _("one of them asked not to be paired with the other"),
    "language": _("they share no language"),
    "mode_place": _("they have no way of meeting in common, or are too far apart"),
    "hours": _("they have no usual time in common"),
    "must_have": _("something that one of them must have is missing"),
    "both_ways": _("the two would mentor each other; the other way round fits better"),
    "minimum": _("the fit is below the minimum of this round"),
    "rejected": _("the committee turned this pair down in this round"),
    "forbidden": _("this pair is not allowed"),
    "capacity": _("the mentor has no free place"),
    "min_score": _("the fit is below the floor of this round"),
}
UNKNOWN_TEXTS: dict[str, Any] = {
    "same_employer": _("an employer is not known"),
    "language": _("a language is not known"),
    "mode_place": _("how or where to meet is not known"),
}
ALWAYS_ON = frozenset({"self_pair", "readiness"})
SWITCHABLE = tuple(code for code in RULE_TEXTS if code in HARD_RULES and code not in ALWAYS_ON)
CAN_BE_UNKNOWN = tuple(UNKNOWN_TEXTS)
OVERRIDABLE = frozenset(HARD_RULES) - {"self_pair", "readiness", "avoid"}


def rule_text(code: str) -> Any:
    """A rule in words; `<rule>_unknown` says that an answer is missing."""
    if code in RULE_TEXTS:
        return RULE_TEXTS[code]
    known = UNKNOWN_TEXTS.get(code.removesuffix("_unknown"))
    return known or code.replace("_", " ")


def default_criteria(program: Program) -> dict[str, Any]:
    """What a new round begins with: the engine's standard, within the program's policy."""
    rules = set(DEFAULT_HARD_RULES) - ALWAYS_ON
    if not program.policy.same_employer_blocked:
        rules.discard("same_employer")
    return {
        "weights": dict(STANDARD_WEIGHTS),
        "rules": sorted(rules),
        "unknown_forbids": [],
        "minimum": 0,
        "enough_minutes": 180,
    }


def build_criteria(criteria: dict[str, Any], version: str = "1") -> Criteria:
    """The engine's criteria. Raises ValueError naming the weight or rule that makes no sense."""
    return Criteria(
        weights=dict(criteria["weights"]),
        rules=frozenset(criteria["rules"]) | ALWAYS_ON,
        unknown_forbids=frozenset(criteria.get("unknown_forbids", ())),
        minimum=criteria.get("minimum", 0),
        enough_minutes=criteria.get("enough_minutes", 180),
        version=version,
    )
