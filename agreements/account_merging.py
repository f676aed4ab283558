"""What merging accounts does to agreements: what one wrote and signed stays one's own."""

from __future__ import annotations

from accounts.merge_rules import MOVES, acts, register

register(
    "agreements",
    {
        "Activity": {"author": MOVES},
        "AgreementVersion": {"changed_by": MOVES},
        "Expectations": {"author": MOVES},
        "FirstDay": {"person": MOVES},
        "Goal": {"person": MOVES},
        "GoalChange": {"person": MOVES},
        "GoalReview": {"done_by": MOVES},
        "GoalStep": {"author done_by": MOVES},
        "PaperRecord": {
            "recorded_by": acts(
                "version__agreement__match__mentee__person",
                "version__agreement__match__mentor__person",
            )
        },
        "PartComment": {"author": MOVES},
        "Reflection": {"author": MOVES},
        "Signature": {"person": MOVES},
    },
)
