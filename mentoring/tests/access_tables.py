"""Who may open which page of the admin's tables; see `access_rules`."""

from __future__ import annotations

from .access_rule import (
    ANY_CHAIR,
    ANY_COMMITTEE,
    CARE,
    CHAIRS,
    MATCHERS,
    OWNER,
    WRITERS,
    Admin,
)
from .access_rules_of_surveys import FEEDBACK_TABLES

TABLES: dict[str, Admin] = {
    "accounts_user": Admin("participant"),
    "accounts_employer": Admin("employer", see=ANY_COMMITTEE, change=ANY_CHAIR, add=ANY_CHAIR),
    "accounts_industry": Admin("industry", see=ANY_COMMITTEE, change=ANY_CHAIR, add=ANY_CHAIR),
    "accounts_language": Admin("language", see=ANY_COMMITTEE, change=ANY_CHAIR, add=ANY_CHAIR),
    "workflow_transition": Admin("transition"),
    "notifications_notification": Admin("letter"),
    "dashboard_pair": Admin("open_match"),
    "dashboard_pairmeetings": Admin("match"),
    "programs_program": Admin("program", change=CHAIRS, add=ANY_CHAIR),
    "programs_cohort": Admin("cohort", change=CHAIRS, add=ANY_CHAIR),
    "programs_topic": Admin("topic", see=ANY_COMMITTEE, change=CHAIRS, add=ANY_CHAIR),
    "programs_experience": Admin("experience", see=ANY_COMMITTEE, change=CHAIRS, add=ANY_CHAIR),
    "programs_programactivity": Admin("item", see=ANY_COMMITTEE, change=CHAIRS, add=ANY_CHAIR),
    "programs_programquestion": Admin("program_question", change=CHAIRS, add=ANY_CHAIR),
    "programs_membership": Admin("membership", change=CHAIRS, add=ANY_CHAIR),
    "programs_conflict": Admin("conflict", see=OWNER | CHAIRS, change=CHAIRS, add=ANY_COMMITTEE),
    "applications_application": Admin("mentee_application"),
    "applications_mentorinvitation": Admin("mentor_invitation", add=ANY_COMMITTEE),
    "matching_round": Admin("round", add=MATCHERS | ANY_CHAIR),
    "matching_offer": Admin("offer", change=MATCHERS),
    "matching_keepapart": Admin("apart", change=MATCHERS, add=MATCHERS | ANY_CHAIR),
    "matches_match": Admin("match", change=MATCHERS),
    "agreements_agreementversion": Admin("version"),
    "agreements_agreementwording": Admin("wording"),
    "announcements_announcement": Admin(
        "announcement_draft",
        see=WRITERS - {"member", "carer"},
        change=WRITERS - {"member", "carer"},
        add=WRITERS | ANY_CHAIR,
        list=WRITERS | ANY_CHAIR,
    ),
    "announcements_savedgroup": Admin(
        "saved_group",
        see=WRITERS,
        change=WRITERS,
        add=WRITERS | ANY_CHAIR,
        list=WRITERS | ANY_CHAIR,
    ),
    "meetings_meeting": Admin("meeting", see=frozenset({"carer"})),
    "events_event": Admin("event", change=CHAIRS, add=ANY_CHAIR),
    "learning_libraryitem": Admin("library_item", change=CHAIRS, add=ANY_CHAIR),
    "learning_supporttopic": Admin("support_topic", change=CHAIRS, add=ANY_CHAIR),
    "support_supportrequest": Admin("support_request", see=CARE),
    "learning_touchtext": Admin("touch_text", change=CHAIRS, add=ANY_CHAIR),
    "checkins_checkin": Admin("answered"),
    "checkins_concern": Admin("concern", see=CARE, add=CARE | ANY_CHAIR),
    "checkins_contactlog": Admin("contact", see=CARE, add=CARE | ANY_CHAIR),
    "checkins_carersilence": Admin("silence", see=CHAIRS | {"conflicted"}),
    "checkins_suggestion": Admin("suggestion"),
    "checkins_contactplan": Admin("contact_plan", see=CARE),
    "checkins_survey": Admin("survey", see=ANY_COMMITTEE),
    "checkins_wave": Admin("wave"),
    **FEEDBACK_TABLES,
    "applications_rosterupload": Admin(
        "upload", see=MATCHERS, change=MATCHERS, add=ANY_CHAIR | MATCHERS
    ),
}
