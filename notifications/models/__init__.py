from .bounces import BouncedAddress, BounceMailbox
from .known_state import KnownState
from .merged_items import MergedItem
from .muted_streams import MutedStream
from .outbox import Notification
from .outbox_state import OutboxState
from .unsubscribed_addresses import UnsubscribedAddress
from .weekly_counts import WeeklyCount
from .weekly_readers import WeeklyReader
from .work_hours import WorkHour

__all__ = [
    "BounceMailbox",
    "BouncedAddress",
    "KnownState",
    "MergedItem",
    "MutedStream",
    "Notification",
    "OutboxState",
    "UnsubscribedAddress",
    "WeeklyCount",
    "WeeklyReader",
    "WorkHour",
]
