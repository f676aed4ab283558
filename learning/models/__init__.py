from .library import ItemWords, LibraryItem, SupportTopic, for_committee, for_participant
from .touches import Touch, TouchText, TouchVersion, TouchWords

__all__ = [
    "ItemWords",
    "LibraryItem",
    "SupportTopic",
    "Touch",
    "TouchText",
    "TouchVersion",
    "TouchWords",
    "for_committee",
    "for_participant",
]
