"""What other rules and weights would do: who would move, before anything is saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from ..criteria import CriteriaDict, build_criteria, criterion_labels, own_criteria
from ..engine import InfeasibleRules, unanswered
from ..explanations.explanation_text import infeasible_text
from ..explanations.explanations import explain
from ..models import Proposal, Round, RoundEntry, RoundPlan, Snapshot
from ..pool.own_columns import with_own_columns
from ..rounds.criteria_changes import SETTINGS, Settings
from ..rounds.minutes import names_of
from ..rounds.plan_updates import plan_of
from ..storage.solver_state import Decisions, SolverState, scored
from .change_preview import Move

MOST_SHOWN = 60
Band = Proposal.Band
Fits = dict[tuple[int, int], str]  # {(mentee, mentor): band}


@dataclass(frozen=True)
class CriteriaPreview:
    """What would change. Names that the member must not read are left out of `moves`.

    moving: people who would have another mentor, or none any more. pairs, unmatched: before and
    after. bands: (word, tone, before, after). weakest: (mentee, mentor, band) before and after.
    left_out: names of criteria that no one's answers feed.
    """

    moves: list[Move]
    moving: int
    hidden: int
    pairs: tuple[int, int]
    unmatched: tuple[int, int]
    bands: list[tuple[str, int, int]]
    weakest: tuple[Move | None, Move | None]
    left_out: list[str]

    @property
    def more(self) -> int:
        return self.moving - self.hidden - len(self.moves)


def preview_criteria(
    round_: Round, criteria: CriteriaDict, settings: Settings, user: User
) -> CriteriaPreview | None:
    """Solve the people of the last run under other criteria; writes nothing.

    None before the first run. Raises ActionNotAllowed if the decisions contradict the new rules, or
    if the criteria can't be used.
    """
    try:
        now = SolverState.load(round_)
    except RoundPlan.DoesNotExist:
        return None
    then = _under(now, criteria, settings)
    mates, later = now.mates(), then.mates()
    moved = [(pk, was, later[pk]) for pk, was in mates.items() if was != later[pk]]
    weakest = _weakest(now), _weakest(then)
    about = [[*one] for one in (*moved, *filter(None, weakest))]
    names = names_of([RoundEntry(moved=about, facts={})], user)
    fits = _fits(now), _fits(then)
    shown = [one for one in moved if all(pk in names for pk in one if pk)]
    plans = plan_of(now), plan_of(then)
    return CriteriaPreview(
        moves=[_move(*one, names, fits) for one in shown[:MOST_SHOWN]],
        moving=len(moved),
        hidden=len(moved) - len(shown),
        pairs=(plans[0].pairs, plans[1].pairs),
        unmatched=(len(mates) - plans[0].pairs, len(mates) - plans[1].pairs),
        bands=_bands(*fits) if now.is_small else [],
        weakest=(_named(weakest[0], names, fits[0]), _named(weakest[1], names, fits[1])),
        left_out=[criterion_labels(criteria)[one] for one in then.columns["left_out"]],
    )


def unfed_labels(round_: Round) -> list[str]:
    """Return the names of criteria that no one's answers fed in the last run; none before it."""
    columns = Snapshot.system.filter(round=round_).values_list("columns__left_out", flat=True)
    labels = criterion_labels(round_.criteria)
    return [labels[one] for one in columns.first() or []]


def _under(now: SolverState, criteria: CriteriaDict, settings: Settings) -> SolverState:
    """Return the people of `now`, scored and planned under other criteria."""
    round_, mates = now.round, now.mates()
    trial = Round(
        **{field.attname: getattr(round_, field.attname) for field in Round._meta.concrete_fields}
    )
    trial.criteria = criteria
    for name in SETTINGS:
        setattr(trial, name, settings[name])
    pool = now.pool
    if own_criteria(criteria) != own_criteria(round_.criteria):
        pool = with_own_columns(
            pool, round_.cohort, own_criteria(criteria), mentees=now.mentees, mentors=now.mentors
        )
    try:
        columns = {**now.columns, "left_out": unanswered(pool, build_criteria(criteria))}
        table = scored(trial, pool, columns)
        columns["most"] = [sum(table.max_points().values())]
        then = SolverState(trial, columns, table, now.capacity)
    except ValueError as wrong:
        raise ActionNotAllowed(
            _("These criteria can't be used: %(why)s.") % {"why": wrong}
        ) from wrong
    then._pool = pool
    try:
        then.solve(Decisions.of(round_), mates)
    except InfeasibleRules as bad:
        raise ActionNotAllowed(
            _("This is not possible: %(why)s.") % {"why": infeasible_text(then, bad)}
        ) from bad
    return then


def _fits(solver: SolverState) -> Fits:
    """Return the band of every pair of a plan; nothing for large rounds, to save time."""
    if not solver.is_small:
        return {}
    mu = plan_of(solver).mu
    pairs = [(i, int(mu[i])) for i in np.flatnonzero(mu >= 0).tolist()]
    return {
        (solver.mentees[i], solver.mentors[j]): explanation.band
        for (i, j), explanation in zip(pairs, explain(solver, pairs), strict=True)
    }


def _weakest(solver: SolverState) -> tuple[int, int] | None:
    """Return the pair with the lowest score, None without pairs."""
    mu, S = plan_of(solver).mu, solver.table.S
    placed = np.flatnonzero(mu >= 0)
    if not len(placed):
        return None
    i = int(placed[np.argmin(S[placed, mu[placed]])])
    return solver.mentees[i], solver.mentors[int(mu[i])]


def _move(
    mentee: int, was: int | None, now: int | None, names: dict[int, str], fits: tuple[Fits, Fits]
) -> Move:
    return Move(
        names[mentee],
        names.get(was or 0, ""),
        names.get(now or 0, ""),
        fits[0].get((mentee, was or 0), ""),
        fits[1].get((mentee, now or 0), ""),
    )


def _named(pair: tuple[int, int] | None, names: dict[int, str], fits: Fits) -> Move | None:
    """Return a pair by name; None without one, or if the member must not read about it."""
    if pair is None or not all(pk in names for pk in pair):
        return None
    return Move(names[pair[0]], "", names[pair[1]], "", fits.get(pair, ""))


def _bands(before: Fits, after: Fits) -> list[tuple[str, int, int]]:
    counts = Counter(before.values()), Counter(after.values())
    return [(str(band.label), counts[0][band], counts[1][band]) for band in Band]
