"""Pairs come from a published round of the small cohort; kim gives the second approval."""

from __future__ import annotations

import pytest

from testkit import factories, rounds


@pytest.fixture
def people(cohort):
    return rounds.small_cohort(cohort)


@pytest.fixture
def kim(program):
    return factories.member("Kim Osei", program=program, role="matcher")
