from .agreements import PARTS, Agreement, AgreementVersion
from .content import Activity, AgreementText, Goal, with_goal_counts
from .signatures import Signature

__all__ = [
    "PARTS",
    "Activity",
    "Agreement",
    "AgreementText",
    "AgreementVersion",
    "Goal",
    "Signature",
    "with_goal_counts",
]
