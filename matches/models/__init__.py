from .closing import ContactChoice, ThankYouNote
from .endings import Closure, EndingNote, EndingReason, EndingRequest, Farewell
from .follow_ups import FollowUp
from .matches import Match, MatchQuerySet, not_paused
from .merges import AccountMerge
from .pauses import Pause, PauseNote, PauseRequest
from .recoveries import AccountRecovery

__all__ = [
    "AccountMerge",
    "AccountRecovery",
    "Closure",
    "ContactChoice",
    "EndingNote",
    "EndingReason",
    "EndingRequest",
    "Farewell",
    "FollowUp",
    "Match",
    "MatchQuerySet",
    "Pause",
    "PauseNote",
    "PauseRequest",
    "ThankYouNote",
    "not_paused",
]
