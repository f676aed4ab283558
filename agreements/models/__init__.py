from .activities import Activity, FirstDay
from .agreements import Agreement
from .comments import COMMENT_LENGTH, PartComment
from .content import AgreedActivity, AgreedGoal, AgreementText, with_goal_counts
from .expectations import ANSWER_LENGTH, Expectations
from .goal_reviews import GoalReview
from .goals import Goal, GoalChange, GoalStep
from .paper import PaperRecord, PaperScan
from .reflections import GoalReflection, Reflection
from .signatures import Signature
from .versions import PARTS, RANGES, AgreementVersion, AgreementVersionQuerySet
from .wordings import AgreementWording

__all__ = [
    "ANSWER_LENGTH",
    "COMMENT_LENGTH",
    "PARTS",
    "RANGES",
    "Activity",
    "AgreedActivity",
    "AgreedGoal",
    "Agreement",
    "AgreementText",
    "AgreementVersion",
    "AgreementVersionQuerySet",
    "AgreementWording",
    "Expectations",
    "FirstDay",
    "Goal",
    "GoalChange",
    "GoalReflection",
    "GoalReview",
    "GoalStep",
    "PaperRecord",
    "PaperScan",
    "PartComment",
    "Reflection",
    "Signature",
    "with_goal_counts",
]
