from .answers import Answer
from .care import Concern, ContactLog
from .checkins import CheckIn, Kind
from .planned_settings import PlannedSettings
from .surveys import Question, Survey, current_survey
from .waves import Wave

__all__ = [
    "Answer",
    "CheckIn",
    "Concern",
    "ContactLog",
    "Kind",
    "PlannedSettings",
    "Question",
    "Survey",
    "Wave",
    "current_survey",
]
