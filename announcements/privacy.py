"""Export and erasure of announcements: what a person got, and what the committee wrote."""

from __future__ import annotations

from accounts.column_rules import impersonal, kept, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from applications.models import Application

from .models import Announcement, SavedGroup
from .personal_words import words_for


def export(user: User) -> list[dict[str, object]]:
    """Return what the committee has sent to groups to which `user` belonged."""
    got = Announcement.objects.received_by(user).order_by("sent_at", "pk")
    return [
        {"sent_at": row.sent_at, "subject": subject, "text": text}
        for row in got
        for subject, text in [words_for(row, user, user.language)]
    ]


def erase(user: User) -> None:
    """Replace the name and addresses of `user` in what was written to groups of their programs."""
    mentions = Mentions.of(user)
    programs = Application.objects.of(user).values("cohort__program")
    about = Announcement.objects.filter(program__in=programs) | Announcement.objects.filter(
        author=user
    )
    mentions.replace_in(about, "subjects", "bodies")
    mentions.replace_in(SavedGroup.objects.filter(program__in=programs), "name")


WORDS = "the committee's own words to many people"

COLUMNS = rules(
    "announcements",
    {
        "SavedGroup": {
            "name": kept(WORDS, not_exported="it names a group, not you"),
            "situations": impersonal("codes of a filter"),
        },
        "Announcement": {
            "public_id": impersonal("a random id"),
            "situations": impersonal("codes of a filter"),
            "subjects bodies": kept(WORDS),
        },
    },
)

register("announcements", export=export, erase=erase, columns=COLUMNS)
