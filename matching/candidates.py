"""One mentee with the mentors who could be theirs, side by side: each dimension in words, and what choosing would do.

Prices hold for one change at a time: two changes that cost nothing each can cost together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from programs.models import Application, ApplicationExperience

from .board import BAND_TONES
from .changing import plan_of
from .engine import Prices
from .explaining import PART_BANDS, Explanation, band_of, explain
from .models import Proposal, Round
from .places import places_of
from .reasons import CAUTION_WORDS, Words, can_help, cost_words, listed, meeting_words, slot_words, wishes
from .sitting import Decisions, Sitting
from .standing import people_near
from .terms import OVERRIDABLE, WEIGHTS, rule_words

SHOWN, CLOSED_SHOWN = 6, 4
Band = Proposal.Band
DIMENSIONS = ("understands", "can_help", "practical", "wishes")


@dataclass(frozen=True)
class Cell:
    """One dimension of one candidate: a word, and the facts behind it."""

    band: str
    lines: list[str]


@dataclass(frozen=True)
class Candidate:
    """A mentor beside the mentee. `rules` are in the way of a closed one; `price` is what choosing costs, in words."""

    mentor: Application
    explanation: Explanation
    cells: dict[str, Cell]
    places: str
    price: str
    is_current: bool = False
    is_rejected: bool = False
    rules: list[str] = field(default_factory=list)
    can_be_set_aside: bool = False

    @property
    def named_cells(self) -> list[tuple[Any, Cell]]:
        return [(WEIGHTS[name][0], cell) for name, cell in self.cells.items()]

    @property
    def points(self) -> list[int]:
        """Points per criterion, in the order of the table of points."""
        return [self.explanation.parts[code] for code in WEIGHTS if code in self.explanation.parts]

    @property
    def cautions(self) -> list[Any]:
        return [CAUTION_WORDS[code] for code in self.explanation.cautions if code in CAUTION_WORDS]

    @property
    def tone(self) -> str:
        return BAND_TONES.get(self.explanation.band, "info")

    @property
    def band_label(self) -> str:
        return str(Band(self.explanation.band).label)


@dataclass(frozen=True)
class Comparison:
    open: list[Candidate]
    closed: list[Candidate]
    more: int  # further mentors who would be possible
    hidden: int  # mentors near the member who asks
    parts: list[tuple[str, str]]  # (criterion, its name) of the table of points


def compare(round_: Round, row: Proposal, user: Any, *, show_all: bool = False) -> Comparison:
    """The candidates of one mentee, the best first; those who are closed with the rule that closes them."""
    sitting, decisions = Sitting.load(round_), Decisions.of(round_)
    i = sitting.row[row.mentee_id]
    mentors = _mentors(sitting, user)
    order = _order(sitting, i, int(plan_of(sitting).mu[i]), mentors)
    open_ = [j for j in order if sitting.table.S[i, j] >= 0]
    closed = _nearest_closed(sitting, i, [j for j in order if sitting.table.S[i, j] < 0])
    shown = open_ if show_all else open_[:SHOWN]
    made = _Maker(round_, sitting, decisions, row, mentors)
    explained = explain(sitting, [(i, j) for j in (*shown, *closed)])
    cards = [made.candidate(i, j, said) for j, said in zip((*shown, *closed), explained, strict=True)]
    criteria = [(name, str(label)) for name, (label, _help) in WEIGHTS.items() if explained and name in explained[0].parts]
    return Comparison(
        cards[: len(shown)], cards[len(shown) :], len(open_) - len(shown), len(sitting.mentors) - len(mentors), criteria
    )


def _mentors(sitting: Sitting, user: Any) -> dict[int, Application]:
    """{column: mentor} without those near `user`."""
    rows = Application.objects.filter(pk__in=sitting.mentors).exclude(person__in=people_near(user))
    found = {one.pk: one for one in rows.select_related("person__profile", "cohort__program__policy")}
    return {j: found[pk] for j, pk in enumerate(sitting.mentors) if pk in found}


def _order(sitting: Sitting, i: int, current: int, mentors: dict[int, Application]) -> list[int]:
    """The proposed mentor first, then by score; ties in the order of the stable keys, so it is the same for everybody."""
    scores = sitting.table.S[i]
    return sorted(mentors, key=lambda j: (j != current, -int(scores[j]), j))


def _nearest_closed(sitting: Sitting, i: int, closed: list[int]) -> list[int]:
    """The closed mentors whom the fewest rules stop, the best fit first."""
    table = sitting.explained
    raw = dict(zip(closed, table.raw(i, closed).tolist(), strict=True)) if closed else {}
    nearest = sorted(closed, key=lambda j: (len(table.why_not(i, j)), -raw[j], j))
    return [j for j in nearest if "self_pair" not in table.why_not(i, j)][:CLOSED_SHOWN]


class _Maker:
    """Makes candidates of one mentee; reads what all of them need once."""

    def __init__(
        self, round_: Round, sitting: Sitting, decisions: Decisions, row: Proposal, mentors: dict[int, Application]
    ) -> None:
        self.sitting, self.row, self.mentors = sitting, row, mentors
        self.words = Words(round_.program)
        self.most = sitting.explained.most()
        self.plan = plan_of(sitting)
        self.rejected = {mentor for mentee, mentor in decisions.forbids if mentee == row.mentee_id}
        i = sitting.row[row.mentee_id]
        prices = Prices(sitting.working(decisions), self.plan)
        self.costs = prices.split(prices.of(i)) if not row.is_pinned and not row.sits_out else None
        self.load = np.bincount(self.plan.mu[self.plan.mu >= 0], minlength=len(sitting.mentors))

    def candidate(self, i: int, j: int, said: Explanation) -> Candidate:
        mentor, table = self.mentors[j], self.sitting.explained
        codes = table.why_not(i, j)
        return Candidate(
            mentor=mentor,
            explanation=said,
            cells={name: self._cell(name, said) for name in DIMENSIONS},
            places=_("%(used)s of %(places)s taken") % {"used": self._used(j, mentor), "places": places_of(mentor)},
            price=self._price(j),
            is_current=mentor.pk == self.row.mentor_id,
            is_rejected=mentor.pk in self.rejected,
            rules=[str(rule_words(code)) for code in codes],
            can_be_set_aside=bool(codes) and all(c.removesuffix("_unknown") in OVERRIDABLE and c != "both_ways" for c in codes),
        )

    def _used(self, j: int, mentor: Application) -> int:
        """Mentees of this plan, and of open matches from before: the places that were not brought into the round."""
        return int(self.load[j]) + max(places_of(mentor) - int(self.plan.seats[j]), 0)

    def _price(self, j: int) -> str:
        if self.costs is None:
            return ""
        pairs, points = int(self.costs[0][j]), int(self.costs[1][j])
        return _("not possible: every place is pinned") if pairs < 0 and not self._free(j) else cost_words(pairs, points)

    def _free(self, j: int) -> bool:
        return bool(np.isfinite(self.costs[1][j])) and self.plan.seats[j] > self.load[j] if self.costs else False

    def _cell(self, name: str, said: Explanation) -> Cell:
        words = {"understands": self._understands, "can_help": self._can_help, "practical": self._practical, "wishes": self._wishes}
        most = self.most.get(name, 0)
        band = str(Band(band_of(said.parts.get(name, 0), most, PART_BANDS)).label) if most and name != "wishes" else ""
        unknown = [line for line in said.why.get("unknown", []) if line.split(".")[0] == name]
        if name in unknown:
            band = _("Not known")
        return Cell(band, words[name](said.why))

    def _understands(self, why: dict[str, Any]) -> list[str]:
        depths = dict(ApplicationExperience.Depth.choices)
        return [f"{self.words.experience(pk)} ({self._depth(depth, depths)})" for pk, depth in why.get("u", [])]

    @staticmethod
    def _depth(depth: str, _depths: Any) -> str:
        return _("lived it") if depth == "lived" else _("accompanied someone")

    def _can_help(self, why: dict[str, Any]) -> list[str]:
        return [one.text for one in can_help(why, self.words)]

    def _practical(self, why: dict[str, Any]) -> list[str]:
        lines = [slot_words(why.get("slots", []), 3), meeting_words(why), self.words.languages(why.get("languages", []))]
        return [line for line in lines if line]

    def _wishes(self, why: dict[str, Any]) -> list[str]:
        return [one.text for one in wishes(why)] or [_("none stated")]


def own_words(application: Application) -> list[dict[str, Any]]:
    """What a person wrote and marked, for the head of the page. The committee reads it all; quotes come from the block
    that is shared with the match anyway, never from the private answers."""
    lives = [str(row.experience) for row in application.experience_rows.select_related("experience")]
    topics = [str(row.topic) for row in application.topic_rows.select_related("topic")]
    rows = [
        {"key": _("In their own words"), "value": application.situation},
        {"key": _("Hopes for"), "value": application.hopes},
        {"key": _("Going through"), "value": listed(lives, 6)},
        {"key": _("Would like help with"), "value": listed(topics, 6)},
    ]
    return [row for row in rows if row["value"]]
