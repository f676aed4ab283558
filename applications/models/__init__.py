from .applications import Application, ApplicationExperience, ApplicationTopic
from .confidential import NamedWish, NamedWishCandidate, PrivateAnswers
from .imports import ImportedRow, RosterJob, RosterUpload
from .mentor_invitations import MentorInvitation
from .question_answers import QuestionAnswer
from .review import CommitteeNote, Decision

__all__ = [
    "Application",
    "ApplicationExperience",
    "ApplicationTopic",
    "CommitteeNote",
    "Decision",
    "ImportedRow",
    "MentorInvitation",
    "NamedWish",
    "NamedWishCandidate",
    "PrivateAnswers",
    "QuestionAnswer",
    "RosterJob",
    "RosterUpload",
]
