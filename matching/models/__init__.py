from .broken_rules import BrokenRule
from .offers import Offer
from .pair_requests import PairInvitation, PairRequest
from .proposals import KeepApart, Override, Proposal, RoundEntry
from .rounds import MATCHERS, Round, RoundJob, RoundPlan, Snapshot
from .texts import RoundText

__all__ = [
    "MATCHERS",
    "BrokenRule",
    "KeepApart",
    "Offer",
    "Override",
    "PairInvitation",
    "PairRequest",
    "Proposal",
    "Round",
    "RoundEntry",
    "RoundJob",
    "RoundPlan",
    "RoundText",
    "Snapshot",
]
