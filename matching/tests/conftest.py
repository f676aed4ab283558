"""The round of the tests: mentees Amina, Joel, Sofia; mentors Ruth, Priya; Kim may approve it."""

from __future__ import annotations

import pytest

from matching.storage.cache import CACHE
from programs.models import Cohort, Policy
from testkit import factories, rounds

from .offers import offer_of, publish


@pytest.fixture(autouse=True)
def _empty_cache():
    """Forget what other tests read: it would save queries in one order of the tests only."""
    CACHE.clear()


@pytest.fixture
def people(cohort):
    return rounds.small_cohort(cohort)


@pytest.fixture
def kim(program):
    return factories.member("Kim Osei", program=program, role="matcher")


@pytest.fixture
def drafted(cohort, people, cleo):
    """A round that was run once."""
    return rounds.run_round(cohort, cleo)


@pytest.fixture
def table():
    """`table(round)` is {mentee's first name: mentor's first name or None}."""
    from matching.models import Proposal

    def read(round_):
        rows = Proposal.system.filter(round=round_).in_plan().with_names()
        return {
            row.mentee.person.first_name: row.mentor.person.first_name if row.mentor else None
            for row in rows
        }

    return read


@pytest.fixture
def spare(cohort):
    """A mentor with two places who could help Amina, though less than Ruth."""
    return rounds.applicant(cohort, "Vera Blum", "mentor", topics={"hiring": 1}, capacity=2)


@pytest.fixture
def asked(cohort, people, spare, kim, cleo):
    publish(cohort, kim, cleo)
    return offer_of(people["amina"])


@pytest.fixture
def open_cohort(cohort):
    Policy.objects.update(pairs_by_people=True)
    return Cohort.objects.select_related("program__policy").get(pk=cohort.pk)


@pytest.fixture
def vera():
    return factories.person("Vera Blum", email="vera@example.org")


@pytest.fixture
def otto():
    return factories.person("Otto Lund", email="otto@example.org")
