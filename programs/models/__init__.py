from .applications import Application, ApplicationExperience, ApplicationTopic
from .committee import Conflict, Membership
from .imports import RosterJob, RosterUpload
from .private import NamedWish, PrivateAnswers
from .programs import Cohort, Objective, Policy, Program
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
    "Policy",
    "PrivateAnswers",
    "Program",
    "RosterJob",
    "RosterUpload",
    "Topic",
]
