"""From codes to sentences, for whoever reads them.

Three rules. The words come from facts that the two people gave, and never from a protected trait. A mentor's own
experience is named to the committee; to the partner only where its owner allowed it. Wishes about named people, cautions
and prices are the committee's alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from matches.vocabulary import Vocabulary, format_number, join_words, slots_text

from ..criteria import rule_text
from ..engine import InfeasibleRules
from ..storage.solver_state import SolverState

CAUTION_TEXTS = {
    "u_none": gettext_lazy("the mentor does not say that they know this situation"),
    "u_unknown": gettext_lazy("the mentee has not said what they are going through"),
    "u_mentor_unknown": gettext_lazy("the mentor has not said what they have lived through"),
    "h_none": gettext_lazy("none of the mentee's topics is among the mentor's"),
    "h_unknown": gettext_lazy("the mentee has not named a topic"),
    "h_mentor_unknown": gettext_lazy("the mentor has not named a topic"),
    "times_none": gettext_lazy("no usual time in common"),
    "times_unknown": gettext_lazy("usual times are not known"),
    "place_unknown": gettext_lazy("how or where to meet is not known"),
    "thin": gettext_lazy("little speaks for this pair"),
    "only_one": gettext_lazy("this is the only mentor who is possible"),
    "override": gettext_lazy("a rule was set aside for this pair"),
}
CRITERION_TEXTS = {
    "understands": gettext_lazy("what they are going through, or have lived through"),
    "can_help": gettext_lazy("topics"),
    "practical.hours": gettext_lazy("usual times"),
    "practical.place": gettext_lazy("how and where to meet"),
    "practical.language": gettext_lazy("languages"),
    "practical.rhythm": gettext_lazy("how often to meet"),
    "gap": gettext_lazy("years of experience"),
    "industry": gettext_lazy("industries"),
}


@dataclass(frozen=True)
class Why:
    """One reason: `kind` is U, H, P, W or "!", `text` a short phrase."""

    kind: str
    text: str


def committee_whys(
    why: dict[str, Any], cautions: Iterable[str], vocabulary: Vocabulary
) -> list[Why]:
    """The chips of a pair for the committee: what speaks for it, then what needs a look."""
    found = [
        *understands(why, vocabulary),
        *can_help(why, vocabulary),
        *practical(why, vocabulary),
        *wishes(why),
    ]
    return [
        *found,
        *(Why("!", str(CAUTION_TEXTS[code])) for code in cautions if code in CAUTION_TEXTS),
    ]


def understands(why: dict[str, Any], vocabulary: Vocabulary) -> list[Why]:
    lived = [vocabulary.experience(pk) for pk, depth in why.get("u", []) if depth == "lived"]
    accompanied = [vocabulary.experience(pk) for pk, depth in why.get("u", []) if depth != "lived"]
    found = []
    if lived:
        found.append(Why("U", _("lived it: %(what)s") % {"what": join_words(lived)}))
    if accompanied:
        found.append(
            Why("U", _("accompanied someone: %(what)s") % {"what": join_words(accompanied)})
        )
    return found


def can_help(why: dict[str, Any], vocabulary: Vocabulary) -> list[Why]:
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


def practical(why: dict[str, Any], vocabulary: Vocabulary) -> list[Why]:
    parts = [
        slots_text(why.get("slots", [])),
        meeting_text(why),
        vocabulary.languages(why.get("languages", [])),
    ]
    said = [part for part in parts if part]
    return [Why("P", " · ".join(said))] if said else []


def meeting_text(why: dict[str, Any]) -> str:
    ways = why.get("meet", [])
    if ways == ["online"]:
        return _("online only")
    if ways == ["in_person"]:
        return _("in person")
    return _("in person or online") if ways else ""


def wishes(why: dict[str, Any]) -> list[Why]:
    match why.get("wish", []):
        case ["mentee", "mentor"]:
            return [Why("W", _("they named each other"))]
        case ["mentee"]:
            return [Why("W", _("the mentee asked for this mentor"))]
        case ["mentor"]:
            return [Why("W", _("the mentor asked for this mentee"))]
    return []


def why_left_out(why: dict[str, Any], names: dict[int, str]) -> str:
    """Why nobody is proposed for a mentee, for the committee. `names` of mentors by id of their application."""
    match why.get("kind"):
        case "none":
            rules = [
                ngettext("%(rule)s (%(count)s mentor)", "%(rule)s (%(count)s mentors)", count)
                % {"rule": rule_text(code), "count": count}
                for code, count in sorted(why.get("blocked", {}).items(), key=lambda one: -one[1])
            ]
            return (
                _("No mentor is possible: %(rules)s.") % {"rules": join_words(rules)}
                if rules
                else _("No mentor is possible.")
            )
        case "crowded" if "mentees" in why:
            mentors = ngettext("%(count)s mentor", "%(count)s mentors", why["mentors"]) % {
                "count": why["mentors"]
            }
            text = ngettext(
                "%(mentees)s mentees can only go to the same %(mentors)s, with %(places)s place between them.",
                "%(mentees)s mentees can only go to the same %(mentors)s, with %(places)s places between them.",
                why["places"],
            )
            return text % {**why, "mentors": mentors}
        case "crowded":
            return _("The mentors who would be possible are full.")
        case "priced":
            pairs, points = why["lost"]
            mentor = names.get(why["mentor"], _("a mentor"))
            return _("A place with %(mentor)s could be had; %(cost)s.") % {
                "mentor": mentor,
                "cost": cost_text(pairs, points),
            }
    return ""


def fix_text(fix: list[Any], names: dict[int, str]) -> str:
    """One change that would help somebody left out, and what it brings."""
    what, mentor, codes, pairs, points = fix
    name = names.get(mentor, _("a mentor"))
    brings = gain_text(pairs, points)
    if what == "capacity":
        return _("Ask %(mentor)s for one more place: %(brings)s.") % {
            "mentor": name,
            "brings": brings,
        }
    rules = join_words(rule_text(code) for code in codes)
    return _("Set a rule aside for %(mentor)s (%(rules)s): %(brings)s.") % {
        "mentor": name,
        "rules": rules,
        "brings": brings,
    }


def gain_text(pairs: int, points: int) -> str:
    if pairs > 0:
        return ngettext("places %(count)s more person", "places %(count)s more people", pairs) % {
            "count": pairs
        }
    text = ngettext("%(count)s point more in all", "%(count)s points more in all", points)
    return text % {"count": format_number(points)}


LITTLE, SOME = 400, 1500  # points of the whole plan: the usual price of a change is between the two


def cost_text(pairs: int, points: int) -> str:
    """What a change costs the whole round, first as a word, then as a number; negative numbers are gains."""
    if pairs > 0:
        return ngettext(
            "leaves %(count)s more person out", "leaves %(count)s more people out", pairs
        ) % {"count": pairs}
    if pairs < 0 or points < 0:
        return gain_text(-pairs, -points)
    if not points:
        return _("costs nothing")
    text = (
        _("costs little")
        if points <= LITTLE
        else _("costs something")
        if points <= SOME
        else _("costs much")
    )
    number = ngettext("%(count)s point less in all", "%(count)s points less in all", points)
    return f"{text} ({number % {'count': format_number(points)}})"


def infeasible_text(solver: SolverState, bad: InfeasibleRules) -> str:
    """The reasons of the engine in text, with names."""
    from applications.models import Application

    ids = [solver.mentees[r.mentee] for r in bad.violations if r.mentee is not None]
    ids += [solver.mentors[r.mentor] for r in bad.violations if r.mentor is not None]
    names = {
        one.pk: str(one.person)
        for one in Application.objects.filter(pk__in=ids).select_related("person")
    }
    return "; ".join(_violation_text(solver, reason, names) for reason in bad.violations)


def _violation_text(solver: SolverState, reason: Any, names: dict[int, str]) -> str:
    who = {
        "mentee": names.get(solver.mentees[reason.mentee], "") if reason.mentee is not None else "",
        "mentor": names.get(solver.mentors[reason.mentor], "") if reason.mentor is not None else "",
    }
    match reason.code:
        case "pin_breaks_rule":
            codes = solver.explained.why_not(reason.mentee, reason.mentor) or reason.codes
            rules = join_words(rule_text(code) for code in codes)
            return _("%(mentee)s cannot go with %(mentor)s: %(rules)s") % {**who, "rules": rules}
        case "too_many_pins":
            return _("%(mentor)s has no further place: every place is pinned") % who
        case "pinned_twice":
            return _("%(mentee)s is pinned to two mentors") % who
        case "pin_rejected":
            return _("%(mentee)s and %(mentor)s are both pinned and turned down") % who
        case "every_slot_pinned":
            return _("every place that could be used is pinned")
    return reason.text
