"""Reason codes as text for the committee.

Texts come from answers of the two people, never from a protected trait. What both people may read
is in `matches.why_you_two`; wishes about named people, cautions and costs are only for the
committee.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models import Application
from matches.vocabulary_text import Vocabulary, join_words, slots_text, ways_text

from ..criteria import WEIGHTS, CriteriaDict, are_wishes_hidden, own_criteria, rule_text
from ..engine import InfeasibleRules, Violation
from ..own_criteria import find, why_text
from ..storage.solver_state import SolverState

Reasons = dict[str, Any]  # Any: JSON of codes and ids, see `explanations` and `proposal_rows`
Names = dict[int, str]  # {application id: name}
Fix = tuple[str, int, list[str], int, int]  # (kind, mentor, rules, pairs gained, points gained)

CAUTION_TEXTS = {
    "u_none": gettext_lazy("the mentor hasn't said that they know this situation"),
    "u_unknown": gettext_lazy("the mentee hasn't said what they are going through"),
    "u_mentor_unknown": gettext_lazy("the mentor hasn't said what they have been through"),
    "h_none": gettext_lazy("the mentor offers none of the mentee's topics"),
    "h_unknown": gettext_lazy("the mentee hasn't named a topic"),
    "h_mentor_unknown": gettext_lazy("the mentor hasn't named a topic"),
    "times_none": gettext_lazy("no usual time in common"),
    "times_unknown": gettext_lazy("usual times are not known"),
    "place_unknown": gettext_lazy("how or where to meet is not known"),
    "thin": gettext_lazy("few reasons for this pair"),
    "only_one": gettext_lazy("this is the only possible mentor"),
    "override": gettext_lazy("a rule was waived for this pair"),
}


@dataclass(frozen=True)
class Why:
    """One reason: `kind` is its chip's letter (U, H, P, S, W, M, Q or "!"), `text` a phrase."""

    kind: str
    text: str


def committee_whys(
    why: Reasons, cautions: Iterable[str], vocabulary: Vocabulary, criteria: CriteriaDict
) -> list[Why]:
    """Return the chips of a pair for the committee: reasons first, then cautions."""
    found = [
        *understands(why, vocabulary),
        *can_help(why, vocabulary),
        *practical(why, vocabulary),
        *answered_alike(why),
        *wishes(why),
        *matters_most(why),
        *own_reasons(why, criteria),
    ]
    return [
        *found,
        *(Why("!", str(CAUTION_TEXTS[code])) for code in cautions if code in CAUTION_TEXTS),
    ]


def understands(why: Reasons, vocabulary: Vocabulary) -> list[Why]:
    lived = [vocabulary.experience(pk) for pk, depth in why.get("u", []) if depth == "lived"]
    accompanied = [vocabulary.experience(pk) for pk, depth in why.get("u", []) if depth != "lived"]
    found = []
    if lived:
        found.append(Why("U", _("been through it: %(what)s") % {"what": join_words(lived)}))
    if accompanied:
        found.append(
            Why("U", _("accompanied someone: %(what)s") % {"what": join_words(accompanied)})
        )
    return found


def can_help(why: Reasons, vocabulary: Vocabulary) -> list[Why]:
    topics = sorted(why.get("h", []), key=lambda hit: (-hit[1], -hit[2]))
    if not topics:
        return []
    asked = max(why.get("asked", [0, 0])[1], len(topics))
    text = _("%(met)s of %(asked)s topics: %(what)s")
    return [
        Why(
            "H",
            text
            % {
                "met": len(topics),
                "asked": asked,
                "what": join_words(vocabulary.topic(t) for t, *_rest in topics),
            },
        )
    ]


def practical(why: Reasons, vocabulary: Vocabulary) -> list[Why]:
    """Return the chip about times, way of meeting and languages, if any is known."""
    parts = [
        slots_text(why.get("slots", [])),
        meeting_text(why),
        vocabulary.languages(why.get("languages", [])),
    ]
    found = [part for part in parts if part]
    return [Why("P", " · ".join(found))] if found else []


def meeting_text(why: Reasons) -> str:
    ways = why.get("meet", [])
    if ways == ["online"]:
        return _("online only")
    if ways == ["in_person"]:
        return _("in person")
    return _("in person or online") if ways else ""


def answered_alike(why: Reasons) -> list[Why]:
    said = ways_text(why.get("ways", []))
    return [Why("S", _("both prefer %(what)s") % {"what": said})] if said else []


def matters_most(why: Reasons) -> list[Why]:
    texts = {"mentee": _("to the mentee: %(what)s"), "mentor": _("to the mentor: %(what)s")}
    marks = why.get("matters", {})
    said = [
        text % {"what": WEIGHTS[marks[side]][0]} for side, text in texts.items() if side in marks
    ]
    return [Why("M", "; ".join(said))] if said else []


def wishes(why: Reasons) -> list[Why]:
    if are_wishes_hidden():
        return []
    match why.get("wish", []):
        case ["mentee", "mentor"]:
            return [Why("W", _("they named each other"))]
        case ["mentee"]:
            return [Why("W", _("the mentee asked for this mentor"))]
        case ["mentor"]:
            return [Why("W", _("the mentor asked for this mentee"))]
    return []


def own_reasons(why: Reasons, criteria: CriteriaDict) -> list[Why]:
    """Return a chip for each criterion of the program's own questions that earned points."""
    found = [find(own_criteria(criteria), code) for code in why.get("own", [])]
    return [Why("Q", why_text(one)) for one in found if one]


def why_left_out(why: Reasons, names: Names, criteria: CriteriaDict | None = None) -> str:
    """Say why a mentee is unmatched; `names` are {application id: name} of mentors."""
    match why.get("kind"):
        case "none":
            return _no_mentor_text(why.get("blocked", {}), criteria)
        case "crowded" if "mentees" in why:
            mentors = ngettext("%(count)s mentor", "%(count)s mentors", why["mentors"])
            text = ngettext(
                "%(mentees)s mentees share the same %(mentors)s, with %(places)s place in total.",
                "%(mentees)s mentees share the same %(mentors)s, with %(places)s places in total.",
                why["places"],
            )
            return text % {**why, "mentors": mentors % {"count": why["mentors"]}}
        case "crowded":
            return _("All possible mentors are full.")
        case "priced":
            text = _("%(mentor)s would be possible, but that %(cost)s.")
            mentor = names.get(why["mentor"], _("A mentor"))
            return text % {"mentor": mentor, "cost": cost_text(*why["lost"])}
    return ""


def _no_mentor_text(blocked: dict[str, int], criteria: CriteriaDict | None) -> str:
    """Say which rules forbid how many mentors, the most frequent first."""
    rules = [
        ngettext("%(rule)s (%(count)s mentor)", "%(rule)s (%(count)s mentors)", count)
        % {"rule": rule_text(code, criteria), "count": count}
        for code, count in sorted(blocked.items(), key=lambda one: -one[1])
    ]
    if not rules:
        return _("No mentor is possible.")
    return _("No mentor is possible: %(rules)s.") % {"rules": join_words(rules)}


def fix_text(fix: Fix, names: Names, criteria: CriteriaDict | None = None) -> str:
    """Describe one change that would help an unmatched mentee, and what the round gains."""
    kind, mentor, codes, pairs, points = fix
    values = {"mentor": names.get(mentor, _("a mentor")), "gain": gain_text(pairs, points)}
    if kind == "capacity":
        return _("Ask %(mentor)s for one more place: %(gain)s.") % values
    rules = join_words(rule_text(code, criteria) for code in codes)
    text = _("Waive a rule for %(mentor)s (%(rules)s): %(gain)s.")
    return text % {**values, "rules": rules}


LOW_COST, MEDIUM_COST = 400, 1500  # points of the whole plan; most changes cost between the two


def gain_text(pairs: int, points: int) -> str:
    """Describe what the whole round gains, in people or in words for the points."""
    if pairs > 0:
        text = ngettext("matches %(count)s more person", "matches %(count)s more people", pairs)
        return text % {"count": pairs}
    if points <= LOW_COST:
        return _("makes the plan a little better")
    return _("makes the plan better") if points <= MEDIUM_COST else _("makes the plan much better")


def cost_text(pairs: int, points: int) -> str:
    """Describe what a change costs the whole round; negative numbers are gains."""
    if pairs > 0:
        text = ngettext(
            "leaves %(count)s more person out", "leaves %(count)s more people out", pairs
        )
        return text % {"count": pairs}
    if pairs < 0 or points < 0:
        return gain_text(-pairs, -points)
    if not points:
        return _("costs nothing")
    if points <= LOW_COST:
        return _("costs little")
    return _("costs something") if points <= MEDIUM_COST else _("costs a lot")


def infeasible_text(solver: SolverState, bad: InfeasibleRules) -> str:
    """Say which decisions contradict each other or a rule, with names."""
    ids = [solver.mentees[one.mentee] for one in bad.violations if one.mentee is not None]
    ids += [solver.mentors[one.mentor] for one in bad.violations if one.mentor is not None]
    rows = Application.objects.filter(pk__in=ids).select_related("person")
    names = {row.pk: str(row.person) for row in rows}
    return "; ".join(_violation_text(solver, violation, names) for violation in bad.violations)


def _violation_text(solver: SolverState, violation: Violation, names: Names) -> str:
    i, j = violation.mentee, violation.mentor
    people = {
        "mentee": "" if i is None else names.get(solver.mentees[i], ""),
        "mentor": "" if j is None else names.get(solver.mentors[j], ""),
    }
    match violation.code:
        case "pin_breaks_rule":
            known = i is not None and j is not None and solver.explained.why_not(i, j)
            criteria = solver.round.criteria
            rules = join_words(rule_text(code, criteria) for code in known or violation.codes)
            text = _("%(mentee)s can't be matched with %(mentor)s: %(rules)s")
            return text % {**people, "rules": rules}
        case "too_many_pins":
            return _("%(mentor)s has no free place: all of them are pinned") % people
        case "pinned_twice":
            return _("%(mentee)s is pinned to two mentors") % people
        case "pin_rejected":
            return _("%(mentee)s and %(mentor)s are both pinned and rejected") % people
        case "every_slot_pinned":
            return _("every possible place is pinned")
    return violation.text
