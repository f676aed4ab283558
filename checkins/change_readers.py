"""Who is shown which change between two surveys, in words.

A member is shown a change if it tells them about no few people, beside the figures that they are
shown of the months it comes from and the other changes, whatever else they may read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from programs.models import Cohort

from .answer_changes import EARLIER, StoredChange, StoredMean, cell_of, parts_of, safe_parts
from .disclosure_by_sums import Cell, sum_of
from .models import Kind, Question, Wave
from .result_readers import ReaderContext, ResultReader, group_name, knows_turnout, with_turnout
from .results import Table
from .suppression import Knowledge, Source


@dataclass(frozen=True)
class Part:
    """The change of one group; `count` is None where the number is hidden, `mean` where all is."""

    role: str
    mean: StoredMean | None
    count: int | None
    steps: int  # of the scale
    smallest: int

    @property
    def who(self) -> str:
        return group_name(self.role)

    @property
    def sentence(self) -> str:
        """Say what has changed; never why."""
        if self.mean is None:
            return _(
                "Hidden: too few people answered both times, or someone's answer could be worked "
                "out from it."
            )
        numbers = {
            "mean": number_format(abs(self.mean["mean"]), 1),
            "low": number_format(self.mean["low"], 1),
            "high": number_format(self.mean["high"], 1),
            "steps": self.steps,
            "people": self._people,
        }
        if self.mean["low"] > 0:
            words = _(
                "Rose by %(mean)s on a scale of %(steps)s (between %(low)s and %(high)s), from "
                "%(people)s who answered both times."
            )
        elif self.mean["high"] < 0:
            words = _(
                "Fell by %(mean)s on a scale of %(steps)s (between %(low)s and %(high)s), from "
                "%(people)s who answered both times."
            )
        else:
            words = _(
                "No clear change on a scale of %(steps)s (between %(low)s and %(high)s), from "
                "%(people)s who answered both times."
            )
        return words % numbers

    @property
    def _people(self) -> str:
        if self.count is None:
            return _("at least %(n)s people") % {"n": self.smallest}
        return ngettext("%(n)s person", "%(n)s people", self.count) % {"n": self.count}

    def _place(self, value: float) -> float:
        """Return where a change stands between the largest fall and rise, in percent."""
        reach = self.steps - 1
        return 50 + 50 * max(-reach, min(reach, value)) / reach

    @property
    def drawn(self) -> dict[str, str]:
        """Return the places of the interval and its middle, in percent of the width."""
        assert self.mean is not None
        low, high = (self._place(self.mean[end]) for end in ("low", "high"))
        places = {"start": low, "width": high - low, "middle": self._place(self.mean["mean"])}
        return {name: f"{place:.1f}%" for name, place in places.items()}


@dataclass(frozen=True)
class Change:
    """One question between two surveys, as a member is shown it."""

    question: Question
    wave: Wave  # of the later answers
    before: str  # kind of the earlier survey
    parts: list[Part]

    @property
    def title(self) -> str:
        """Name the two surveys."""
        return _("From %(earlier)s to %(later)s") % {
            "earlier": Kind(self.before).label,
            "later": self.wave.get_kind_display(),
        }


def changes_shown(cohort: Cohort, user: User) -> dict[Question, list[Change]]:
    """Return what `user` is shown of the changes in `cohort`, by question, in the order asked."""
    waves = _waves(cohort, user)
    context = ReaderContext(waves, user)
    later = [(wave, change) for wave in waves for change in wave.changes]
    found: dict[Question, list[Change]] = {}
    for code in _codes(context, later):
        rows = [(wave, change) for wave, change in later if change["code"] == code]
        for change in _shown(context, code, rows):
            first = found.setdefault(
                next((q for q in found if q.code == code), change.question), []
            )
            first.append(change)
    return found


def _waves(cohort: Cohort, user: User) -> list[Wave]:
    kinds = {*EARLIER, *(kind for before in EARLIER.values() for kind in before)}
    rows = Wave.objects.for_committee(user).filter(cohort=cohort, kind__in=kinds)
    found = with_turnout(rows, user).select_related("cohort__program")
    return list(found.order_by("published_at", "pk"))


def _codes(context: ReaderContext, later: Sequence[tuple[Wave, StoredChange]]) -> list[str]:
    questions = {
        change["code"]: context.questions[change["question"]].position for _wave, change in later
    }
    return sorted(questions, key=lambda code: (questions[code], code))


def _shown(
    context: ReaderContext, code: str, rows: Sequence[tuple[Wave, StoredChange]]
) -> Iterator[Change]:
    changes = [change for _wave, change in rows]
    question = context.questions[changes[0]["question"]]
    smallest = max(wave.smallest_group for wave in context.waves)
    reader = _knowledge(context, question, changes)
    base = list(_figures(context, code))
    turnout_known = {wave.pk: knows_turnout(wave) for wave in context.waves}
    for (wave, change), shown in zip(
        rows, safe_parts(changes, base, smallest, reader), strict=True
    ):
        is_counted = all(turnout_known[pk] for pk in (wave.pk, *change["waves"]))
        asked = context.questions[change["question"]]
        yield Change(
            asked,
            wave,
            change["before"],
            list(_parts(change, shown, asked, is_counted=is_counted, smallest=smallest)),
        )


def _parts(
    change: StoredChange, shown: set[str], question: Question, *, is_counted: bool, smallest: int
) -> Iterator[Part]:
    means = {"": change["total"], **change["parts"]}
    for role, stored in means.items():
        mean = stored if role in shown else None
        count = mean["count"] if mean and is_counted else None
        yield Part(role, mean, count, len(question.choices), smallest)


def _knowledge(
    context: ReaderContext, question: Question, changes: Iterable[StoredChange]
) -> Knowledge:
    """Return what they know of all answers to the question, in every month."""
    answers: set[Source] = set()
    for change in changes:
        for role in parts_of(change):
            answers |= cell_of(change, role).keys()
    for _wave, table in _tables(context, question.code):
        for sources in table["counted"].values():
            answers |= {Source(*source) for source in sources}
    return context.knowledge(question.channel, frozenset(answers))


def _figures(context: ReaderContext, code: str) -> Iterator[Cell]:
    """Yield the figures of the question that the member is shown, as sums over answers."""
    for wave, table in _tables(context, code):
        shown = ResultReader(wave, context).shown(context.questions[table["question"]], table)
        parts = {
            role: {Source(*source) for source in sources}
            for role, sources in table["counted"].items()
        }
        for role in shown:
            cell = parts[role] if role else set().union(*parts.values())
            if cell:
                yield sum_of(cell)


def _tables(context: ReaderContext, code: str) -> Iterator[tuple[Wave, Table]]:
    """Yield the stored figures of the question, month by month."""
    for wave in context.waves:
        for table in wave.figures:
            if context.questions[table["question"]].code == code:
                yield wave, table
