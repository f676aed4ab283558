"""A topic and a library item of each program, for the tests that visit every page."""

from __future__ import annotations

from learning.models import LibraryItem, SupportTopic

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
