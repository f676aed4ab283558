"""What merging accounts does to announcements: one person is sent each of them once."""

from __future__ import annotations

from accounts.merge_rules import MOVES, one_of, register

register(
    "announcements",
    {
        "Announcement": {"author": MOVES},
        "AnnouncementRecipient": {"person": one_of("announcement")},
    },
)
