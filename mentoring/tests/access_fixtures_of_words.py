"""Merged words, for the tests that visit every page."""

from __future__ import annotations

from programs.models import Experience, Membership, ProgramQuestion, Topic
from programs.word_merging import WordModel, merge_words
from testkit import factories

from .access_roles import AccessFixtures


def add_merges(
    world: AccessFixtures, pair: str, columns: dict[str, object], **models: WordModel
) -> None:
    """Merge two words of each model; `columns` are those of the words."""
    for name, model in models.items():
        manager = model._default_manager
        kept, other = (manager.create(code=f"merged-{n}", **columns) for n in range(2))
        world.add(f"{name}_merge", pair, merge_words(kept, [other]))


def words(world: AccessFixtures) -> None:
    """Vocabulary, members and a declared conflict, as rows of the admin."""
    for pair, program, member in (
        ("own", world.program, "reader"),
        ("Z", world.other_program, "outsider"),
    ):
        names = {"names": {"en": "Something"}, "program": program}
        world.add("topic", pair, Topic.objects.create(code="own-topic", **names))
        world.add("text_version", pair, factories.text_version(program))
        world.add("email_text", pair, factories.email_text(program))
        question = ProgramQuestion.objects.create(
            program=program, heading="Which team?", is_on_form=True
        )
        world.add("program_question", pair, question)
        world.add("experience", pair, Experience.objects.create(code="own-experience", **names))
        add_merges(world, pair, names, topic=Topic, experience=Experience)
        world.add(
            "membership", pair, Membership.objects.get(user=world.people[member], program=program)
        )
