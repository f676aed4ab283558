"""The e-mails of an announcement: to each person of the group, and to its writer as a test."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import get_language, gettext_lazy

from accounts.models import User
from matches.edited_texts import EditedWords, edited_context
from notifications.kinds import Cancel, Email, Stream, kind
from notifications.reasons import reason

from .group_members import belongs
from .models import Announcement, AnnouncementRecipient
from .personal_words import values_for

NOT_IN_GROUP = reason(
    "not-in-group", gettext_lazy("the person does not belong to the group any more")
)
DISCARDED = reason("announcement-discarded", gettext_lazy("the announcement was discarded"))
WITHOUT_WORDS = reason("without-words", gettext_lazy("it has no subject or no text any more"))


def _email(announcement: Announcement, person: User) -> Email:
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    subject, text = announcement.words_in(language)
    words = edited_context(EditedWords(subject, text), values_for(person))
    return Email(
        context={**words, "person": person, "author": announcement.author},
        program=announcement.program,
        thread=announcement,
    )


@kind(
    "announcement",
    label=gettext_lazy("Announcement to a group"),
    about="announcements.AnnouncementRecipient",
    stream=Stream.NEWS,
    expires_after=timedelta(days=14),
)
def announcement(recipient: AnnouncementRecipient, person: User) -> Email | Cancel:
    """**To**: each person of the group, alone. **When**: it is sent, after the hold.
    **Until**: they leave the group, or 14 days are over."""
    found = recipient.announcement
    if not belongs(found, person, author=found.author):
        return Cancel(NOT_IN_GROUP)
    return _email(found, person)


@kind(
    "announcement-test",
    label=gettext_lazy("Test of an announcement"),
    about="announcements.Announcement",
    to_members=True,
)
def announcement_test(announcement: Announcement, member: User) -> Email | Cancel:
    """**To**: its writer. **When**: they press "Send a test to me".
    **Until**: it is discarded or has lost its words."""
    if announcement.state == Announcement.State.DISCARDED:
        return Cancel(DISCARDED)
    if not announcement.languages:
        return Cancel(WITHOUT_WORDS)
    return _email(announcement, member)
