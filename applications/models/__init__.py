from .answers import ApplicationExperience, ApplicationTopic
from .applicant_questions import ApplicantQuestion
from .applications import Application
from .appointments import InterviewAppointment
from .confidential import NamedWish, NamedWishCandidate, PrivateAnswers
from .imports import ImportedRow, RosterJob, RosterUpload
from .interviews import InterviewScore
from .mentor_invitations import MentorInvitation
from .opinions import Opinion
from .preparation import Preparation
from .question_answers import QuestionAnswer
from .references import Reference
from .review import CommitteeNote, Decision
from .review_steps import ReviewStep
from .screening import ScreeningCheck
from .standing import Standing
from .way_of_working import WAY_QUESTIONS, MattersMost, shared_ways, way_numbers

__all__ = [
    "WAY_QUESTIONS",
    "ApplicantQuestion",
    "Application",
    "ApplicationExperience",
    "ApplicationTopic",
    "CommitteeNote",
    "Decision",
    "ImportedRow",
    "InterviewAppointment",
    "InterviewScore",
    "MattersMost",
    "MentorInvitation",
    "NamedWish",
    "NamedWishCandidate",
    "Opinion",
    "Preparation",
    "PrivateAnswers",
    "QuestionAnswer",
    "Reference",
    "ReviewStep",
    "RosterJob",
    "RosterUpload",
    "ScreeningCheck",
    "Standing",
    "shared_ways",
    "way_numbers",
]
