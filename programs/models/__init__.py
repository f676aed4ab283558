from .committee import Conflict, Membership, conflicts_with, ids_read_once, read_roles_once
from .policy import Policy
from .programs import Cohort, Objective, PlaceDistance, Program, normalize_place
from .vocabulary import Experience, Topic

__all__ = [
    "Cohort",
    "Conflict",
    "Experience",
    "Membership",
    "Objective",
    "PlaceDistance",
    "Policy",
    "Program",
    "Topic",
    "conflicts_with",
    "ids_read_once",
    "normalize_place",
    "read_roles_once",
]
