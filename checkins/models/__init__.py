from .adjustments import Adjustment
from .answers import Answer
from .carer_silences import CarerSilence
from .checkins import CheckIn, Kind
from .concern_notes import ConcernNote
from .concerns import Concern
from .contact_plans import ContactPlan
from .contacts import ContactLog
from .mediation import MediationStep
from .moved_dates import MovedDate, last_move, moved_moment
from .needs import MOST_NEEDS, AskedNeed
from .objective_measures import ObjectiveMeasure
from .planned_settings import PlannedSettings
from .questions import Channel, Question, seconds_to_answer
from .suggestions import Suggestion
from .surveys import (
    AFTER_THE_END,
    ASKED_ONCE,
    MILESTONES,
    OWN_ONLY,
    WITHOUT_PAIR,
    Survey,
    current_survey,
)
from .themes import Theme, ThemeMark
from .waves import Wave

__all__ = [
    "AFTER_THE_END",
    "ASKED_ONCE",
    "MILESTONES",
    "MOST_NEEDS",
    "OWN_ONLY",
    "WITHOUT_PAIR",
    "Adjustment",
    "Answer",
    "AskedNeed",
    "CarerSilence",
    "Channel",
    "CheckIn",
    "Concern",
    "ConcernNote",
    "ContactLog",
    "ContactPlan",
    "Kind",
    "MediationStep",
    "MovedDate",
    "ObjectiveMeasure",
    "PlannedSettings",
    "Question",
    "Suggestion",
    "Survey",
    "Theme",
    "ThemeMark",
    "Wave",
    "current_survey",
    "last_move",
    "moved_moment",
    "seconds_to_answer",
]
