"""The matching engine: people and criteria in, the best plan with its proof and prices out.

Pure: numpy, scipy and the standard library; no Django, no clock, no files, no randomness. This
package is the interface; code outside the engine imports from here only. All functions raise
ValueError (or its subclass InfeasibleRules, with `violations`) for input that makes no sense.

    pool  = Pool(mentees=Side(ids=..., topics=..., ...), mentors=Side(...),
                 capacity={"mentor id": 2, ...},
                 pairs={"conflict": [("mentee id", "mentor id")], "keep_apart": [...]},
                 mentee_wishes=[("mentee id", "mentor id", rank)], mentor_wishes=[...])
    table = score(pool, Criteria(weights=..., rules=...),
                  overrides=[("mentee id", "mentor id", ["same_employer"])])
    plan  = solve(table, pool.capacity, Rules(pins=((i, j),), forbids=(), objective="most"))

**Positions.** i is a mentee, j a mentor: rows and columns of `table.S`, in the order of
`pool.mentees.ids` and `pool.mentors.ids`, which a Pool always sorts by key;
`pool.mentees.index(id)` gives i. -1 is "unmatched". N mentees, M mentors.

**Problem.** `ScoreTable`: scores `.S` (N, M), -1 forbidden, and why each number is what it is.
`with_reasons(stored_table, pool, criteria, overrides)` adds the reasons to stored scores.
`CustomCriterion`: a criterion of a program's own (`Gap`, `Same`, `Different`, `AtLeast`,
`Overlap`, `Rating`, `Lookup`).

**Solution.** `Plan`: `.mu[i]` is the mentor of i or -1; `verify(table, capacity, rules, plan)` is
the independent check of its certificate; `reassignments(a.mu, b.mu)` compares two plans.
`Prices(table, plan)`: what every other pair, a waived rule or one more slot would lose or gain.

**Answers.** `WhatIf(table, plan)` applies and undoes the committee's changes, each an exact repair.
`why_unmatched(table, plan, i)` says why a mentee has no mentor and what would help.
`min_score_frontier(table, plan)` prices each higher minimum score. `audit(table, plan)` gives
figures.

Method: Ahuja, Magnanti, Orlin, "Network Flows" (1993); Kuhn (1955), Jonker and Volgenant (1987) for
the assignment itself, which is `scipy.optimize.linear_sum_assignment`.
"""

from matching.engine.explaining.audit import Audit, BlockingPairs, WishesEffect, audit
from matching.engine.explaining.min_score_frontier import FrontierPoint, min_score_frontier
from matching.engine.explaining.unmatched import (
    CapacityShortage,
    IneligibleMentor,
    NoEligibleMentor,
    Remedy,
    TooCostly,
    why_unmatched,
)
from matching.engine.explaining.whatif import Change, WhatIf
from matching.engine.problem.constraints import DEFAULT_HARD_RULES, HARD_RULES, RULE_CODES
from matching.engine.problem.criteria import (
    MAX_WISHES_PERCENT,
    PRACTICAL_SHARES,
    SCALE,
    STANDARD_WEIGHTS,
    Criteria,
)
from matching.engine.problem.custom_criteria import (
    AtLeast,
    CustomCriterion,
    Different,
    Gap,
    Lookup,
    Overlap,
    Rating,
    Same,
)
from matching.engine.problem.matters_most import MARKABLE, most_with_marks
from matching.engine.problem.people import Pool, Side
from matching.engine.problem.rules import STABILITY_BONUS, InfeasibleRules, Pair, Rules, Violation
from matching.engine.problem.score_table import FORBIDDEN, VERSION, ScoreTable
from matching.engine.problem.scoring import score, with_reasons
from matching.engine.problem.standard_criteria import unanswered
from matching.engine.solving.objective import Gain, Loss
from matching.engine.solving.plan import UNMATCHED, Plan, Reassignment, input_hash, reassignments
from matching.engine.solving.prices import Prices
from matching.engine.solving.solver import solve
from matching.engine.solving.verification import verify

__all__ = [
    "DEFAULT_HARD_RULES",
    "FORBIDDEN",
    "HARD_RULES",
    "MARKABLE",
    "MAX_WISHES_PERCENT",
    "PRACTICAL_SHARES",
    "RULE_CODES", "SCALE",
    "STABILITY_BONUS",
    "STANDARD_WEIGHTS",
    "UNMATCHED",
    "VERSION",
    "AtLeast",
    "Audit",
    "BlockingPairs",
    "CapacityShortage",
    "Change",
    "Criteria",
    "CustomCriterion",
    "Different",
    "FrontierPoint",
    "Gain",
    "Gap",
    "IneligibleMentor",
    "InfeasibleRules",
    "Lookup",
    "Loss",
    "NoEligibleMentor",
    "Overlap",
    "Pair",
    "Plan",
    "Pool",
    "Prices",
    "Rating",
    "Reassignment",
    "Remedy",
    "Rules",
    "Same",
    "ScoreTable",
    "Side",
    "TooCostly",
    "Violation",
    "WhatIf",
    "WishesEffect",
    "audit",
    "input_hash",
    "min_score_frontier",
    "most_with_marks",
    "reassignments",
    "score",
    "solve",
    "unanswered",
    "verify",
    "why_unmatched",
    "with_reasons",
]  # fmt: skip
