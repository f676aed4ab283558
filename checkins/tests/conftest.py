from datetime import UTC, datetime

import pytest

from checkins.seeds import seed_surveys
from testkit import factories

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def surveys(db):
    return seed_surveys()


@pytest.fixture
def match(ada, ben, cohort, surveys):
    """Ben (mentee) and Ada (mentor), introduced on 5 January 2026."""
    return factories.match(ben, ada, cohort, introduced_at=START)


@pytest.fixture
def eve(program):
    """Eve cares for the match, and is no chair."""
    return factories.member("Eve Lund", program=program, role="carer")


@pytest.fixture
def cared(match, eve):
    match.carer = eve
    match.save()
    return match
