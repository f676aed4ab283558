from .activities import ActivityForm, DoneForm, FirstDayForm
from .comments import AnswerForm, CommentForm, save_suggestion, suggestion_form
from .expectations import ExpectationsForm
from .goal_reviews import GoalReviewForm
from .goals import GoalForm, StepForm
from .paper import PaperForm
from .parts import NO_GOAL, PART_FORMS, PartForm
from .reflections import ReflectionForm
from .renewal import RenewForm
from .signing import SignForm
from .wording import WordingForm

__all__ = [
    "NO_GOAL",
    "PART_FORMS",
    "ActivityForm",
    "AnswerForm",
    "CommentForm",
    "DoneForm",
    "ExpectationsForm",
    "FirstDayForm",
    "GoalForm",
    "GoalReviewForm",
    "PaperForm",
    "PartForm",
    "ReflectionForm",
    "RenewForm",
    "SignForm",
    "StepForm",
    "WordingForm",
    "save_suggestion",
    "suggestion_form",
]
