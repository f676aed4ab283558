from .proposals import KeepApart, Override, Proposal, RoundEntry
from .rounds import MATCHERS, Round, RoundJob, RoundPlan, Snapshot

__all__ = [
    "MATCHERS",
    "KeepApart",
    "Override",
    "Proposal",
    "Round",
    "RoundEntry",
    "RoundJob",
    "RoundPlan",
    "Snapshot",
]
