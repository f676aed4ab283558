"""Read what a run has stored, cached in the process by the hash of its content."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import Pool, ScoreTable
from ..models import Round, Snapshot
from .cache import CACHE
from .serialization import unpack_pool


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
