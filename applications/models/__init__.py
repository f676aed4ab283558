from .applications import Application, ApplicationExperience, ApplicationTopic
from .confidential import NamedWish, PrivateAnswers
from .imports import RosterJob, RosterUpload
from .review import CommitteeNote, Decision

__all__ = [
    "Application",
    "ApplicationExperience",
    "ApplicationTopic",
    "CommitteeNote",
    "Decision",
    "NamedWish",
    "PrivateAnswers",
    "RosterJob",
    "RosterUpload",
]
