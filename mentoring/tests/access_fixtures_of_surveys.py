"""Surveys and objectives of each program, a need that is asked about, a moved date."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from checkins.editions import publish, start_edition
from checkins.models import Adjustment, AskedNeed, CheckIn, MovedDate, Survey, Theme
from programs.models import Objective

from .access_roles import AccessFixtures


def add_surveys(world: AccessFixtures, shared: Survey) -> None:
    """Add `survey_draft`, `survey_own` (from `shared`) and an objective to each program."""
    for pair, program, chair in (
        ("own", world.program, world.people["chair"]),
        ("Z", world.other_program, world.people["outsider"]),
    ):
        edition = start_edition(shared, program=program, by=chair)
        publish(edition, by=chair)
        world.add("survey_own", pair, edition)
        draft = start_edition(edition, program=program, by=chair)
        world.add("survey_draft", pair, draft)
        world.add("objective", pair, Objective.objects.create(program=program, text="o"))
        names = {"en": "Own", "fr": "À nous"}
        world.add("theme", pair, Theme.objects.create(program=program, code="own", names=names))
        words = {"heard": {"en": "h"}, "changed": {"en": "c"}, "since_on": timezone.localdate()}
        change = {"program": program, "recorded_by": chair, **words}
        world.add("adjustment", pair, Adjustment.objects.create(**change))
        world.add("adjustment_draft", pair, Adjustment.objects.create(**change))
        Adjustment.objects.create(**change, state="published", published_at=timezone.now())


def add_need_and_move(checkin: CheckIn, *, by: User) -> None:
    """Add a need that an answered check-in asks about, and a date of its pair that `by` moved."""
    need = {"topic": 1, "names": {"en": "t"}, "position": 0, "choice": "3"}
    AskedNeed.objects.create(checkin=checkin, **need)
    moved = {"match": checkin.match, "moved_at": checkin.opens_at, "moved_by": by}
    MovedDate.objects.create(kind="pulse", **moved)
