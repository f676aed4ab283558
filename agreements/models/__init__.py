from .agreements import Agreement
from .content import AgreedActivity, AgreedGoal, AgreementText, with_goal_counts
from .goals import Goal, GoalChange, GoalStep
from .reflections import GoalReflection, Reflection
from .signatures import Signature
from .versions import PARTS, RANGES, AgreementVersion, AgreementVersionQuerySet

__all__ = [
    "PARTS",
    "RANGES",
    "AgreedActivity",
    "AgreedGoal",
    "Agreement",
    "AgreementText",
    "AgreementVersion",
    "AgreementVersionQuerySet",
    "Goal",
    "GoalChange",
    "GoalReflection",
    "GoalStep",
    "Reflection",
    "Signature",
    "with_goal_counts",
]
