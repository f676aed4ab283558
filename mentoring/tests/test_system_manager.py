"""`Model.system` reads every row of a confidential table: only named work modules may use it.

The same holds for Django's `_base_manager`, which asks no rule either. Pages (views, forms, admin,
template tags) start from `visible_to(user)` and are never on this list.
"""

import ast
import functools
import re

import pytest

from .test_architecture import name, product_code

ERASES = "erases or exports a person's own rows on their request"
SENDS = "the outbox works for no person"
MERGES = "makes two accounts one, for the person who has proven both"
MERGING_APPS = ("applications", "matches", "matching", "meetings", "support")
CHANGES_ROUND = "changes a round that its verb has checked for the member"

ALLOWED = {
    "programs/email_text_emails.py": "counts the tests that a chair has asked for; no words",
    "access/scoping.py": "defines it",
    "accounts/mentions.py": ERASES,
    "checkins/broken_rules.py": "resolves what is over, for no person",
    **{f"{app}/account_merging.py": MERGES for app in MERGING_APPS},
    "notifications/recipient_changes.py": MERGES,
    "accounts/merge_rules.py": MERGES,
    "matches/merge_proposals.py": MERGES,
    "matches/merge_requests.py": MERGES,
    "matches/recovering.py": "gives an account back for members whom the verbs check",
    "matching/running_pairs.py": "looks at pairs whose facts have changed; no words",
    "agreements/drafting.py": "writes the pair's text for one of the two, whom the verb checks",
    "agreements/reconcilers.py": "asks which reminders are in the outbox",
    "agreements/activities.py": "follows what both have signed",
    "agreements/goals/review_reminders.py": "asks which reminders are in the outbox",
    "agreements/goals/agreed.py": "follows what both have signed",
    "agreements/goals/privacy.py": ERASES,
    "agreements/goals/goal_states.py": "cancels e-mails about the goals of an ended pair",
    "agreements/expectations.py": "writes for the author, whom the verb checks",
    "agreements/models/expectations.py": "asks whether the reader has answered; no words",
    "agreements/models/content.py": "counts goals for a row that the reader may see; no texts",
    "agreements/paper.py": "stores and deletes scans for a member whom the verb checks",
    "agreements/privacy.py": ERASES,
    "agreements/reflections.py": "writes for the author, whom the verb checks",
    "agreements/text.py": "renders the text that is signed, for both people",
    "announcements/releasing.py": "e-mails of an announcement, by its recipients",
    "applications/applicant_questions.py": "writes for whom the verb checks",
    "applications/review_queues.py": "counts for queries of what the member may see; no words",
    "applications/decision_release.py": "releases for no person what a chair has asked for",
    "applications/emails.py": "renders an e-mail to the person it is about",
    "applications/importing/import_jobs.py": "a background job for a checked upload",
    "applications/importing/import_undo.py": "puts back rows for a checked job",
    "applications/importing/remembered_maps.py": "asks how earlier files were read",
    "applications/models/imports.py": "finds the last job of an upload that the member may see",
    "applications/importing/answer_writing.py": "writes for a checked job",
    "applications/importing/stored_answers.py": "reads for a checked job",
    "applications/importing/saving.py": "writes imported rows for a member whom the job checked",
    "applications/models/confidential.py": "hides wishes from members with a conflict of interest",
    "applications/named_wishes.py": "finds the people named, before a round",
    "applications/models/opinions.py": "asks whether all readers have written; no words",
    "applications/opinions.py": "writes for a member whom the verb checks",
    "applications/privacy.py": ERASES,
    "applications/retention.py": "erases what is older than the policy, for no person",
    "applications/program_questions.py": "keeps given answers true; counts them for a round",
    "applications/review_steps.py": "adds the last moment of a step of the person themselves",
    "applications/interviews.py": "writes for a member whom the verb checks",
    "applications/appointments.py": "writes for the two whom the verb checks",
    "applications/interview_queues.py": "asks which of the applications read lack a time; no words",
    "applications/appointment_reminders.py": "reminds the two whom it is about; no words",
    "applications/models/interviews.py": "asks whether all have scored; no words",
    "applications/references.py": "writes to guests; applicants read whom they named only",
    "applications/models/references.py": "asks whether a reference has come; no words",
    "applications/reviewing.py": "decides for a member with a role, checked by the verb",
    "applications/models/screening.py": "asks who lacks a check; no results",
    "applications/models/standing_rule.py": "asks who is in good standing; no reasons",
    "applications/standing.py": "writes for a chair whom the verb checks; counts",
    "applications/screening.py": "writes for a chair whom the verb checks; tells of days",
    "applications/sender_policy.py": "reads of which program an e-mail is",
    "applications/submission.py": "withdraws for the person",
    "checkins/answering.py": "writes the person's own answers",
    "checkins/bounced_addresses.py": "raises and resolves concerns, for no person",
    "checkins/handling.py": "marks the first act, reminds, and opens what nobody handles",
    "checkins/contact_log.py": "logs a contact for a member whom the verb checks",
    "checkins/theme_marks.py": "marks for a member whom the verb checks; drops marks on old words",
    "checkins/theme_counts.py": "counts marks for no person, small counts hidden",
    "checkins/mediation.py": "notes steps for a member whom the verb checks",
    "checkins/missed_contacts.py": "raises concerns for no person; no words",
    "checkins/suggestions.py": "stores the person's own; answers for a member whom the verb checks",
    "checkins/unmatched_survey.py": "asks who was told that they have no match; no words",
    "checkins/silent_carers.py": "counts what waits, for no person; asks what was sent",
    "checkins/contact_plan.py": "computes days for no person; no words",
    "checkins/concerns.py": "raises concerns and reminds of them",
    "checkins/unanswered_emails.py": "counts e-mails without an answer, for no person",
    "checkins/first_contact.py": "asks which reminders are in the outbox, and whom a carer tries",
    "checkins/needs.py": "asks the person, and stores their own answers",
    "checkins/planning.py": "asks which reminders are in the outbox",
    "meetings/meeting_reminders.py": "asks which reminders are in the outbox",
    "checkins/privacy.py": ERASES,
    "checkins/survey_emails.py": "counts the test e-mails that a chair has asked for",
    "checkins/answer_changes.py": "pools answers; small groups are hidden",
    "checkins/goal_counts.py": "counts goals; names nobody",
    "checkins/results.py": "counts pooled answers; names nobody",
    "dashboard/digests.py": "asks who has been sent a digest lately",
    "dashboard/invariants.py": "counts rows that break a rule; reads no texts, names nobody",
    "events/models/audience.py": "asks which cohorts an event is for; reads no person",
    "events/feedback.py": "counts pooled answers; names nobody",
    "events/privacy.py": ERASES,
    "events/reconcilers.py": "asks which e-mails are in the outbox; erases what is old",
    "support/referring.py": "refuses a second open referral of a person whom the verb checks",
    "support/requesting.py": "ends what a person asked for, when they leave or say so",
    "support/privacy.py": ERASES,
    "support/reconcilers.py": "asks what is due, for no person; erases what is old",
    "support/senders.py": "reads of which program an e-mail is",
    "learning/lesson_checks.py": "keeps words of answers out of lessons, whoever edits them",
    "learning/lessons.py": "writes for the author or the chair, whom the verb checks; erases",
    "learning/privacy.py": ERASES,
    "learning/models/touches.py": "counts the short texts that were sent; names nobody",
    "learning/touch_resending.py": SENDS,
    "learning/touch_emails.py": "counts the test e-mails that a chair has asked for",
    "demo/setup.py": "builds the demo",
    "demo/cleanup.py": "builds the demo",
    "demo/pair_year.py": "builds the demo",
    "demo/personas.py": "shows sign-in codes of the demo, which sends no e-mail",
    "matches/cohort_ends.py": "asks who was told that their cohort is over; no words",
    "matches/care_emails.py": "numbers the e-mails about new pairs",
    "matches/sender_policies.py": "finds the program of an e-mail about a note; reads no text",
    "matches/emails.py": "asks whether the partner left a few words",
    "matches/endings.py": "stores a reason for its author, whom the verb checks",
    "matches/pause_days.py": "until when both of a pair asked for a pause, without why",
    "matches/pause_emails.py": "asks whether the partner left a line, and who asked for the pause",
    "matches/pause_reminders.py": "reminds who asked for a pause",
    "matches/pauses.py": "stores a wish for its author, whom the verb checks",
    "matches/privacy.py": ERASES,
    "matches/retention.py": "erases what is older than the policy, for no person",
    "matches/thank_you_notes.py": "writes for the author, whom the verb checks",
    "matches/what_you_share.py": "compares answers of two people that both share with their match",
    "matches/terms.py": "numbers the notices about the end of a term",
    "matching/emails.py": "renders an e-mail to the person it is about",
    "matching/models/rounds.py": "adds figures of the plan to a snapshot that the member may see",
    "matching/models/offers.py": "asks whether a mentee's other offers are open, for a member",
    "matching/offer_emails.py": "finds the program of an e-mail, and what waits for a person",
    "matching/offer_links.py": "shows the person what they are asked, without a name",
    "matching/rounds/barred_pairs.py": "refuses pairs, whoever publishes or answers",
    "applications/mentor_invitations.py": "writes to guests; who invites reads counts only",
    "matching/models/pair_requests.py": "finds what the owner of an address is asked",
    "matching/pair_request_emails.py": "finds the program of an e-mail",
    "matching/rounds/found_each_other.py": "writes to guests; its verbs check who answers",
    "matching/rounds/pair_requests.py": "locks and ends requests; its verbs check who decides",
    "matching/rounds/asking.py": "asks for no person; who is asked already, and places held",
    "matching/rounds/pair_offers.py": "asks for no person; its verbs check who answers or changes",
    "matching/pool/applicant_data.py": "compares answers with those that the engine was given",
    "matching/pool/own_columns.py": "gives the engine the answers of everyone who is ready",
    "matching/pool/pool_data.py": "gives the engine everyone who is ready",
    "matching/privacy.py": ERASES,
    "matching/recusal.py": "asks whether a member has a conflict with anyone in the plan",
    "matching/rounds/announcements.py": "publishes for no person",
    "matching/rounds/bulk_decisions.py": CHANGES_ROUND,
    "matching/rounds/conflict_messages.py": CHANGES_ROUND,
    "matching/rounds/copying.py": CHANGES_ROUND,
    "matching/rounds/criteria_changes.py": CHANGES_ROUND,
    "matching/rounds/decisions.py": CHANGES_ROUND,
    "matching/rounds/lifecycle.py": CHANGES_ROUND,
    "matching/rounds/minutes.py": "counts the entries that a conflict hides",
    "matching/rounds/overrides.py": CHANGES_ROUND,
    "matching/rounds/plan_updates.py": CHANGES_ROUND,
    "matching/rounds/proposal_rows.py": CHANGES_ROUND,
    "matching/rounds/publication.py": "publishes for no person",
    "matching/rounds/round_texts.py": "renders for the recipient; saves for a checked member",
    "matching/rounds/undo.py": CHANGES_ROUND,
    "matching/storage/snapshots.py": "stores what the engine was given",
    "matching/storage/solver_state.py": "stores and loads the whole plan",
    "matching/workbench/criteria_preview.py": "reads figures of a round that the member may see",
    "matching/workbench/workbench.py": "counts a mentor's mentees, hidden ones included",
    "meetings/privacy.py": ERASES,
    "meetings/statements/issuing.py": "issues to the person; asks whether a code is valid",
    "notifications/bounces/addresses.py": SENDS,
    "notifications/delivery_rules.py": SENDS,
    "notifications/dispatch.py": SENDS,
    "notifications/leases.py": SENDS,
    "notifications/links.py": "finds what a signed link is about",
    "notifications/management/commands/release_held.py": SENDS,
    "notifications/management/commands/send_test_email.py": SENDS,
    "notifications/models/merged_items.py": SENDS,
    "notifications/models/outbox.py": SENDS,
    "notifications/outbox.py": SENDS,
    "notifications/outbox_health.py": SENDS,
    "notifications/privacy.py": ERASES,
    "notifications/reminders.py": SENDS,
    "notifications/restore_guard.py": SENDS,
    "notifications/volume_limit.py": SENDS,
    "notifications/merged_items.py": SENDS,
    "notifications/several_at_once.py": SENDS,
    "notifications/weekly_counts.py": "counts e-mails by kind and week",
    "notifications/work_hours.py": SENDS,
    "programs/opening_requests.py": "writes to visitors; gives the committee numbers only",
    "programs/word_merging.py": "counts and merges the choices of a word; reads no texts",
    "workflow/jobs.py": "runs background jobs for no person",
    "workflow/states.py": "changes the state of a row that the verb has checked",
}
PAGE = re.compile(r"(^|/)(views|forms|admin|link_views|templatetags)(/|\.py$)|(^|/)urls\.py$")


MANAGERS = ("system", "_base_manager")


@functools.cache
def users() -> set[str]:
    texts = {name(path): path.read_text() for path in product_code()}
    return {
        module
        for module, text in texts.items()
        if any(f".{manager}" in text for manager in MANAGERS)  # to parse all takes a second
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS
    }


def test_only_named_modules_read_every_row():
    assert users() - ALLOWED.keys() == set(), "start from visible_to(user), or give a reason here"
    assert ALLOWED.keys() - users() <= {"access/scoping.py"}, "no longer used: take it off the list"


@pytest.mark.parametrize("path", sorted({*ALLOWED, *users()}))
def test_no_page_reads_every_row(path):
    assert not PAGE.search(path)


@pytest.mark.parametrize(
    "path",
    ["a/views.py", "a/views/x.py", "a/admin.py", "a/admin/x.py", "a/forms/x.py", "a/urls.py"],
)
def test_pages_are_recognised(path):
    assert PAGE.search(path)
