from .item_versions import ItemVersion
from .library import ItemWords, LibraryItem, Step, SupportTopic, for_committee, for_participant
from .touches import Touch, TouchText, TouchVersion, TouchWords

__all__ = [
    "ItemVersion",
    "ItemWords",
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
