from . import (  # noqa: F401  # registers pages
    applications,
    conflicts,
    mentor_invitations,
    questions,
    rosters,
)
