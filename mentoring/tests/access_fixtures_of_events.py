"""A draft, a published and a held event of each program, for the tests that visit every page."""

from __future__ import annotations

from events import attendance, feedback, sign_ups
from events.models import SignUp
from testkit import events

from .access_roles import OWNERS, AccessFixtures

WORDS = {"titles": {"en": "Kick-off"}, "descriptions": {"en": "Come"}, "link": "https://x.org/a"}


def add_events(world: AccessFixtures) -> None:
    """Add `event_draft`, `event` and `held_event`; pairs A and B, and Z of the other, come."""
    for pair, program, chair in (
        ("own", world.program, world.people["chair"]),
        ("Z", world.other_program, world.people["outsider"]),
    ):
        owners = OWNERS["Z"] if pair == "Z" else OWNERS["A"] + OWNERS["B"]
        people = [world.people[role] for role in owners]
        world.add("event_draft", pair, events.draft(program, by=chair, **WORDS))
        ahead = events.published(program, by=chair, **WORDS)
        over = events.published(program, by=chair, days=5, **WORDS)
        for person in people:
            for event in (ahead, over):
                sign_ups.sign_up(event, by=person)
        events.move_to(over, -3)
        came = SignUp.objects.filter(event=over).values_list("pk", flat=True)
        attendance.record(over, by=chair, attended=list(came))
        SignUp.objects.filter(event=over).update(has_attended=True)
        feedback.answer(over, by=people[0], worth=4, length="right", better="b")
        world.add("event", pair, ahead, owners=owners)
        world.add("held_event", pair, over, owners=owners)
