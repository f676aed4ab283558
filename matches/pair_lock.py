"""The lock of a pair: of two verbs that change it at the same second one waits for the other.

Every verb of a pair takes this lock before it locks or changes any other row of the pair. So a pair
cannot end while one of them runs, and two verbs never wait for each other. Applications, where a
verb needs them, are locked before the pair. On SQLite every transaction that writes locks the
database (`transaction_mode`).

All locks here have `no_key`: a plain one would also stop rows that refer to the locked one from
being inserted, in whatever order, and two transactions could wait for each other.
"""

from __future__ import annotations

from .models import Match


def lock_row(match_id: int) -> str:
    """Lock the row of a match until the end of the transaction; return its state."""
    rows = Match.objects.filter(pk=match_id).order_by("pk").select_for_update(no_key=True)
    return rows.values_list("state", flat=True)[0]
