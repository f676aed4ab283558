from .agreements import Agreement
from .content import Activity, AgreementText, Goal, with_goal_counts
from .reflections import GoalReflection, Reflection
from .signatures import Signature
from .versions import PARTS, RANGES, AgreementVersion, AgreementVersionQuerySet

__all__ = [
    "PARTS",
    "RANGES",
    "Activity",
    "Agreement",
    "AgreementText",
    "AgreementVersion",
    "AgreementVersionQuerySet",
    "Goal",
    "GoalReflection",
    "Reflection",
    "Signature",
    "with_goal_counts",
]
