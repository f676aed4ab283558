from .answers import Answer
from .checkins import CheckIn, Kind
from .concern_notes import ConcernNote
from .concerns import Concern
from .contacts import ContactLog
from .planned_settings import PlannedSettings
from .surveys import Question, Survey, current_survey
from .waves import Wave

__all__ = [
    "Answer",
    "CheckIn",
    "Concern",
    "ConcernNote",
    "ContactLog",
    "Kind",
    "PlannedSettings",
    "Question",
    "Survey",
    "Wave",
    "current_survey",
]
