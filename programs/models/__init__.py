from .agreement_texts import AGREEMENT_TEXTS
from .cohorts import Cohort
from .committee import Membership
from .conflicts import Conflict, conflict_between, conflicts_with, with_conflicts
from .email_texts import EmailText
from .first_chair_links import FirstChairLink
from .form_texts import FORM_TEXTS
from .guest_addresses import GuestAddress, GuestAddressQuerySet
from .opening_requests import OpeningRequest
from .organisation_sign_in import OrganisationSignIn
from .orientation_texts import ORIENTATION_TEXTS
from .policy import Policy
from .programs import Objective, PlaceDistance, Program, normalize_place
from .questions import ProgramQuestion
from .read_once import about_only, decided_once, ids_read_once, read_roles_once
from .text_versions import DEFAULT_TEXTS, TextVersion
from .translated_texts import SET_UP_TEXTS
from .vocabulary import Entry, Experience, ProgramActivity, Topic
from .word_merges import WordMerge

__all__ = [
    "AGREEMENT_TEXTS",
    "DEFAULT_TEXTS",
    "FORM_TEXTS",
    "ORIENTATION_TEXTS",
    "SET_UP_TEXTS",
    "Cohort",
    "Conflict",
    "EmailText",
    "Entry",
    "Experience",
    "FirstChairLink",
    "GuestAddress",
    "GuestAddressQuerySet",
    "Membership",
    "Objective",
    "OpeningRequest",
    "OrganisationSignIn",
    "PlaceDistance",
    "Policy",
    "Program",
    "ProgramActivity",
    "ProgramQuestion",
    "TextVersion",
    "Topic",
    "WordMerge",
    "about_only",
    "conflict_between",
    "conflicts_with",
    "decided_once",
    "ids_read_once",
    "normalize_place",
    "read_roles_once",
    "with_conflicts",
]
