"""What the chair has written to groups: sent last month, and a draft that waits for its words."""

from __future__ import annotations

from announcements import releasing
from announcements.models import Announcement, SavedGroup

from .setup import DemoCohort

PAIRS = ["unsigned", "meeting", "closing"]


def write_to_groups(demo: DemoCohort) -> None:
    """Send one announcement to the pairs, keep their group, and leave a draft for the mentors."""
    today, words = demo.calendar.today, demo.texts["announcement"]
    group = {"program": demo.program, "cohort": demo.cohort, "situations": PAIRS}
    SavedGroup.objects.create(name="Everyone in a pair", **group)
    sent = Announcement.objects.create(
        author=demo.chair,
        subjects=words["subjects"],
        bodies=words["bodies"],
        created_at=demo.calendar.at(today - 24),
        **group,
    )
    releasing.schedule(sent, by=demo.chair, at=demo.calendar.at(today - 24))
    assert sent.send_at is not None
    releasing.send_due(sent.send_at)
    Announcement.objects.create(
        author=demo.chair, subjects={"en": words["draft"]}, role="mentor", **group
    )
