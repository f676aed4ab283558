from .comments import AnswerForm, CommentForm, save_suggestion, suggestion_form
from .expectations import ExpectationsForm
from .goal_reviews import GoalReviewForm
from .goals import GoalForm, StepForm
from .parts import NO_GOAL, PART_FORMS, PartForm
from .reflections import ReflectionForm
from .renewal import RenewForm
from .signing import SignForm

__all__ = [
    "NO_GOAL",
    "PART_FORMS",
    "AnswerForm",
    "CommentForm",
    "ExpectationsForm",
    "GoalForm",
    "GoalReviewForm",
    "PartForm",
    "ReflectionForm",
    "RenewForm",
    "SignForm",
    "StepForm",
    "save_suggestion",
    "suggestion_form",
]
