from .applications import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    CommitteeNote,
    Decision,
    NamedWish,
    PrivateAnswers,
)
from .committee import Conflict, Membership
from .programs import Cohort, Objective, Policy, Program
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
    "Topic",
]
