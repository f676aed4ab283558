from .item_versions import ItemVersion
from .lessons import Lesson
from .library import ItemWords, LibraryItem, Step, SupportTopic, for_committee, for_participant
from .touches import Touch, TouchText, TouchVersion, TouchWords

__all__ = [
    "ItemVersion",
    "ItemWords",
    "Lesson",
    "LibraryItem",
    "Step",
    "SupportTopic",
    "Touch",
    "TouchText",
    "TouchVersion",
    "TouchWords",
    "for_committee",
    "for_participant",
]
