"""Why a pair has the score that it has, as codes and ids that can be stored, and never as sentences.

`why` of a pair:  u [[experience, "lived" or "accompanied"]], h [[topic, urgency, level]], slots [usual times in common, in
the mentee's local week], minutes (shared time a week), meet ["online", "in_person"], languages [ids], rhythm "same" or
"near", wish ["mentee", "mentor"], ahead (years), industries [ids], waiting (rounds), unknown [lines without an answer].
The words are made in `matching.reasons` for whoever reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from accounts.models.people import DAYS, PARTS

from .engine import ScoreTable
from .models import Proposal
from .sitting import Sitting

Band = Proposal.Band
BANDS = ((0.60, Band.STRONG), (0.45, Band.GOOD), (0.28, Band.POSSIBLE), (0.0, Band.THIN))
PART_BANDS = ((0.65, Band.STRONG), (0.40, Band.GOOD), (0.15, Band.POSSIBLE), (0.0, Band.THIN))
GAPS = {"u_none", "h_none", "times_none"}  # with one of these nothing is "Strong", whatever the points
BONUS = ("waiting", "wishes")  # on top of a fit, not part of the full measure
QUARTER = 15

DEPTH_NAMES = {1: "accompanied", 2: "lived"}
WAYS = (("online", 1), ("in_person", 2))


@dataclass(frozen=True)
class Explanation:
    score: int
    band: str
    parts: dict[str, int]
    why: dict[str, Any]
    cautions: list[str] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("score", "band", "parts", "why", "cautions")}


def band_of(points: int, most: int, bands: Iterable[tuple[float, str]] = BANDS) -> str:
    """The word for a number of points out of a possible most."""
    share = points / most if most else 0.0
    return next((band for least, band in bands if share >= least), Band.THIN)


def full_measure(most: Mapping[str, int]) -> int:
    """The points of a pair that suits in every way: everything but wishes and waiting, which come on top."""
    return sum(points for name, points in most.items() if name not in BONUS)


def explain(sitting: Sitting, pairs: Iterable[tuple[int, int]]) -> list[Explanation]:
    """Explanations of pairs of rows and columns, in their order. What is arithmetic is done for all of them at once."""
    wanted = list(pairs)
    if not wanted:
        return []
    rows, columns = np.array(wanted).T
    table = sitting.explained
    most, open_to = table.most(), (sitting.table.S >= 0).sum(axis=1)
    parts, hits = table.parts_of(rows, columns), table.hits_of(rows, columns)
    slots = shared_slots(sitting.pool, rows, columns)
    found = []
    for k, (i, j) in enumerate(wanted):
        points = {name: int(each[k]) for name, each in parts.items()}
        why = reasons_of(sitting, table, i, j, hits[k], slots[k])
        found.append(_explain(table, i, j, points, why, most, int(open_to[i])))
    return found


def _explain(
    table: ScoreTable, i: int, j: int, parts: dict[str, int], why: dict[str, Any], most: dict[str, int], open_to: int
) -> Explanation:
    fit = sum(points for name, points in parts.items() if name != "waiting")
    cautions = list(_cautions(why, open_to))
    band = band_of(fit, full_measure(most))
    if band == Band.STRONG and GAPS & set(cautions):
        band = Band.GOOD
    if band == Band.THIN:
        cautions.append("thin")
    if table.reasons and (i, j) in table.reasons.lifted:
        cautions.append("override")
    return Explanation(sum(parts.values()), band, parts, why, cautions)


def reasons_of(
    sitting: Sitting, table: ScoreTable, i: int, j: int, hits: dict[str, list[tuple[int, int]]], slots: list[str]
) -> dict[str, Any]:
    """Everything that speaks for a pair, and what is not known."""
    pool, columns = sitting.pool, sitting.columns
    me, mo = pool.mentees, pool.mentors
    why: dict[str, Any] = {
        "u": [
            [columns["experiences"][c], DEPTH_NAMES[int(mo.situations[j, c])]] for c, _ in hits.get("understands", [])
        ],
        "h": [[columns["topics"][c], int(me.topics[i, c]), int(mo.topics[j, c])] for c, _ in hits.get("can_help", [])],
        "slots": slots,
        "minutes": hits["practical.hours"][0][0] * QUARTER if "practical.hours" in hits else 0,
        "meet": ways_to_meet(pool, i, j),
        "languages": _both(me.languages, mo.languages, i, j, columns["languages"]),
        "industries": _both(me.industries, mo.industries, i, j, columns["industries"]),
        "rhythm": _rhythm(int(me.rhythm[i]), int(mo.rhythm[j])),
        "wish": [side for side in ("mentee", "mentor") if f"wishes.{side}" in hits],
        "ahead": int(mo.years[j] - me.years[i]) if me.years[i] >= 0 and mo.years[j] >= 0 else None,
        "waiting": int(me.waiting[i]),
        "unknown": table.unknown(i, j),
    }
    why["asked"] = [int(np.count_nonzero(me.situations[i])), int(np.count_nonzero(me.topics[i]))]
    return {name: value for name, value in why.items() if value not in (None, [], 0, "")}


def _both(mine: Any, theirs: Any, i: int, j: int, ids: list[int]) -> list[int]:
    return [ids[c] for c in np.flatnonzero((mine[i] > 0) & (theirs[j] > 0))]


def _rhythm(mine: int, theirs: int) -> str:
    if mine < 0 or theirs < 0:
        return ""
    return {0: "same", 1: "near"}.get(abs(mine - theirs), "")


def ways_to_meet(pool: Any, i: int, j: int) -> list[str]:
    """How the two can meet; in person only where both named the same place."""
    both = int(pool.mentees.mode[i]) & int(pool.mentors.mode[j])
    near = pool.mentees.place[i] >= 0 and pool.mentees.place[i] == pool.mentors.place[j]
    return [name for name, bit in WAYS if both & bit and (name == "online" or near)]


def shared_slots(pool: Any, rows: Any, columns: Any) -> list[list[str]]:
    """For each pair, the usual times that both have, in the mentee's local week, in winter and in summer alike."""
    me, mo = pool.mentees, pool.mentors
    common, theirs = (np.repeat(hours, 4, axis=1) > 0 for hours in (me.hours[rows], mo.hours[columns]))
    clock = np.arange(common.shape[1])
    for week in range(me.utc_offset.shape[1]):
        ahead = (me.utc_offset[rows, week].astype(np.int64) - mo.utc_offset[columns, week]) // QUARTER
        common &= np.take_along_axis(theirs, (clock - ahead[:, None]) % len(clock), axis=1)
    names = [f"{day}-{part}" for day in DAYS for part in PARTS]
    spans = [(24 * number + first, 24 * number + last) for number in range(len(DAYS)) for first, last in PARTS.values()]
    long_enough = np.column_stack([common[:, 4 * first : 4 * last].sum(axis=1) >= 4 for first, last in spans])
    return [[name for name, shared in zip(names, row, strict=True) if shared] for row in long_enough.tolist()]


def _cautions(why: dict[str, Any], open_to: int) -> Iterable[str]:
    """Codes of what a person should look at before this pair is made."""
    unknown = why.get("unknown", [])
    situations, needs = why.get("asked", [0, 0])
    if "understands" in unknown:
        yield "u_unknown" if not situations else "u_mentor_unknown"
    elif not why.get("u"):
        yield "u_none"
    if "can_help" in unknown:
        yield "h_unknown" if not needs else "h_mentor_unknown"
    elif not why.get("h"):
        yield "h_none"
    if "practical.hours" in unknown:
        yield "times_unknown"
    elif not why.get("slots"):
        yield "times_none"
    if "practical.place" in unknown:
        yield "place_unknown"
    if open_to == 1:
        yield "only_one"
