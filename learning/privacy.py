"""What the library holds about a person: nothing. Export and erasure have nothing to do."""

from __future__ import annotations

from accounts.column_rules import impersonal, rules
from accounts.models import User
from accounts.privacy import register

OF_PROGRAM = impersonal("written by the committee for everyone")
CODE = impersonal("a code of a word of the program")


def export(user: User) -> list[object]:
    return []


def erase(user: User) -> None:
    """Nothing here is about a person."""


COLUMNS = rules(
    "learning",
    {
        "SupportTopic": {"code": CODE, "names": OF_PROGRAM},
        "LibraryItem": {
            "public_id": impersonal("a random id"),
            "code": CODE,
            "titles summaries texts links": OF_PROGRAM,
        },
    },
)

register("learning", export=export, erase=erase, columns=COLUMNS)
