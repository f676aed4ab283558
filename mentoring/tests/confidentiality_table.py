"""Who in the committee may see what of a pair, as data; `test_confidentiality_table.py` uses it."""

from __future__ import annotations

from collections.abc import Callable

# Pair A is cared for by `carer`, B by `other_carer`, F by `former_carer`.
CAST = (
    "reader",
    "matcher",
    "chair",
    "maintainer",
    "carer",  # without any other role, as all that follow
    "deputy",  # of the carer of A
    "other_carer",
    "conflicted",  # a chair who declared a conflict with the mentee of A
    "chair_in_b",  # a chair since yesterday, who is the mentor of B
    "maintainer_in_b",  # the mentee of B
    "former_carer",  # whose role as a carer has ended; still a reader
    "expired",  # whose role as the chair has ended
)
REVIEWERS = {"reader", "matcher", "chair", "maintainer", "conflicted", "chair_in_b",
             "maintainer_in_b", "former_carer"}  # fmt: skip
CHAIRS = {"chair", "maintainer", "conflicted", "chair_in_b", "maintainer_in_b"}
COMMITTEE = set(CAST) - {"expired"}
CARERS = {"A": {"carer", "deputy"}, "B": {"other_carer"}, "F": set()}
# Who has a conflict of interest with a pair.
RECUSED = {"A": {"conflicted"}, "B": {"chair_in_b", "maintainer_in_b"}, "F": set()}
# What is about the mentor alone: the conflict of A is with its mentee.
OF_MENTORS = {"applications.InterviewAppointment", "applications.InterviewScore"}


def recused(label: str, pair: str) -> set[str]:
    """Return who may read nothing of the rows of a table that belong to a pair."""
    return RECUSED[pair] - {"conflicted"} if label in OF_MENTORS else RECUSED[pair]


def everyone(pair: str) -> set[str]:
    return COMMITTEE


def reviewers_and_carer(pair: str) -> set[str]:
    return REVIEWERS | CARERS[pair]


def reviewers_and_carers_of_mentor(pair: str) -> set[str]:
    """As above, of what is about the mentor: A and F have the same one."""
    return REVIEWERS | CARERS[pair] | (CARERS["A"] if pair == "F" else set())


def carer_and_chair(pair: str) -> set[str]:
    return CHAIRS | CARERS[pair]


def chairs(pair: str) -> set[str]:
    return CHAIRS


def carer(pair: str) -> set[str]:
    return CARERS[pair]


def no_one(pair: str) -> set[str]:
    return set()


Readers = Callable[[str], set[str]]

# Column -> who reads it. What a row belongs to follows from its match, application or person.
WORDS: dict[str, Readers] = {
    # Profile, contact; what the match reads as well
    "accounts.User.email": everyone,
    "accounts.Profile.job_title": everyone,
    "applications.Application.situation": everyone,
    "applications.Application.hopes": everyone,
    # Committee only
    "applications.PrivateAnswers.needs": reviewers_and_carer,
    "applications.PrivateAnswers.limits": reviewers_and_carer,
    "applications.PrivateAnswers.accommodations": reviewers_and_carer,
    "applications.QuestionAnswer.values_json": reviewers_and_carer,
    "applications.ApplicantQuestion.text": reviewers_and_carer,
    "applications.ApplicantQuestion.answer": reviewers_and_carer,
    "applications.NamedWish.written": reviewers_and_carer,
    "applications.CommitteeNote.text": everyone,
    "applications.Decision.note": everyone,
    "applications.Opinion.text": everyone,
    "applications.InterviewScore.note": everyone,
    "applications.InterviewAppointment.place": reviewers_and_carers_of_mentor,
    "applications.InterviewAppointment.wish": reviewers_and_carers_of_mentor,
    "applications.Reference.text": reviewers_and_carer,
    "applications.Standing.waiver_reason": everyone,
    "matches.AccountMerge.checked": chairs,
    "matches.AccountRecovery.new_email": everyone,
    "matches.AccountRecovery.checked": everyone,
    # The pair's own
    "agreements.AgreementText.confidentiality": no_one,
    "agreements.AgreementText.feedback": no_one,
    "agreements.AgreementText.ending_rules": no_one,
    "agreements.Goal.text": no_one,
    "agreements.Goal.measure": no_one,
    "agreements.Goal.why": no_one,
    "agreements.GoalStep.text": no_one,
    "agreements.GoalChange.before": no_one,
    "agreements.AgreedGoal.text": no_one,
    "agreements.AgreedGoal.measure": no_one,
    "agreements.AgreedActivity.text": no_one,
    "agreements.Activity.text": no_one,
    "meetings.Agenda.place": no_one,
    "meetings.Agenda.points": no_one,
    "meetings.ContactRequest.why": no_one,
    "meetings.ContactRequest.wished": no_one,
    "meetings.LogEntry.learned": no_one,
    "meetings.LogEntry.next_step": no_one,
    # Care
    "checkins.Answer.text": carer_and_chair,
    "checkins.AskedNeed.names": carer_and_chair,
    "checkins.Concern.text": carer_and_chair,
    "learning.Lesson.text": carer_and_chair,
    "support.Referral.note": carer_and_chair,
    "support.SupportAnswer.text": carer_and_chair,
    "support.SupportRequest.text": carer_and_chair,
    "checkins.Concern.contact_info": carer_and_chair,
    "checkins.Concern.resolution": carer_and_chair,
    "checkins.ConcernNote.text": carer_and_chair,
    "checkins.MediationStep.text": carer_and_chair,
    "checkins.ContactLog.note": carer_and_chair,
    "checkins.Suggestion.text": everyone,
    "checkins.Suggestion.answer": everyone,
    "matches.EndingReason.text": carer_and_chair,
    "matches.EndingNote.text": carer_and_chair,
    "matches.Farewell.text": no_one,
    "matches.ThankYouNote.text": no_one,
    "agreements.Expectations.hopes": no_one,
    "agreements.Expectations.gives": no_one,
    "agreements.Expectations.often": no_one,
    "agreements.Expectations.hard": no_one,
    "agreements.Expectations.reached": no_one,
    "agreements.Expectations.between": no_one,
    "agreements.PartComment.text": no_one,
    "agreements.PartComment.values_json": no_one,
    "agreements.PartComment.answer": no_one,
    "matches.PauseRequest.text": carer_and_chair,
    "matches.PauseNote.text": no_one,
    "agreements.Reflection.learned": no_one,
    "agreements.Reflection.next_steps": no_one,
    "agreements.GoalReflection.learned": no_one,
}
# Page of one row -> who opens it.
PAGES: dict[str, tuple[str, Readers]] = {
    "applications_application": ("mentee_application", everyone),
    "matches_match": ("match", everyone),
    "agreements_agreementversion": ("version", everyone),
    "meetings_meeting": ("held", carer),
    "checkins_checkin": ("answered", everyone),
    "checkins_concern": ("concern", carer_and_chair),
    "checkins_contactlog": ("contact", carer_and_chair),
    "checkins_suggestion": ("suggestion", everyone),
    "support_supportrequest": ("answered_support", carer_and_chair),
    "support_referral": ("referral", carer_and_chair),
    "support_sentby": ("sent_by", everyone),
    "learning_lesson": ("lesson", carer_and_chair),
    "matches_accountmerge": ("account_merge", chairs),
    "matches_accountrecovery": ("recovery", everyone),
}
# Record without a page of its own -> who gets it, and whom its changes of state are shown to.
RECORDS: dict[str, Readers] = {
    "matches.EndingRequest": carer_and_chair,
    "matches.EndingReason": carer_and_chair,
    "matches.EndingNote": carer_and_chair,
    "matches.Closure": everyone,
    "matches.Pause": everyone,
    "matches.PauseRequest": carer_and_chair,
    "agreements.Signature": everyone,
    "agreements.PaperRecord": everyone,
}
HISTORIES: dict[str, tuple[str, Readers]] = {
    "applications.Application": ("mentee_application", everyone),
    "applications.InterviewAppointment": ("appointment", reviewers_and_carers_of_mentor),
    "matches.Match": ("match", everyone),
    "agreements.AgreementVersion": ("version", everyone),
    "matches.AccountMerge": ("account_merge", chairs),
    "matches.AccountRecovery": ("recovery", everyone),
    "agreements.Goal": ("goal", no_one),
    "agreements.PartComment": ("comment", no_one),
    "meetings.Meeting": ("held", carer),
    "meetings.ContactRequest": ("contact_request", no_one),
    "checkins.CheckIn": ("answered", everyone),
    "checkins.Concern": ("concern", carer_and_chair),
    "support.SupportRequest": ("support_request", carer_and_chair),
}
# What an e-mail is about -> who sees its row in the outbox. "As the thing it is about."
EMAILS: dict[str, Readers] = {
    "announcements.AnnouncementRecipient": chairs,
    "applications.ApplicantQuestion": reviewers_and_carer,
    "applications.InterviewAppointment": reviewers_and_carer,
    "applications.ScreeningCheck": carer_and_chair,
    "applications.Application": everyone,
    "matches.Match": everyone,
    "agreements.AgreementVersion": everyone,
    "agreements.PaperRecord": everyone,  # that it was recorded
    "agreements.Goal": no_one,  # between the two
    "agreements.PartComment": no_one,  # between the two
    "agreements.GoalReview": everyone,  # that it was asked for
    "meetings.Meeting": carer,
    "events.Event": everyone,
    "learning.Touch": everyone,  # that a text was sent, never whether they have tried it
    "checkins.CheckIn": everyone,
    "checkins.Concern": carer_and_chair,
    "support.SupportAnswer": carer_and_chair,
    "support.SupportRequest": carer_and_chair,
    "checkins.MediationStep": carer_and_chair,
    "checkins.Suggestion": no_one,  # its recipient may not want to be named
    "matching.Offer": everyone,
    "matching.PairRequest": everyone,
    "matches.Closure": everyone,
    "matches.FollowUp": everyone,
    "matches.Pause": everyone,
    "matches.ThankYouNote": no_one,  # between the two
    "meetings.ContactRequest": no_one,
}
