"""What a process keeps of snapshots: found by content, bounded, and never that of another plan."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from matching.engine import ScoreTable
from matching.models import RoundPlan
from matching.rounds import overrides
from matching.storage import snapshots
from matching.storage.cache import LRUCache, nbytes
from matching.storage.serialization import pack, unpack, unpack_plan
from matching.storage.solver_state import SolverState
from testkit import rounds as make


@pytest.fixture
def cache():
    return LRUCache(max_size=100)


def bytes_of(count):
    return lambda: np.zeros(count, np.int8)


def test_a_value_is_made_once(cache):
    made = []
    for _time in range(2):
        cache.get("key", lambda: made.append(1) or np.zeros(3))
    assert made == [1]


def test_what_was_not_asked_for_longest_goes_first(cache):
    old, young = cache.get("old", bytes_of(40)), cache.get("young", bytes_of(40))
    assert cache.get("old", bytes_of(40)) is old
    cache.get("new", bytes_of(40))
    assert cache.get("old", bytes_of(40)) is old
    assert cache.get("young", bytes_of(40)) is not young
    assert cache.size <= cache.max_size


def test_what_is_too_large_is_not_kept(cache):
    cache.get("key", bytes_of(101))
    assert cache.size == 0


def test_arrays_are_weighed_wherever_they_are():
    table = ScoreTable(np.zeros((4, 5), np.int16))
    assert nbytes([{"one": table.S}, (table.S,)]) == 80
    assert nbytes(table) >= 40


def test_a_second_request_reads_no_scores(drafted, monkeypatch):
    first = SolverState.load(drafted)
    monkeypatch.setattr(snapshots, "_stored_scores", lambda *_key: pytest.fail("read again"))
    assert SolverState.load(drafted).table is first.table


def test_a_waived_rule_changes_the_next_load_but_not_the_stored_scores(cohort, cleo):
    noor = make.applicant(cohort, "Noor Haddad", employer="Birch", topics={"tax": 3})
    omar = make.applicant(cohort, "Omar Saad", "mentor", employer="birch", topics={"tax": 3})
    drafted = make.run_round(cohort, cleo)
    before = SolverState.load(drafted).table
    overrides.waive_rule(
        drafted, noor.pk, omar.pk, by=cleo, expected_version=9, why="Different countries."
    )
    assert (before.S[0, 0], SolverState.load(drafted).table.S[0, 0] > 0) == (-1, True)
    assert RoundPlan.system.get().score_overrides[0][:2] == [noor.pk, omar.pk]


def test_a_pack_gives_back_what_went_in_and_cannot_be_written():
    facts, arrays = unpack(
        pack(
            {"min_score": None},
            {"mu": np.arange(3), "u": np.array([[0.5, 2.0]]), "none": np.zeros((0, 2))},
        )
    )
    assert facts == {"min_score": None}
    assert (arrays["mu"].tolist(), arrays["u"].tolist(), arrays["none"].shape) == (
        [0, 1, 2],
        [[0.5, 2.0]],
        (0, 2),
    )
    with pytest.raises(ValueError, match="read-only"):
        arrays["mu"][0] = 7


def test_a_plan_is_stored_small_and_one_stored_in_full_is_still_read(drafted):
    stored = bytes(RoundPlan.system.get(round=drafted).plan)
    in_full = zlib.decompress(stored)
    assert len(stored) < len(in_full)
    assert unpack_plan(in_full).mu.tolist() == unpack_plan(stored).mu.tolist()
