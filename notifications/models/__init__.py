from .muted_streams import Silence
from .outbox import Notification
from .outbox_state import Sweeper

__all__ = ["Notification", "Silence", "Sweeper"]
