import pytest
from django.utils import timezone

from testkit import factories
from workflow.states import move


@pytest.fixture
def match(ada, ben, cohort):
    """Ben (mentee) and Ada (mentor)."""
    return factories.match(ben, ada, cohort)


@pytest.fixture
def close():
    """`close(match)` ends a match."""

    def end(match):
        move(match, "closed", by=None, closed_at=timezone.now(), closed_kind="choice")

    return end
