from .outbox import Notification
from .silence import Silence
from .sweeper import Sweeper

__all__ = ["Notification", "Silence", "Sweeper"]
