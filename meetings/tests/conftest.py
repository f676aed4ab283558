import pytest

from testkit import factories


@pytest.fixture
def match(ada, ben, cohort):
    """Ben (mentee) and Ada (mentor)."""
    return factories.match(ben, ada, cohort)
