"""A draft and a published edition of the pulse survey in each program."""

from __future__ import annotations

from checkins.editions import publish, start_edition
from checkins.models import Survey

from .access_roles import AccessFixtures


def add_surveys(world: AccessFixtures, shared: Survey) -> None:
    """Add `survey_draft` and `survey_own` to each program, started from `shared`."""
    for pair, program, chair in (
        ("own", world.program, world.people["chair"]),
        ("Z", world.other_program, world.people["outsider"]),
    ):
        edition = start_edition(shared, program=program, by=chair)
        publish(edition, by=chair)
        world.add("survey_own", pair, edition)
        draft = start_edition(edition, program=program, by=chair)
        world.add("survey_draft", pair, draft)
