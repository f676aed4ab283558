import pytest

from testkit import events, factories


@pytest.fixture
def pair(ada, ben, cohort):
    """Ben and Ada are in a pair of the program."""
    return factories.match(ben, ada, cohort)


@pytest.fixture
def event(program, cleo, pair):
    """A published event with one place, for everyone who was accepted."""
    return events.published(program, by=cleo, places=1)
