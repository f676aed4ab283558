from .matches import Match
from .proposals import KeepApart, Override, Proposal, RoundEntry
from .rounds import MATCHERS, Round, RoundJob, Snapshot

__all__ = [
    "MATCHERS",
    "KeepApart",
    "Match",
    "Override",
    "Proposal",
    "Round",
    "RoundEntry",
    "RoundJob",
    "Snapshot",
]
