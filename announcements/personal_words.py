"""The words of an announcement as one person reads them, in an e-mail, on the page and exported."""

from __future__ import annotations

from accounts.models import User
from matches.edited_texts import fill

from .models import Announcement

NAME = "name"  # the one placeholder: {name}


def values_for(person: User) -> dict[str, str]:
    """Return what the placeholders stand for."""
    return {NAME: person.first_name or person.email}


def words_for(announcement: Announcement, person: User, language: str) -> tuple[str, str]:
    """Return subject and text for `person`, in `language` or the first there is."""
    subject, text = announcement.words_in(language)
    values = values_for(person)
    return fill(subject, values), fill(text, values)
