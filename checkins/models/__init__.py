from .answers import Answer
from .checkins import CheckIn, Kind
from .concern_notes import ConcernNote
from .concerns import Concern
from .contacts import ContactLog
from .planned_settings import PlannedSettings
from .surveys import AFTER_THE_END, MILESTONES, Question, Survey, current_survey
from .waves import Wave

__all__ = [
    "AFTER_THE_END",
    "MILESTONES",
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
