"""Merged words, for the tests that visit every page."""

from __future__ import annotations

from programs.word_merging import WordModel, merge_words

from .access_roles import AccessFixtures


def add_merges(
    world: AccessFixtures, pair: str, columns: dict[str, object], **models: WordModel
) -> None:
    """Merge two words of each model; `columns` are those of the words."""
    for name, model in models.items():
        manager = model._default_manager
        kept, other = (manager.create(code=f"merged-{n}", **columns) for n in range(2))
        world.add(f"{name}_merge", pair, merge_words(kept, [other]))
