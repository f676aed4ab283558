"""What merging accounts does to the library, lessons and short texts."""

from __future__ import annotations

from accounts.merge_rules import MOVES, register

register(
    "learning",
    {
        "ItemVersion": {"author": MOVES},
        "Lesson": {"person": MOVES},
        "Touch": {"person": MOVES},
        "TouchVersion": {"author": MOVES},
    },
)
