"""What merging accounts does to check-ins and concerns.

Answers stay with their check-in. Pooled figures count people, not accounts: after a merge they rest
on one person fewer, and hide what then rests on too few (`suppression`).
"""

from __future__ import annotations

from django.db.models import Q

from accounts.merge_rules import MOVES, acts, one_of, register

OF_CONCERN = acts("concern__person")

register(
    "checkins",
    {
        "Adjustment": {"recorded_by": MOVES},
        "CarerSilence": {
            "carer": one_of("program", when=Q(ended_at=None)),
            "taken_by": acts("carer"),
        },
        "CheckIn": {"person": MOVES, "read_by": acts("person")},
        "Concern": {"person": MOVES, "author taken_by": acts("person")},
        "ConcernNote": {"member": OF_CONCERN},
        "ContactLog": {"person": MOVES, "member": acts("person")},
        "ContactPlan": {"person": MOVES},
        "MediationStep": {"member": OF_CONCERN},
        "MovedDate": {"moved_by": MOVES},
        "Suggestion": {"person": MOVES, "read_by answered_by": acts("person")},
        "ThemeMark": {"marked_by": acts("answer__checkin__person")},
    },
)
