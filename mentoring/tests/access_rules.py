"""Who may open which URL: the access rules of the whole site. Tests check every role against them.

A row is `route: rule(who, about)`. `about` is the kind of row that the URL refers to, a key of
`AccessFixtures.rows`. `who` are relations to that row: owner (wrote it, or is one of its pair),
partner (the other person of the pair), reader, matcher, chair, carer (of this match), member (a
carer of other matches), maintainer, conflicted (a chair with a declared conflict of interest),
signed_in (anyone else), anonymous. For a URL without a row: signed_in, outsider (chair of another
program), and the committee roles.

A route without a row fails the tests, and so does a row without a route.
"""

from __future__ import annotations

from collections.abc import Iterable

from .access_rule import (
    ANY_CHAIR,
    ANY_COMMITTEE,
    CARE,
    CHAIRS,
    EVERYONE,
    MATCHERS,
    NOBODY,
    OWNER,
    PAIR,
    POST,
    PUBLIC_ID,
    READERS,
    READING,
    SAFE,
    SIGNED_IN,
    Rule,
    act,
    desk,
    form,
    library,
    page,
    saying,
)
from .access_rules_of_agreements import AGREEMENTS
from .access_rules_of_announcements import ANNOUNCEMENTS
from .access_rules_of_care import CARE_PAGES
from .access_rules_of_email_texts import EMAIL_TEXTS
from .access_rules_of_events import EVENTS
from .access_rules_of_learning import LEARNING, SLUG
from .access_rules_of_rounds import ROUNDS
from .access_rules_of_sign_in import ORGANISATIONS
from .access_rules_of_surveys import SURVEYS
from .access_tables import TABLES
from .access_values import (
    A_FOLLOW_UP,
    A_RECORD,
    A_VERSION,
    ITS_APPLICATION,
    ITS_PERSONS_APPLICATION,
    SOON,
)

PAGES: dict[str, Rule] = {
    "healthz": page(EVERYONE),
    "theme": act(EVERYONE),
    "dashboard:home": page(SIGNED_IN),
    "dashboard:alumni": page(SIGNED_IN),
    # --- sign-in: allauth
    "account_login": library(EVERYONE),
    "account_logout": library(EVERYONE),
    "account_inactive": library(EVERYONE),
    "account_signup": library(EVERYONE),
    "account_reauthenticate": library(NOBODY),  # nobody in this world has a password to give again
    "account_email": library(SIGNED_IN),
    "account_email_verification_sent": library(EVERYONE),
    "account_change_password": library(SIGNED_IN),
    "account_set_password": library(SIGNED_IN),
    "account_reset_password": library(EVERYONE),
    "account_confirm_login_code": library(EVERYONE),
    "account_confirm_password_reset_code": library(EVERYONE),
    "account_complete_password_reset": library(EVERYONE),
    "account_password_reset_completed": library(EVERYONE),
    "account_request_login_code": library(EVERYONE),
    "mfa_index": library(SIGNED_IN),
    "mfa_authenticate": library(EVERYONE),
    "mfa_reauthenticate": library(NOBODY),
    "mfa_activate_totp": library(SIGNED_IN),
    "mfa_deactivate_totp": library(NOBODY),  # nobody in this world has a second factor
    "mfa_view_recovery_codes": library(NOBODY),
    "mfa_generate_recovery_codes": library(SIGNED_IN),
    "mfa_download_recovery_codes": library(NOBODY),
    "mfa_list_webauthn": library(SIGNED_IN),
    "mfa_add_webauthn": library(SIGNED_IN),
    "mfa_reauthenticate_webauthn": library(NOBODY),
    "mfa_remove_webauthn": library(NOBODY, pk=1),
    "mfa_edit_webauthn": library(NOBODY, pk=1),
    "mfa_login_webauthn": library(EVERYONE),
    "usersessions_list": library(SIGNED_IN),
    # --- one's own account
    "accounts:settings": form(SIGNED_IN),
    "accounts:second-address-decline": act(SIGNED_IN),
    "accounts:privacy": page(SIGNED_IN),
    "accounts:data-export": page(SIGNED_IN),
    "accounts:data-erase": form(SIGNED_IN),
    # --- public pages, applying, orientation: programs
    "programs:welcome": page(EVERYONE),
    "programs:program-detail": page(EVERYONE, "program"),
    "programs:first-chair": form(NOBODY, token="t"),  # this world has its committees
    "programs:opening-request": form(EVERYONE, "closed_program"),
    "programs:opening-requested": page(EVERYONE, "closed_program"),
    "programs:poster": page(EVERYONE, "program"),
    "programs:poster-code": page(EVERYONE, "program"),
    "applications:suitability": form(EVERYONE, "program", role="mentee"),
    "applications:apply": Rule(EVERYONE, "cohort", SIGNED_IN, SAFE | POST, {"role": "mentee"}),
    "applications:mentor-invitation-create": form(OWNER, "mentors_program"),
    "applications:application-tasks": page(OWNER, "draft"),
    "applications:application-check": page(OWNER, "draft"),
    "applications:application-page": form(OWNER, "draft", code="situation"),
    "applications:application-find": act(OWNER, "draft", code="topics"),
    "applications:application-send": act(OWNER, "draft"),
    "applications:application-sent": page(OWNER, "mentee_application"),
    "applications:application-referees": form(OWNER, "referenced_application"),
    "applications:application-question": form(OWNER, "applicant_question", **ITS_APPLICATION),
    "applications:application-withdraw": form(OWNER, "mentee_application"),
    "applications:application-code": form(OWNER, "mentee_application"),
    "applications:application-part": form(OWNER, "mentor_application"),
    "applications:profile": page(SIGNED_IN),
    "applications:profile-facts": form(SIGNED_IN, code="contact"),
    "applications:profile-ways": form(OWNER, "mentor_application"),
    "applications:orientation": page(OWNER, "mentor_application"),
    "applications:orientation-module": page(OWNER, "mentor_application", code="role"),
    "applications:orientation-check": form(OWNER, "mentor_application"),
    # --- two people who found each other
    "matching:pair-request-create": form(SIGNED_IN, "pairing_program"),
    "matching:pair-request": form(OWNER, "request_of_people"),
    "matching:pair-request-take-back": form(OWNER, "request_of_people"),
    # --- the pair's own pages: matching
    "matches:recovery-code": form(EVERYONE),
    "matches:recovery-stop": form(NOBODY, token="t"),  # the link in an e-mail is signed
    "matches:merge-ask": form(SIGNED_IN),
    "matches:merge-code": form(SIGNED_IN),
    "matches:merge-confirm": form(NOBODY),  # no one in this world has entered a code
    "matches:merge-drop": act(SIGNED_IN),
    "matches:merge-yes": form(NOBODY, token="t"),  # the links in an e-mail are signed
    "matches:merge-stop": form(NOBODY, token="t"),
    "admin:matches_accountmerge_stop": act(CHAIRS, "account_merge"),
    "admin:matches_accountrecovery_confirm": act(READERS, "recovery"),
    "admin:matches_accountrecovery_stop": act(READERS, "recovery"),
    "matches:match-detail": page(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-hello": page(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-ending": page(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-talk-first": page(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-ask-committee": form(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-ending-withdraw": act(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-end": form(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-end-confirm": act(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-closing": page(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-thank-you": form(PAIR, "ended_match", match_id=PUBLIC_ID),
    "matches:match-thank-you-send": saying(
        act(PAIR, "ended_match", match_id=PUBLIC_ID), text="Thanks"
    ),
    "matches:match-thank-you-withdraw": act(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-keep-in-touch": form(PAIR, "ended_match", match_id=PUBLIC_ID),
    "matches:match-pause": form(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-pause-confirm": act(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-pause-end": act(PAIR, "match", match_id=PUBLIC_ID),
    "matches:match-next": form(PAIR, "ended_match", match_id=PUBLIC_ID),
    "matches:match-mentor-again": form(PAIR, "ended_match", match_id=PUBLIC_ID),
    **AGREEMENTS,
    # --- meetings: the pair's alone
    "meetings:meeting-list": page(PAIR, "match", match_id=PUBLIC_ID),
    "meetings:meeting-create": form(PAIR, "match", match_id=PUBLIC_ID),
    "meetings:meeting-record": form(PAIR, "match", match_id=PUBLIC_ID),
    "meetings:meeting-reply": form(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:meeting-keep": act(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:meeting-prepare": form(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:meeting-note": act(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:meeting-step": act(PAIR, "held", meeting_id=PUBLIC_ID, role="mentee"),
    "meetings:meeting-calendar": page(PAIR, "set", meeting_id=PUBLIC_ID),
    "meetings:contact-create": act(PAIR, "match", match_id=PUBLIC_ID),
    "meetings:shared-list": form(PAIR, "match", match_id=PUBLIC_ID),
    "meetings:shared-delete": act(OWNER, "shared", item_id=PUBLIC_ID),
    "meetings:contact-request-create": form(PAIR, "match", match_id=PUBLIC_ID),
    "meetings:contact-request-answer": form(PAIR, "contact_request", contact_request_id=PUBLIC_ID),
    "meetings:contact-request-withdraw": act(PAIR, "contact_request", contact_request_id=PUBLIC_ID),
    "meetings:calendar-feed": page(SIGNED_IN),
    "meetings:calendar-feed-renew": act(SIGNED_IN),
    "meetings:calendar-feed-delete": act(SIGNED_IN),
    "meetings:calendar-file": library(NOBODY, token="x.y"),
    "meetings:certificate-create": act(PAIR, "match", match_id=PUBLIC_ID),
    "meetings:hours-create": act(SIGNED_IN, slug="harbour", year=2026),
    "meetings:statement-detail": page(OWNER, "statement", statement_id=PUBLIC_ID),
    "meetings:statement-pdf": page(OWNER, "statement", statement_id=PUBLIC_ID),
    "meetings:statement-verify": form(EVERYONE),
    "meetings:meeting-cancel": form(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:meeting-move": form(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:closing-talk": act(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:closing-talk-forget": act(PAIR, "meeting", meeting_id=PUBLIC_ID),
    "meetings:meeting-log": form(PAIR, "set", meeting_id=PUBLIC_ID),
    **EVENTS,
    **LEARNING,
    # --- check-ins and help: one's own, never the partner's
    "checkins:checkin-answer": form(OWNER, "checkin", checkin_id=PUBLIC_ID),
    "checkins:concern-create": form(EVERYONE),
    "checkins:first-words": form(PAIR, "match", match_id=PUBLIC_ID),
    "checkins:concern-list": page(SIGNED_IN),
    "checkins:suggestion-create": form(SIGNED_IN),
    # --- letters: links carry their own proof (a false one is a 404, or a page that says so)
    "notifications:go": library(NOBODY, purpose="nothing", token="x.y"),
    "notifications:mail-events": library(NOBODY, provider="nothing"),
    "notifications:unsubscribe": library(EVERYONE, stream="nothing", token="x.y"),
    "notifications:preferences": form(SIGNED_IN),
    "notifications:preferences-pause": act(SIGNED_IN),
    "notifications:address-works": act(SIGNED_IN),
    # --- importing a roster
    "admin:applications_rosterupload_columns": desk(MATCHERS, "upload"),
    "admin:applications_rosterupload_map": act(MATCHERS, "upload"),
    "admin:applications_rosterupload_download": desk(MATCHERS, "upload"),
    "admin:applications_rosterupload_check": act(MATCHERS, "upload"),
    "admin:applications_rosterupload_import": act(MATCHERS, "upload"),
    "admin:applications_rosterupload_job": desk(MATCHERS, "upload_job"),
    "admin:applications_rosterupload_cancel": act(MATCHERS, "upload_job"),
    "admin:applications_rosterupload_reading": act(MATCHERS, "upload"),
    "admin:applications_rosterupload_words": act(MATCHERS, "upload_job"),
    "admin:applications_rosterupload_undo": act(MATCHERS, "upload_job"),
    "admin:applications_rosterupload_discard": act(MATCHERS, "upload"),
    # --- exports: the list is open to each committee, and its file has the rows that they see
    **{
        f"admin:{table}_export": saying(desk(ANY_COMMITTEE), format="csv")
        for table in (
            "applications_application",
            "matches_match",
            "programs_topic",
            "programs_experience",
            "programs_programactivity",
            "accounts_language",
            "accounts_industry",
        )
    },
    "admin:programs_topic_undo-merge": act(CHAIRS, "topic_merge"),
    "admin:programs_experience_undo-merge": act(CHAIRS, "experience_merge"),
    "admin:accounts_industry_undo-merge": act(ANY_CHAIR, "industry_merge"),
    "admin:accounts_language_undo-merge": act(ANY_CHAIR, "language_merge"),
    # --- reading applications and deciding about them
    "admin:applications_application_read": act(READING, "sent"),
    "admin:applications_application_note": saying(act(READERS, "sent"), text="A note"),
    "admin:applications_application_decide": saying(act(READING, "sent"), outcome="accepted"),
    "admin:applications_application_clear": act(READING, "mentee_application"),
    "admin:applications_application_attended": saying(
        act(MATCHERS, "mentor_application"), reason="Came"
    ),
    "admin:applications_application_wish": act(MATCHERS, "wish"),
    "admin:applications_application_opinion": saying(
        act(READING, "sent"), **{"opinion-outcome": "accepted", "opinion-text": "Why"}
    ),
    "admin:applications_application_reader": act(READING, "sent"),
    "admin:applications_application_reader-remove": act(READING, "opinion"),
    "admin:applications_application_screening": saying(
        act(CHAIRS, "sent"), **{"screening-kind": "record", "screening-result": "passed"}
    ),
    "admin:applications_application_screening-remove": act(
        CHAIRS, "screening", **ITS_PERSONS_APPLICATION
    ),
    "admin:applications_application_ask": saying(
        act(READING, "sent"), **{"question-text": "Why?", "question-answer_by_on": SOON}
    ),
    "admin:applications_application_question-take-back": act(READING, "applicant_question"),
    "admin:applications_application_interview": act(READING, "sent"),
    "admin:applications_application_appointment": act(READING, "sent"),
    "admin:applications_application_appointment-cancel": act(READING, "appointment"),
    "admin:applications_application_standing": desk(ANY_CHAIR),
    "admin:applications_application_standing-waive": saying(
        act(CHAIRS, "sent"), **{"waiver-reason": "Paid today"}
    ),
    "admin:applications_application_standing-unwaive": act(CHAIRS, "waived_application"),
    "admin:applications_application_address": act(MATCHERS, "sent"),
    "admin:applications_application_release": desk(ANY_CHAIR),
    "admin:applications_application_release-cohort": desk(CHAIRS, "cohort"),
    "admin:applications_application_release-schedule": act(CHAIRS, "cohort"),
    "admin:applications_application_release-stop": act(READING, "cohort"),
    "admin:later": desk(ANY_COMMITTEE),
    "admin:later-again": act(ANY_COMMITTEE),
    "admin:later-back": act(ANY_COMMITTEE),
    "admin:programs_setup": desk(ANY_COMMITTEE),
    "admin:programs_kinds": desk(ANY_COMMITTEE),
    "admin:programs_seed": act(CHAIRS, "program"),
    "admin:programs_texts": desk(READERS | {"conflicted"}, "program"),
    "admin:programs_role_names": desk(READERS | {"conflicted"}, "program"),
    "admin:programs_text": desk(READERS | {"conflicted"}, "program", name="faq", language="fr"),
    "admin:programs_agreement_preview": desk(READERS | {"conflicted"}, "program", language="fr"),
    "admin:programs_text_version": desk(READERS | {"conflicted"}, "text_version", **A_VERSION),
    **EMAIL_TEXTS,
    # --- the outbox
    "admin:notifications_notification_hold": act(CHAIRS, "letter"),
    "admin:notifications_notification_release": act(CHAIRS, "letter"),
    "admin:notifications_notification_cancel": act(CHAIRS, "letter"),
    "admin:notifications_notification_again": act(CHAIRS, "letter"),
    # --- the end of a pair
    "admin:matches_match_end": desk(CARE, "match"),
    "admin:matches_match_end-confirm": act(CARE, "match"),
    "admin:matches_match_end-selected": desk(ANY_COMMITTEE),
    "admin:matches_match_end-selected-confirm": act(ANY_COMMITTEE),
    "admin:matches_match_hand-over": desk(MATCHERS, "membership"),
    "admin:matches_match_carer": desk(MATCHERS, "match"),
    "admin:matches_match_reopen": desk(CARE, "match"),
    "admin:matches_match_pause": desk(CARE, "match"),
    "admin:matches_match_pause-end": act(CARE, "match"),
    "admin:agreements_agreementversion_paper": desk(CARE, "version"),
    "admin:agreements_agreementversion_erase-scan": act(CARE, "paper_record", **A_RECORD),
    "admin:matches_match_note": saying(act(CARE, "match"), text="A note"),
    "admin:matches_match_wish": saying(
        act(CARE, "ended_match"), follow_up=A_FOLLOW_UP, wish="again"
    ),
    **ORGANISATIONS,
    # --- care
    **CARE_PAGES,
    # --- surveys: every member reads, chairs write
    **SURVEYS,
    # --- announcements to groups
    **ANNOUNCEMENTS,
    # --- rounds: every member looks on, matchers and chairs decide
    **ROUNDS,
    # --- the committee's door
    "admin:index": library(ANY_COMMITTEE),
    "admin:find": library(ANY_COMMITTEE),
    "admin:cohort-topics": page(READING, "cohort", slug=SLUG),
    "admin:mail": page(ANY_CHAIR),
    "admin:mail-figures": page(frozenset({"maintainer"})),  # of all programs; see its own test
    "admin:job-retry": form(CHAIRS, "upload_job", kind="rosterjob"),
    "admin:mail-check": act(ANY_CHAIR),
    "admin:mail-test": act(ANY_CHAIR),
    "admin:login": library(ANY_COMMITTEE),  # sends the signed-out on to the one sign-in page
    "admin:logout": library(SIGNED_IN),
    "admin:password_change": library(ANY_COMMITTEE),
    "admin:password_change_done": library(ANY_COMMITTEE),
    # Without a field it answers 403; `test_admin_autocomplete` asks real questions.
    "admin:autocomplete": library(NOBODY),
    "admin:jsi18n": library(ANY_COMMITTEE),
    "admin:view_on_site": library(NOBODY, content_type_id=1, object_id=1),
    "admin:app_list": library(ANY_COMMITTEE, app_label="programs"),
}


ONLY_IN_DEVELOPMENT = {"styleguide"}  # there with DEBUG, holds no data


def rules() -> dict[str, Rule]:
    """The whole table, admin tables written out as their five routes."""
    found = dict(PAGES)
    for table, admin in TABLES.items():
        found.update({f"admin:{table}_{view}": rule for view, rule in admin.pages().items()})
    return found


def missing(routes: Iterable[str]) -> tuple[list[str], list[str]]:
    """Routes without a rule, rules without a route."""
    known, named = set(rules()), set(routes) - ONLY_IN_DEVELOPMENT
    return sorted(named - known), sorted(known - named)
