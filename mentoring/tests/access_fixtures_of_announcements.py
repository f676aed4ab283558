"""A draft, an announcement that was sent, and a saved group in each program."""

from __future__ import annotations

from django.utils import timezone

from announcements.models import Announcement, AnnouncementRecipient, SavedGroup

from .access_roles import AccessFixtures

WORDS = {"subjects": {"en": "Kick-off"}, "bodies": {"en": "Come and see."}}


def add_announcements(world: AccessFixtures) -> None:
    """Add `announcement_draft`, `announcement` (the mentee of a pair got it) and `saved_group`."""
    now = timezone.now()
    for pair, program, chair, reader in (
        ("own", world.program, world.people["chair"], "mentee"),
        ("Z", world.other_program, world.people["outsider"], "far_mentee"),
    ):
        group = {"program": program, "situations": ["unmatched", "meeting"]}
        world.add("saved_group", pair, SavedGroup.objects.create(name="Everyone", **group))
        by = {"author": chair, **WORDS, **group}
        world.add("announcement_draft", pair, Announcement.objects.create(**by))
        sent = Announcement.objects.create(**by, state="sent", send_at=now, sent_at=now)
        world.add("announcement", pair, sent)
        AnnouncementRecipient.objects.create(announcement=sent, person=world.people[reader])
