"""A topic, an item and a short text of each program, for the tests that visit every page."""

from __future__ import annotations

from django.utils import timezone

from learning.models import ItemVersion, Lesson, LibraryItem, SupportTopic, Touch, TouchText
from learning.touch_planning import save_words
from support.models import (
    PartnerOrganisation,
    Referral,
    SentBy,
    SupportAnswer,
    SupportContact,
    SupportRequest,
)

from .access_roles import OWNERS, AccessFixtures


def add_learning(world: AccessFixtures) -> None:
    """Add `support_topic` and `library_item`; everyone in a pair of the program reads them."""
    for pair, program in (("own", world.program), ("Z", world.other_program)):
        owners = OWNERS["Z"] if pair == "Z" else (*OWNERS["A"], *OWNERS["B"], "former")
        topic = SupportTopic.objects.create(
            program=program, code="goals", names={"en": "Goals", "fr": "Objectifs"}
        )
        item = LibraryItem.objects.create(
            program=program,
            code="first-steps",
            titles={"en": "First steps"},
            summaries={"en": "How to begin"},
            texts={"en": "Begin."},
        )
        item.topics.add(topic)
        world.add("support_topic", pair, topic)
        world.add("library_item", pair, item, owners=owners)
        older = ItemVersion.objects.create(
            item=item,
            titles={"en": "Steps"},
            summaries={"en": "Begin here"},
            texts={"en": "Start."},
            saved_at=timezone.now(),
        )
        world.add("item_version", pair, older)
        text = TouchText.objects.create(program=program, role="mentee", month=1, item=item)
        words = {
            "titles": {"en": "Lead"},
            "texts": {"en": "It helps."},
            "tries": {"en": "Write a line."},
        }
        version = save_words(text, **words, by=None, at=timezone.now())
        world.add("touch_text", pair, text)
        for key in ("Z",) if pair == "Z" else ("A", "B", "F"):
            match, mentee = world.row("match", key), OWNERS[key][0]
            touch = Touch.objects.create(
                match=match,
                person=world.people[mentee],
                month=1,
                version=version,
                due_at=timezone.now(),
            )
            world.add("touch", key, touch, owners=(mentee,))


def add_lessons(world: AccessFixtures) -> None:
    """Add per pair the lesson that the mentee has offered."""
    for pair in ("A", "B", "F", "Z"):
        mentee, mentor = OWNERS[pair]
        row = Lesson.objects.create(
            match=world.row("match", pair),
            person=world.people[mentee],
            language="en",
            text="t",
            offered_at=timezone.now(),
        )
        world.add("lesson", pair, row, owners=(mentee,), partners=(mentor,))


def add_support(world: AccessFixtures) -> None:
    """Add per mentee an open and an answered request, and per mentor that they are a contact."""
    now = timezone.now()
    for pair in ("A", "B", "F", "Z"):
        mentee, mentor = OWNERS[pair]
        match, program = world.row("match", pair), world.row("match", pair).program
        by = world.people["outsider" if pair == "Z" else "chair"]
        about = {
            "program": program,
            "application": match.mentee,
            "match": match,
            "person": world.people[mentee],
        }
        topic = world.row("support_topic", "Z" if pair == "Z" else "own")
        row = SupportRequest.objects.create(topic=topic, text="t", **about)
        world.add("support_request", pair, row, owners=(mentee,), partners=(mentor,))
        second, _is_new = SupportTopic.objects.get_or_create(program=program, code="listen")
        answered = SupportRequest.objects.create(
            topic=second, state="answered", answered_at=now, ask_at=now, text="t", **about
        )
        contact, _is_new = SupportContact.objects.get_or_create(
            program=program, person=world.people[mentor], defaults={"shows_email": True}
        )
        given = SupportAnswer.objects.create(
            request=answered, by=by, answered_at=now, text="t", contact=contact
        )
        world.add("support_answer", pair, given, owners=(mentee,), partners=(mentor,))
        world.add("answered_support", pair, answered, owners=(mentee,), partners=(mentor,))
    mentors = (OWNERS["A"][1], OWNERS["B"][1])
    world.add("support_program", "own", world.program, owners=mentors)
    world.add("support_program", "Z", world.other_program, owners=(OWNERS["Z"][1],))


def add_partners(world: AccessFixtures) -> None:
    """Add a partner organisation per program; per mentee who sent them, and a referral."""
    today = timezone.localdate()
    partners = {}
    for pair, program in (("own", world.program), ("Z", world.other_program)):
        partners[pair] = PartnerOrganisation.objects.create(
            program=program, name="Bridge", offers={"en": "Advice"}, contact="c", sends_people=True
        )
        world.add("partner", pair, partners[pair])
        world.add("partner_program", pair, program)
    for pair in ("A", "B", "F", "Z"):
        mentee, mentor = OWNERS[pair]
        match, organisation = world.row("match", pair), partners["Z" if pair == "Z" else "own"]
        said = SentBy.objects.create(
            application=match.mentee, organisation=organisation, said_at=timezone.now()
        )
        world.add("sent_by", pair, said, owners=(mentee,), partners=(mentor,))
        referral = Referral.objects.create(
            organisation=organisation,
            application=match.mentee,
            match=match,
            person=world.people[mentee],
            by=world.people["outsider" if pair == "Z" else "chair"],
            consented_on=today,
            follow_up_on=today,
            made_at=timezone.now(),
            note="t",
        )
        world.add("referral", pair, referral, owners=(mentee,), partners=(mentor,))
