import pytest

from learning.models import LibraryItem, SupportTopic
from support import offering, requesting
from testkit import events, factories


@pytest.fixture
def match(ada, ben, cohort):
    """Ben (mentee) and Ada (mentor); nobody looks after them but the chair."""
    return factories.match(ben, ada, cohort)


@pytest.fixture
def topic(program):
    names = {"en": "Finding goals", "fr": "Trouver des objectifs"}
    return SupportTopic.objects.create(program=program, code="goals", names=names)


@pytest.fixture
def item(program):
    return LibraryItem.objects.create(
        program=program,
        code="goal",
        titles={"en": "From a wish to a goal"},
        summaries={"en": "Four steps"},
        texts={"en": "Begin."},
    )


@pytest.fixture
def event(program, cleo, match):
    return events.published(program, by=cleo, titles={"en": "Mentors' circle"})


@pytest.fixture
def ask(match, topic):
    """Return a function by which one of the pair, or someone else, asks."""

    def ask(person, *, topic=topic, text="", **moment):
        subject = requesting.subjects_of(person)[0]
        return requesting.ask(
            person=person,
            application=subject.application,
            match=subject.match,
            topic=topic,
            text=text,
            **moment,
        )

    return ask


@pytest.fixture
def answer(cleo):
    def answer(*requests, by=cleo, at=None, **offer):
        count = offering.answer(requests, offering.Offer(**offer), by=by, at=at)
        for request in requests:
            request.refresh_from_db()
        return count

    return answer
