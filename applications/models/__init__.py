from .answers import ApplicationExperience, ApplicationTopic
from .applicant_questions import ApplicantQuestion
from .applications import Application
from .confidential import NamedWish, NamedWishCandidate, PrivateAnswers
from .imports import ImportedRow, RosterJob, RosterUpload
from .mentor_invitations import MentorInvitation
from .opinions import Opinion
from .preparation import Preparation
from .question_answers import QuestionAnswer
from .review import CommitteeNote, Decision
from .screening import ScreeningCheck
from .standing import Standing

__all__ = [
    "ApplicantQuestion",
    "Application",
    "ApplicationExperience",
    "ApplicationTopic",
    "CommitteeNote",
    "Decision",
    "ImportedRow",
    "MentorInvitation",
    "NamedWish",
    "NamedWishCandidate",
    "Opinion",
    "Preparation",
    "PrivateAnswers",
    "QuestionAnswer",
    "RosterJob",
    "RosterUpload",
    "ScreeningCheck",
    "Standing",
]
