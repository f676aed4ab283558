from .committee import Conflict, Membership, conflicts_with, ids_read_once, read_roles_once
from .opening_requests import OpeningRequest
from .policy import Policy
from .programs import Cohort, Objective, PlaceDistance, Program, normalize_place
from .questions import ProgramQuestion
from .vocabulary import Experience, Topic

__all__ = [
    "Cohort",
    "Conflict",
    "Experience",
    "Membership",
    "Objective",
    "OpeningRequest",
    "PlaceDistance",
    "Policy",
    "Program",
    "ProgramQuestion",
    "Topic",
    "conflicts_with",
    "ids_read_once",
    "normalize_place",
    "read_roles_once",
]
