"""Meetings of a pair.

A meeting's row says when, how long, how and with which outcome; the carer of the pair may see that.
Where they meet, what they plan and what they note afterwards is in confidential tables that only
the pair reads.
"""

from .closing_talks import ClosingTalk
from .contact_requests import ContactRequest
from .contacts import PairContact, PairContactQuerySet
from .meetings import (
    CORRECTION_DAYS,
    MAX_MINUTES,
    MAX_TIMES,
    MIN_MINUTES,
    Meeting,
    MeetingQuerySet,
    ProposedTime,
)
from .notes import Agenda, Correction, LogEntry, PrivateNote
from .sharing import CalendarFeed, SharedItem
from .statements import Statement

__all__ = [
    "CORRECTION_DAYS",
    "MAX_MINUTES",
    "MAX_TIMES",
    "MIN_MINUTES",
    "Agenda",
    "CalendarFeed",
    "ClosingTalk",
    "ContactRequest",
    "Correction",
    "LogEntry",
    "Meeting",
    "MeetingQuerySet",
    "PairContact",
    "PairContactQuerySet",
    "PrivateNote",
    "ProposedTime",
    "SharedItem",
    "Statement",
]
