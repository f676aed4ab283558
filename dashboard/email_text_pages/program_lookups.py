"""The way from what an e-mail is about to the program that it belongs to."""

from __future__ import annotations

from django.db.models import Q

from programs.models import Program

PAIR = "match__mentee__cohort__program"
# {"app.Model": lookups of its program, of which a row has one}; of other models it is "program".
LOOKUPS = {
    "agreements.AgreementVersion": [f"agreement__{PAIR}"],
    "agreements.GoalReview": [PAIR],
    "agreements.PaperRecord": [f"version__agreement__{PAIR}"],
    "applications.Application": ["cohort__program"],
    "applications.ApplicantQuestion": ["application__cohort__program"],
    "applications.InterviewAppointment": ["application__cohort__program"],
    "checkins.CheckIn": [PAIR, "application__cohort__program"],
    "checkins.MediationStep": ["concern__program"],
    "matches.Closure": [PAIR],
    "matches.FollowUp": [f"closure__{PAIR}"],
    "matches.Match": ["mentee__cohort__program"],
    "matches.Pause": [PAIR],
    "matching.Offer": ["round__cohort__program"],
    "matching.PairRequest": ["cohort__program"],
    "matching.Round": ["cohort__program"],
    "meetings.Meeting": [PAIR],
}


def in_program(model: str, program: Program) -> Q:
    """Return which rows of a model ("app.Model") belong to a program."""
    found = Q()
    for lookup in LOOKUPS.get(model, ["program"]):
        found |= Q(**{lookup: program.pk})
    return found
