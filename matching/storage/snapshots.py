"""Read what a run has stored, cached in the process by the hash of its content."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ..engine import Pool, ScoreTable
from ..models import Round, RoundPlan, Snapshot
from .cache import CACHE
from .erasure import without_answers
from .serialization import pack_pool, unpack_pool


def read_scores(round_: Round, stored: Any) -> tuple[dict[str, Any], ScoreTable]:
    """Return the meaning of the columns, and the scores with their overrides.

    `stored` is a row of `RoundPlan`.
    """
    columns, table = CACHE.get(
        ("scores", stored.snapshot_key), lambda: _stored_scores(round_, stored.snapshot_key)
    )
    if not stored.score_overrides:
        return columns, table
    return columns, CACHE.get(
        ("scores", stored.snapshot_key, stored.digest),
        lambda: _changed_scores(columns, table, stored),
    )


def _stored_scores(round_: Round, key: str) -> tuple[dict[str, object], ScoreTable]:
    rows = Snapshot.system.filter(round=round_, key=key)
    columns, scores = rows.values_list("columns", "scores").get()
    shape = (len(columns["mentees"]), len(columns["mentors"]))
    S = np.frombuffer(bytes(scores), dtype=columns["dtype"]).reshape(shape)
    mentees, mentors = columns["keys"]
    return columns, ScoreTable(S, mentee_ids=mentees, mentor_ids=mentors, digest=columns["digest"])


def _changed_scores(columns: dict[str, Any], table: ScoreTable, stored: Any) -> ScoreTable:
    row, column = (
        {pk: at for at, pk in enumerate(columns[side])} for side in ("mentees", "mentors")
    )
    S = table.S.copy()
    for mentee, mentor, points in stored.score_overrides:
        S[row[mentee], column[mentor]] = points
    mentees, mentors = columns["keys"]
    return ScoreTable(S, mentee_ids=mentees, mentor_ids=mentors, digest=stored.digest)


def read_people(round_: Round, key: str) -> Pool:
    """Return the people as they were at the run."""
    return CACHE.get(("people", key), lambda: _stored_people(round_, key))


def _stored_people(round_: Round, key: str) -> Pool:
    rows = Snapshot.system.filter(round=round_, key=key)
    return unpack_pool(rows.values_list("people", flat=True).get())


def erase_answers(round_: Round, applications: set[int]) -> None:
    """Set the answers of these applications to "unknown"; scores and plan stay as they are.

    The key changes, so that no process goes on using the answers that it has cached.
    """
    ids = {str(pk) for pk in applications}
    for stored in Snapshot.system.filter(round=round_):
        found = ids & stored.fingerprints.keys()
        rows, columns = (
            [at for at, pk in enumerate(stored.columns[side]) if pk in applications]
            for side in ("mentees", "mentors")
        )
        if not found and not rows and not columns:
            continue
        people = pack_pool(without_answers(unpack_pool(stored.people), rows, columns))
        if people == bytes(stored.people) and not any(stored.fingerprints[pk] for pk in found):
            continue  # erased already
        stored.fingerprints |= dict.fromkeys(found, "")
        stored.people = people
        was = stored.key
        stored.key = hashlib.sha256(was.encode() + stored.people).hexdigest()
        stored.save(update_fields=["fingerprints", "people", "key"])
        plans = RoundPlan.system.filter(round=round_, snapshot_key=was)
        for plan in plans:
            plan.acknowledged_changes |= dict.fromkeys(ids & plan.acknowledged_changes.keys(), "")
            plan.snapshot_key = stored.key
            plan.save(update_fields=["acknowledged_changes", "snapshot_key"])
