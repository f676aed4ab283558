import pytest

from testkit import agreements, factories
from testkit.papers import carer_of


@pytest.fixture
def match(ada, ben, cohort):
    """Ben (mentee) and Ada (mentor)."""
    return factories.match(ben, ada, cohort)


@pytest.fixture
def version(match):
    """Their agreement, shared: it waits for both signatures."""
    return agreements.shared(match)


@pytest.fixture
def carer(match):
    return carer_of(match)
