"""The pages that `bench.scale` measures, with their goals."""

from __future__ import annotations

from dataclasses import dataclass

PARTICIPANT, COMMITTEE, TODAY = 4.0, 15.0, 20.0  # times the empty page
EMPTY_PAGE = "checkins:concern-list"  # of someone who takes part in nothing


@dataclass(frozen=True)
class Page:
    """One line of the table: `viewer` is a field of `People`, `limit` the goal as a ratio."""

    name: str
    viewer: str
    address: str  # name of a URL
    limit: float
    query: str = ""
    about: str = ""  # what it is a page of, as `People.key_of` knows it


def _list(name: str, model: str, query: str = "", viewer: str = "chair") -> Page:
    return Page(name, viewer, f"admin:{model}_changelist", COMMITTEE, query)


def _row(name: str, model: str, about: str) -> Page:
    return Page(name, "chair", f"admin:{model}_change", COMMITTEE, about=about)


def _pooled(name: str, page: str, about: str = "") -> Page:
    return Page(name, "chair", f"admin:checkins_wave_{page}", COMMITTEE, about=about)


def _own(name: str, address: str, about: str = "", viewer: str = "mentee") -> Page:
    return Page(name, viewer, address, PARTICIPANT, about=about)


PAGES = (
    _list("outbox", "notifications_notification"),
    _list("outbox, last page", "notifications_notification", "p=last"),
    Page("today (chair)", "chair", "admin:index", TODAY),
    Page("today (carer)", "carer", "admin:index", TODAY),
    _list("matches", "matches_match"),
    _list("applications", "applications_application"),
    _own("home", "dashboard:home"),
    _list("pairs", "dashboard_pair"),
    _list("pairs, only stuck", "dashboard_pair", "health=stuck"),
    _list("check-ins", "checkins_checkin"),
    _list("check-ins to read", "checkins_checkin", "read=no"),
    _list("history", "workflow_transition"),
    _list("agreements", "agreements_agreementversion"),
    _list("people", "accounts_user"),
    _own("help form", "checkins:concern-create"),
    _list("outbox (carer)", "notifications_notification", viewer="carer"),
    _list("outbox, one kind", "notifications_notification", "kind=meeting-date"),
    _list("applications to review", "applications_application", "queue=to-read"),
    _list("meetings (carer)", "meetings_meeting", viewer="carer"),
    _list("concerns", "checkins_concern"),
    _list("contacts", "checkins_contactlog"),
    _list("planned contacts", "checkins_contactplan"),
    _list("suggestions", "checkins_suggestion"),
    _list("silent carers", "checkins_carersilence"),
    _list("rounds", "matching_round"),
    _list("pooled results", "checkins_wave"),
    _list("conflicts of interest", "programs_conflict"),
    _list("members", "programs_membership"),
    _list("employers", "accounts_employer"),
    _list("requests before matches", "matching_offer"),
    _list("pairs without a round", "matching_pairrequest"),
    _list("kept apart", "matching_keepapart"),
    _list("wordings of agreements", "agreements_agreementwording"),
    _list("meetings of pairs", "dashboard_pairmeetings"),
    _list("cohorts", "programs_cohort"),
    _list("programs", "programs_program"),
    _list("topics", "programs_topic"),
    _list("experiences", "programs_experience"),
    _list("activities", "programs_programactivity"),
    _list("questions of programs", "programs_programquestion"),
    _list("surveys", "checkins_survey"),
    _list("announcements", "announcements_announcement"),
    _list("saved groups", "announcements_savedgroup"),
    _list("themes of answers", "checkins_theme"),
    _list("adjustments", "checkins_adjustment"),
    _list("imports", "applications_rosterupload"),
    _list("invitations of mentors", "applications_mentorinvitation"),
    _list("events", "events_event"),
    _list("support asked for", "support_supportrequest"),
    _list("partner organisations", "support_partnerorganisation"),
    _list("referrals", "support_referral"),
    _list("people sent by partners", "support_sentby"),
    _list("lessons of pairs", "learning_lesson"),
    _list("lost mailboxes", "matches_accountrecovery"),
    _list("two accounts of one person", "matches_accountmerge"),
    _list("library items", "learning_libraryitem"),
    _list("topics of support", "learning_supporttopic"),
    _list("short texts by month", "learning_touchtext"),
    _list("industries", "accounts_industry"),
    _list("languages", "accounts_language"),
    _row("one application", "applications_application", "application"),
    _row("one match", "matches_match", "match"),
    _pooled("trend of a survey", "trend", "wave"),
    _pooled("change between surveys", "before-after", "cohort"),
    _pooled("objectives of a cohort", "objectives", "cohort"),
    _pooled("results by cohort", "cohorts"),
    _own("home (mentor)", "dashboard:home", viewer="mentor"),
    _own("pair", "matches:match-detail", "pair"),
    _own("meetings", "meetings:meeting-list", "pair"),
    _own("agreement", "agreements:agreement-detail", "pair"),
    _own("suggestions of a person", "checkins:suggestion-create"),
    _own("requests for help", "checkins:concern-list"),
    _own("e-mail settings", "notifications:preferences"),
    _own("library", "learning:item-list"),
    _own("requests for support", "support:request-list"),
    _own("things to try", "learning:touch-list"),
    _own("my data", "accounts:privacy"),
    _own("introduction", "matches:match-hello", "pair"),
    _own("pause", "matches:match-pause", "pair"),
    _own("end of a pair", "matches:match-ending", "pair"),
    _own("goals", "agreements:goal-list", "pair"),
    _own("goal", "agreements:goal-detail", "goal"),
    _own("review of goals", "agreements:goal-review", "pair"),
    _own("activities of a pair", "agreements:activity-list", "pair"),
    _own("expectations", "agreements:expectation-exchange", "pair"),
    _own("before we meet", "meetings:meeting-prepare", "meeting"),
    _own("before we meet (mentor)", "meetings:meeting-prepare", "meeting", viewer="mentor"),
    _own("suggest times", "meetings:meeting-create", "pair"),
    _own("move a meeting", "meetings:meeting-move", "meeting"),
    _own("record a meeting", "meetings:meeting-record", "pair"),
    _own("contacts of a pair", "meetings:shared-list", "pair"),
    _own("request for a contact", "meetings:contact-request-create", "pair"),
    _own("check-in", "checkins:checkin-answer", "check-in"),
    _own("what was changed", "checkins:adjustment-list", "program"),
    _own("settings", "accounts:settings"),
    _own("alumni", "dashboard:alumni"),
)
