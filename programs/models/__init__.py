from .applications import Application, ApplicationExperience, ApplicationTopic
from .committee import Conflict, Membership
from .imports import RosterJob, RosterUpload
from .private import NamedWish, PrivateAnswers
from .programs import Cohort, Objective, PlaceDistance, Policy, Program, plain_place
from .review import CommitteeNote, Decision
from .vocabulary import Experience, Topic

__all__ = [
    "Application",
    "ApplicationExperience",
    "ApplicationTopic",
    "Cohort",
    "CommitteeNote",
    "Conflict",
    "Decision",
    "Experience",
    "Membership",
    "NamedWish",
    "Objective",
    "PlaceDistance",
    "Policy",
    "PrivateAnswers",
    "Program",
    "RosterJob",
    "RosterUpload",
    "Topic",
    "plain_place",
]
