"""The criteria of a round: its rules and weights, as stored in `Round.criteria`, and their names.

Codes are those of the engine. Weights are shares of one score.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NotRequired, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs.models import Program

from .engine import (
    DEFAULT_HARD_RULES,
    HARD_RULES,
    MAX_WISHES_PERCENT,
    PRACTICAL_SHARES,
    STANDARD_WEIGHTS,
    Criteria,
)
from .own_criteria import OwnCriterion, as_engine, find, is_own, why_not_text


class CriteriaDict(TypedDict):
    """The criteria of a round as JSON."""

    weights: dict[str, int]
    rules: list[str]
    unknown_forbids: NotRequired[list[str]]
    minimum: NotRequired[int]
    enough_minutes: NotRequired[int]
    own: NotRequired[list[OwnCriterion]]
    practical: NotRequired[dict[str, int]]  # shares of the parts of "practical"


# Name and explanation of each criterion
WEIGHTS: dict[str, tuple[Promise, Promise]] = {
    "understands": (
        _("Understands"),
        _("The mentor has been through what the mentee is going through, or accompanied someone."),
    ),
    "can_help": (
        _("Can help"),
        _("The mentor offers help with what the mentee needs most."),
    ),
    "practical": (
        _("Practical"),
        _("Free times, ways and places to meet, languages, and how often to meet."),
    ),
    "way_of_working": (
        _("Way of working"),
        _("Both would like to work together in the same way: feedback, meetings, contact."),
    ),
    "wishes": (
        _("Wishes"),
        _("Who asked to be paired with whom. At most a quarter of the total."),
    ),
    "gap": (
        _("Experience ahead"),
        _("The mentor has some years more experience, but not too many."),
    ),
    "industry": (
        _("Industry"),
        _("The mentor knows an industry that the mentee is interested in."),
    ),
    "waiting": (
        _("Waiting"),
        _("Unmatched in an earlier round. Decides who gets a mentor, never which one."),
    ),
}
# Why a rule forbids a pair; the end of "not possible: …".
RULE_TEXTS: dict[str, Promise] = {
    "readiness": _("one of the two is not ready to be matched"),
    "self_pair": _("both are the same person"),
    "same_employer": _("both work for the same employer"),
    "reporting_line": _("one of them manages or appraises the other"),
    "conflict": _("a conflict of interest is declared"),
    "keep_apart": _("the committee keeps these two apart"),
    "ended_pair": _("they were matched before"),
    "avoid": _("one of them asked not to be paired with the other"),
    "language": _("they share no language"),
    "mode_place": _("they have no way to meet in common, or live too far apart"),
    "hours": _("they have no usual time in common"),
    "must_have": _("one of them does not meet a requirement of the other"),
    "both_ways": _("they fit better the other way round"),
    "minimum": _("the fit is below the minimum of this round"),
    "rejected": _("the committee rejected this pair in this round"),
    "forbidden": _("this pair is not allowed"),
    "capacity": _("the mentor has no free place"),
    "min_score": _("the fit is below the lowest fit to propose in this round"),
}
UNKNOWN_TEXTS: dict[str, Promise] = {
    "same_employer": _("an employer is not known"),
    "language": _("a language is not known"),
    "mode_place": _("how or where to meet is not known"),
}
WAY_OF_WORKING = "way_of_working"
FROM_WISHES = frozenset({"avoid"})  # the rules that tell what someone told the committee only
_are_wishes_hidden: ContextVar[bool] = ContextVar("are_wishes_hidden", default=False)
ALWAYS_ON = frozenset({"self_pair", "readiness"})
# Applications ask for no traits that others could require, so this rule has nothing to go by.
WITHOUT_DATA = frozenset({"must_have"})
SWITCHABLE = tuple(
    code for code in RULE_TEXTS if code in frozenset(HARD_RULES) - ALWAYS_ON - WITHOUT_DATA
)
CAN_BE_UNKNOWN = tuple(UNKNOWN_TEXTS)
OVERRIDABLE = frozenset(HARD_RULES) - {"self_pair", "readiness", "avoid"}


def can_be_waived(code: str) -> bool:
    """Return whether the committee may waive a rule, or its missing answer, for one pair."""
    if is_own(code):
        return True
    return code.removesuffix("_unknown") in OVERRIDABLE and code != "both_ways"


def own_criteria(criteria: CriteriaDict) -> list[OwnCriterion]:
    """Return the criteria that the round made from questions of the program."""
    return criteria.get("own", [])


def with_own(criteria: CriteriaDict, own: list[OwnCriterion]) -> CriteriaDict:
    """Return the criteria with these of the program's own questions."""
    changed = criteria.copy()
    changed["own"] = own
    return changed


def criterion_labels(criteria: CriteriaDict) -> dict[str, str]:
    """Return {criterion: its name}: the standard ones, then those of the program."""
    standard = {code: str(label) for code, (label, _help) in WEIGHTS.items()}
    return standard | {one["code"]: one["label"] for one in own_criteria(criteria)}


@contextmanager
def hide_wishes() -> Iterator[None]:
    """Do not say in this block that one person asked not to be paired with another.

    For members who look at a round but do not read its applications.
    """
    token = _are_wishes_hidden.set(True)
    try:
        yield
    finally:
        _are_wishes_hidden.reset(token)


def are_wishes_hidden() -> bool:
    return _are_wishes_hidden.get()


def rule_text(code: str, criteria: CriteriaDict | None = None) -> str | Promise:
    """Return why a rule forbids a pair; `<rule>_unknown` means that an answer is missing.

    `criteria` are those of the round, for rules that it made from the program's own questions.
    """
    if code in FROM_WISHES and are_wishes_hidden():
        return gettext("for a reason that only readers of the applications see")
    if code in RULE_TEXTS:
        return RULE_TEXTS[code]
    if is_own(code):
        own = find(own_criteria(criteria), code) if criteria else None
        return why_not_text(own) if own else gettext("a criterion of this program")
    return UNKNOWN_TEXTS.get(code.removesuffix("_unknown"), code.replace("_", " "))


def weights_with_share(percent: int) -> dict[str, int]:
    """Return the standard weights with this share of the way of working, in percent.

    The others keep their proportions whatever the share is, and so their points where no one
    answered.
    """
    others = sum(STANDARD_WEIGHTS.values()) - STANDARD_WEIGHTS[WAY_OF_WORKING]
    share = round(others * percent / (100 - percent))
    return {**STANDARD_WEIGHTS, WAY_OF_WORKING: share}


def default_criteria(program: Program) -> CriteriaDict:
    """Return the criteria of a new round: the standard ones, within the program's policy."""
    rules = set(DEFAULT_HARD_RULES) - ALWAYS_ON - WITHOUT_DATA
    if not program.policy.same_employer_blocked:
        rules.discard("same_employer")
    return {
        "weights": weights_with_share(program.policy.way_of_working_percent),
        "rules": sorted(rules),
        "unknown_forbids": [],
        "minimum": 0,
        "enough_minutes": 180,
    }


def build_criteria(
    criteria: CriteriaDict, version: str = "1", *, left_out: Collection[str] = ()
) -> Criteria:
    """Return the engine's criteria. Raises ValueError naming a weight or rule that is invalid.

    left_out: standard criteria that no one's answers can feed; the others share all points.
    """
    return Criteria(
        weights=fed_weights(criteria["weights"], left_out),
        rules=frozenset(criteria["rules"]) | ALWAYS_ON,
        unknown_forbids=frozenset(criteria.get("unknown_forbids", ())),
        minimum=criteria.get("minimum", 0),
        enough_minutes=criteria.get("enough_minutes", 180),
        practical=criteria.get("practical") or dict(PRACTICAL_SHARES),
        version=version,
        custom=tuple(as_engine(one) for one in own_criteria(criteria)),
    )


def fed_weights(weights: Mapping[str, int], left_out: Collection[str]) -> dict[str, int]:
    """Return the weights without criteria that are left out; wishes stay within their share."""
    kept = {name: weight for name, weight in weights.items() if name not in left_out}
    others = sum(weight for name, weight in kept.items() if name != "wishes")
    if not left_out or not others:
        return dict(weights)
    most = others * MAX_WISHES_PERCENT // (100 - MAX_WISHES_PERCENT)
    if "wishes" in kept:
        kept["wishes"] = min(kept["wishes"], most)
    return kept
