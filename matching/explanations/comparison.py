"""A pair by criterion, for comparing candidates: a band for each, and the facts behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matches.vocabulary_text import Vocabulary, slots_text

from ..criteria import WAY_OF_WORKING, rule_text
from ..engine import most_with_marks
from ..models import Proposal
from ..own_criteria import OwnCriterion, why_not_text, why_text
from .explanation_text import answered_alike, can_help, meeting_text, wishes
from .explanations import PART_BANDS, Explanation, band_of

Band = Proposal.Band
MATTERS_TEXTS = {
    "mentee": gettext_lazy("matters most to the mentee"),
    "mentor": gettext_lazy("matters most to the mentor"),
}
PRACTICAL_RULES = {"mode_place", "hours", "language"}
GAP_OF = {"understands": "u_none", "can_help": "h_none", "practical": "times_none"}


@dataclass(frozen=True)
class Cell:
    """One dimension of one candidate; `band` is a word for the reader, or empty."""

    band: str
    lines: list[str]


class Dimensions:
    """Puts pairs of one round into words.

    `most` is what each criterion can give, `own` are those of the program's own questions.
    """

    def __init__(
        self, vocabulary: Vocabulary, most: Mapping[str, int], own: Iterable[OwnCriterion] = ()
    ) -> None:
        self.vocabulary, self.most, self.own = vocabulary, most, list(own)

    def cells(self, explanation: Explanation, codes: Collection[str]) -> dict[str, Cell]:
        """{dimension: cell} of one pair; `codes` are the rules in its way."""
        facts = {
            "understands": self._understands(explanation.why),
            "can_help": [one.text for one in can_help(explanation.why, self.vocabulary)],
            "practical": self._practical(explanation.why),
            "way_of_working": [one.text for one in answered_alike(explanation.why)],
            "wishes": [one.text for one in wishes(explanation.why)],
        }
        if not self.most.get(WAY_OF_WORKING):
            del facts[WAY_OF_WORKING]
        for side, code in explanation.why.get("matters", {}).items():
            if code in facts:
                facts[code].insert(0, str(MATTERS_TEXTS[side]))
        cells = {name: Cell(self._word(name, explanation), lines) for name, lines in facts.items()}
        in_the_way = [str(rule_text(code)) for code in codes if code in PRACTICAL_RULES]
        if in_the_way:  # people who can't meet have nothing practical in common
            cells["practical"] = Cell("", in_the_way)
        return cells | {one["code"]: self._own(one, explanation, codes) for one in self.own}

    def _own(
        self, criterion: OwnCriterion, explanation: Explanation, codes: Collection[str]
    ) -> Cell:
        code = criterion["code"]
        if code in codes:
            return Cell("", [why_not_text(criterion)])
        if code in explanation.why.get("unknown", []):
            return Cell(_("Not known"), [])
        if code in explanation.why.get("own", []):
            band = band_of(explanation.parts[code], self.most[code], PART_BANDS)
            return Cell(str(Band(band).label), [why_text(criterion)])
        return Cell("", [_("doesn't count for this pair")])

    def _word(self, name: str, explanation: Explanation) -> str:
        if name == "wishes" or not self.most.get(name):
            return ""
        if name != "practical" and name in explanation.why.get("unknown", []):
            return _("Not known")
        most = most_with_marks(self.most, explanation.why.get("matters", {}).values())
        band = band_of(explanation.parts.get(name, 0), most[name], PART_BANDS)
        if GAP_OF.get(name) in explanation.cautions and band in {Band.STRONG, Band.GOOD}:
            band = Band.POSSIBLE
        return str(Band(band).label)

    def _understands(self, why: dict[str, Any]) -> list[str]:
        depths = {
            "lived": _("%(what)s (been through it)"),
            "accompanied": _("%(what)s (accompanied someone)"),
        }
        return [
            depths[depth] % {"what": self.vocabulary.experience(pk)}
            for pk, depth in why.get("u", [])
        ]

    def _practical(self, why: dict[str, Any]) -> list[str]:
        languages = self.vocabulary.languages(why.get("languages", []))
        return [
            line
            for line in (slots_text(why.get("slots", []), 3), meeting_text(why), languages)
            if line
        ]
