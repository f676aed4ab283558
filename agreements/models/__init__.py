from .agreements import PARTS, Agreement, AgreementVersion
from .content import Activity, AgreementText, Goal, with_goal_counts
from .reflections import GoalReflection, Reflection
from .signatures import Signature

__all__ = [
    "PARTS",
    "Activity",
    "Agreement",
    "AgreementText",
    "AgreementVersion",
    "Goal",
    "GoalReflection",
    "Reflection",
    "Signature",
    "with_goal_counts",
]
