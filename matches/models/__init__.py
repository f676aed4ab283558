from .closing import ContactChoice, ThankYouNote
from .endings import Closure, EndingNote, EndingReason, EndingRequest, Farewell, FollowUp
from .matches import Match, MatchQuerySet

__all__ = [
    "Closure",
    "ContactChoice",
    "EndingNote",
    "EndingReason",
    "EndingRequest",
    "Farewell",
    "FollowUp",
    "Match",
    "MatchQuerySet",
    "ThankYouNote",
]
