"""The matching engine: people and criteria in, the provably best plan out, with reasons and prices.

Pure: numpy, scipy and the standard library; no Django, no clock, no files, no randomness. Everything raises ValueError
(or its subclass BadRules, with named reasons) for input that makes no sense.

    pool  = Pool(mentees=Side(ids=..., topics=..., ...), mentors=Side(...), seats={"mentor id": 2, ...},
                 pairs={"conflict": [("mentee id", "mentor id")], "keep_apart": [...]},
                 mentee_wishes=[("mentee id", "mentor id", rank)], mentor_wishes=[...])
    table = score(pool, Criteria(weights=..., rules=...), overrides=[("mentee id", "mentor id", ["same_employer"])])
    plan  = solve(table, pool.seats, Rules(pins=((i, j),), forbids=(), objective="most"), prior=None)

**Positions.** i is a mentee, j a mentor: rows and columns of `table.S`, in the order of `pool.mentees.ids` and
`pool.mentors.ids`, which a Pool always sorts by key. `pool.mentees.index(id)` gives i. -1 is "unmatched".

**Table** (ScoreTable): `.S` scores, -1 forbidden; `.parts(i, js, fine=False)` points per criterion, adding up to
`.raw(i, js)`; `.parts_of(i_array, j_array)` the same for many pairs at once; `.fit(i, js)` the same without waiting; `.max_points(fine=False)` the most that each part can give;
`.why_not(i, j)` codes of the rules that forbid (LABELS has English words); `.hits(i, j)` which answers earned points (`.hits_of` for many pairs);
`.unknown(i, j)` which lines lack an answer; `.rule_counts`, `.undecided`, `.missing` for the report; `.digest`.
`ScoreTable(S)` takes a bare integer array (N, M). `with_reasons(stored_table, pool, criteria, overrides)` makes the
reasons of stored scores again without scoring.

**Plan**: `.mu[i]` mentor or -1; `.pairs`, `.total`, `.certificate`, `.input_hash`, `.seats`, `.rules`, `.prior`, `.floor`,
`.u`, `.v`; `.as_bytes()`. `verify(table, seats, rules, plan)` is the independent check. `moves(a.mu, b.mu)` compares.

**After the plan**
`WhatIf(table, plan, rules=None)`: `pin(i, j)`, `unpin(i)`, `forbid(i, j)`, `allow(i, j, score=None)`, `seats(j, delta)`,
`edit(i, scores)`, `undo()`, each -> Change(moved, d_pairs, d_total, plan); `proven()` -> the plan with its certificate.
`Prices(table, plan)`: `pin_loss(i, j)`, `forbid_loss(i)`, `unmatched_loss(i)`, `alternatives(i, k)`, `lift(i, j)`,
`seat_gain(j)`, `seat_gains()`, `seat_loss(j)`, `swap(i, k)` -> Loss or Gain (pairs, points), None = impossible;
`of(i)` prices one mentee without the others; `matrix` and `split` for all of them at once.
`frontier(table, plan)` -> [Floor(floor, pairs, total, cost, moved)]; `audit(table, plan, views=None)` -> Audit;
`why_unmatched(table, plan, i, prices=None)` -> NoMentor | Crowded | Priced, each with `.fixes`;
`blocked_by(table, plan, i, j)` -> rules and decisions that close a pair.

Sources of the method: Ahuja, Magnanti, Orlin, "Network Flows" (1993); Kuhn (1955), Jonker and Volgenant (1987) for the
assignment itself, which is `scipy.optimize.linear_sum_assignment`.
"""

from matching.engine.explaining.audit import Audit, BlockingPairs, Cutoff, RanksEffect, audit
from matching.engine.explaining.min_score_frontier import FrontierPoint, min_score_frontier
from matching.engine.explaining.unmatched import (
    CapacityShortage,
    IneligibleMentor,
    NoEligibleMentor,
    Remedy,
    TooCostly,
    blocked_by,
    why_unmatched,
)
from matching.engine.explaining.whatif import Change, WhatIf
from matching.engine.problem.constraints import DEFAULT_HARD_RULES, HARD_RULES, RULE_LABELS
from matching.engine.problem.criteria import PRACTICAL_SHARES, SCALE, STANDARD_WEIGHTS, Criteria
from matching.engine.problem.custom_criteria import CustomCriterion, Gap, Overlap, Rating, Same
from matching.engine.problem.people import PAIR_RULES, Pool, Side
from matching.engine.problem.rules import STABILITY_BONUS, InfeasibleRules, Pair, Rules, Violation
from matching.engine.problem.score_table import FORBIDDEN, VERSION, ScoreTable
from matching.engine.problem.scoring import score, with_reasons
from matching.engine.solving.objective import Gain, Loss
from matching.engine.solving.plan import UNMATCHED, Plan, Reassignment, reassignments
from matching.engine.solving.prices import Prices
from matching.engine.solving.solver import solve
from matching.engine.solving.verification import verify

__all__ = [
    "DEFAULT_HARD_RULES", "FORBIDDEN", "HARD_RULES", "PAIR_RULES", "PRACTICAL_SHARES",
    "RULE_LABELS", "SCALE", "STABILITY_BONUS", "STANDARD_WEIGHTS", "UNMATCHED", "VERSION", "Audit",
    "BlockingPairs", "CapacityShortage", "Change", "Criteria", "CustomCriterion", "Cutoff",
    "FrontierPoint", "Gain", "Gap", "IneligibleMentor", "InfeasibleRules", "Loss",
    "NoEligibleMentor", "Overlap", "Pair", "Plan", "Pool", "Prices", "RanksEffect", "Rating",
    "Reassignment", "Remedy", "Rules", "Same", "ScoreTable", "Side", "TooCostly", "Violation",
    "WhatIf", "audit", "blocked_by", "min_score_frontier", "reassignments", "score", "solve",
    "verify", "why_unmatched", "with_reasons",
]  # fmt: skip
