"""What people of the association ask support for: answered, not answered for a week, and new."""

from __future__ import annotations

from accounts.models import User
from learning.models import LibraryItem, SupportTopic
from matches.models import Match
from support import being_contact, offering, requesting
from support.models import SupportRequest

from .setup import DemoCohort


def add_requests(demo: DemoCohort, running: list[Match]) -> None:
    """Let people of running pairs ask, answer one of them, and let one mentor be a contact."""
    today, words = demo.calendar.today, demo.texts["support"]
    first, second, third = running[:3]
    asked = _ask(demo, first.mentor.person, first, "questions", words["mentor"], day=today - 20)
    item = LibraryItem.objects.get(program=demo.program, code="questions")
    helper = second.mentor.person
    contact = being_contact.agree(demo.program, by=helper, shows_email=True, shows_phone=False)
    offer = offering.Offer(item=item, contact=contact, text=words["answer"])
    offering.answer([asked], offer, by=demo.chair, at=demo.calendar.at(today - 17))
    _ask(demo, second.mentee.person, second, "feedback", words["mentee"], day=today - 9)
    _ask(demo, third.mentor.person, third, "feedback", "", day=today - 2)


def _ask(
    demo: DemoCohort, person: User, match: Match, code: str, text: str, *, day: float
) -> SupportRequest:
    application = match.mentor if match.mentor.person == person else match.mentee
    topic = SupportTopic.objects.get(program=demo.program, code=code)
    at = demo.calendar.at(day)
    return requesting.ask(
        person=person, application=application, match=match, topic=topic, text=text, at=at
    )
