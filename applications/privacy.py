"""Export and erase a person's applications.

The export has released decisions, but no committee notes or pending decisions. Erasing keeps the
application as a row without text, so that counts stay true.
"""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.column_rules import ERASED, OWN_ONLY, erased, impersonal, kept, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from notifications.outbox import delete_about_missing
from workflow.models import Transition

from . import mentor_invitations, references, standing
from .models import (
    ApplicantQuestion,
    Application,
    ApplicationExperience,
    ApplicationTopic,
    CommitteeNote,
    Decision,
    ImportedRow,
    InterviewAppointment,
    InterviewScore,
    NamedWish,
    Opinion,
    Preparation,
    PrivateAnswers,
    QuestionAnswer,
    Reference,
    ReviewStep,
    RosterJob,
    RosterUpload,
    ScreeningCheck,
    Standing,
)
from .models.applications import ApplicationQuerySet
from .named_wishes import forget_person
from .submission import withdraw

ANSWERS = (
    "situation",
    "hopes",
    "mode",
    "travel_km",
    "rhythm_days",
    "capacity",
    "is_first_time",
    "break_until",
    "suitability",
    "help_kinds",
    "mentor_styles",
    "join_reasons",
    "hours_per_month",
    "way_of_working",
    "matters_most",
    "external_key",
    "said_facts",
)
TIMES = (
    "created_at",
    "submitted_at",
    "committed_at",
    "code_accepted_at",
    "orientation_passed_at",
)


PRIVATE_ANSWERS = ("needs", "limits", "accommodations", "training_needs")


def export(user: User) -> dict[str, object]:
    """Return everything stored about the person's applications, for their own copy."""
    rows = Application.objects.of(user).select_related("cohort__program")
    rows = rows.prefetch_related("topic_rows__topic", "experience_rows__experience")
    return {
        "applications": [export_application(application, user) for application in rows],
        "checks": [
            {
                "program": check.program.name,
                "kind": check.get_kind_display(),
                "passed": check.is_passed,
                "done_on": check.done_on,
                "valid_until": check.expires_on,
            }
            for check in ScreeningCheck.system.filter(person=user).select_related("program")
        ],
        "memberships": standing.export(user),
        **mentor_invitations.export(user),
        **references.export(user),
    }


def export_application(application: Application, user: User) -> dict[str, object]:
    private = PrivateAnswers.objects.visible_to(user).filter(application=application).first()
    own_answers = QuestionAnswer.objects.visible_to(user).filter(application=application)
    wishes = NamedWish.objects.visible_to(user).filter(application=application)
    released = Decision.system.filter(application=application, released_at__isnull=False)
    return {
        "program": application.program.name,
        "cohort": application.cohort.name,
        "role": application.get_role_display(),
        "state": application.get_state_display(),
        "imported_at": list(
            ImportedRow.system.filter(application=application).values_list("at", flat=True)
        ),
        **{name: getattr(application, name) for name in (*ANSWERS, *TIMES)},
        "topics": {
            str(row.topic): row.level_text(application.role) for row in application.topic_rows.all()
        },
        "experiences": [
            {
                "experience": str(row.experience),
                "how": row.get_depth_display(),
                "my_match_may_see_it": row.is_shared,
            }
            for row in application.experience_rows.all()
        ],
        "for_the_committee_only": private
        and {name: getattr(private, name) for name in PRIVATE_ANSWERS},
        "questions_of_the_program": [
            {
                "question": answer.question.heading,
                "answers": answer.values,
                "read_by": answer.question.get_channel_display(),
            }
            for answer in own_answers.select_related("question")
        ],
        "questions_of_the_committee": [
            {
                "question": row.text,
                "asked_at": row.asked_at,
                "answer": row.answer,
                "answered_at": row.answered_at,
            }
            for row in ApplicantQuestion.objects.of(user).filter(
                application=application, withdrawn_at=None
            )
        ],
        "interviews": [
            {
                "state": row.get_state_display(),
                "starts_at": row.starts_at,
                "suggested_at": row.proposed_at,
                "minutes": row.minutes,
                "place": row.place,
                "when_it_would_suit": row.wish,
            }
            for row in InterviewAppointment.objects.of(user).filter(application=application)
        ],
        "preparation": [
            {"what": row.get_kind_display(), "at": row.at}
            for row in Preparation.objects.visible_to(user).filter(application=application)
        ],
        "wishes": [{"kind": wish.get_kind_display(), "written": wish.written} for wish in wishes],
        "decisions": [
            {"outcome": decision.get_outcome_display(), "released_at": decision.released_at}
            for decision in released
        ],
    }


def erase(user: User) -> None:
    """Withdraw open applications and empty all of them; the rows stay for the counts."""
    mentor_invitations.forget_person(user)
    references.forget_person(user)
    mine = Application.objects.of(user)
    for application in mine.filter(state__in=Application.OPEN).select_related("cohort"):
        withdraw(application, by=user)
    mentions, cohorts = Mentions.of(user), set(mine.values_list("cohort", flat=True))
    NamedWish.system.filter(person=user).delete()
    ScreeningCheck.system.filter(person=user).delete()
    forget_person(user)
    empty(mine)
    _forget_in_reports(user, cohorts)
    erase_mentions(mentions, cohorts)


def empty(applications: ApplicationQuerySet) -> None:
    """Delete what was answered, and what the committee wrote about it; keep rows for the counts."""
    erase_texts(applications)
    about = Q(application__in=applications)
    Standing.system.filter(about).delete()
    ReviewStep.system.filter(about).delete()
    ApplicationExperience.objects.filter(about).delete()
    ApplicationTopic.objects.filter(about).delete()
    applications.update(
        mode="",
        travel_km=None,
        suitability={},
        external_key="",
        help_kinds=[],
        mentor_styles=[],
        join_reasons=[],
        hours_per_month=None,
        way_of_working={},
        matters_most="",
    )


def erase_texts(applications: ApplicationQuerySet) -> None:
    """Delete free texts, wishes and private answers, and what the committee wrote about them.

    Answers that were chosen from lists stay.
    """
    about = Q(application__in=applications)
    ApplicantQuestion.system.filter(about).delete()
    CommitteeNote.system.filter(about).delete()
    Decision.system.filter(about).update(note="")
    Opinion.system.filter(about).update(text="")
    Standing.system.filter(about).update(waiver_reason="")
    InterviewScore.system.filter(about).delete()
    # The rows stay for the e-mails that say that it is off.
    InterviewAppointment.system.filter(about).update(place="", wish="")
    Reference.system.filter(about).delete()
    delete_about_missing(Reference)
    PrivateAnswers.system.filter(about).delete()
    QuestionAnswer.system.filter(about).delete()
    NamedWish.system.filter(about).delete()
    ImportedRow.system.filter(about).delete()
    Transition.system.about_any(applications).update(why="")
    now = timezone.now()
    applications.update(
        situation="", hopes="", said_facts={}, texts_erased_at=Coalesce(F("texts_erased_at"), now)
    )


def erase_mentions(mentions: Mentions, cohorts: set[int]) -> None:
    """Remove the person from what others wrote in their cohorts, and from uploaded files."""
    others = Application.objects.filter(cohort__in=cohorts)
    about = Q(application__in=others)
    for wish in NamedWish.system.filter(about, person=None).iterator():
        if mentions.are_in(wish.written):
            wish.delete()
    mentions.replace_in(ApplicantQuestion.system.filter(about), "text", "answer")
    mentions.replace_in(InterviewAppointment.system.filter(about), "place", "wish")
    mentions.replace_in(CommitteeNote.system.filter(about), "text")
    mentions.replace_in(Decision.system.filter(about), "note")
    mentions.replace_in(Opinion.system.filter(about), "text")
    mentions.replace_in(Standing.system.filter(about), "waiver_reason")
    mentions.replace_in(InterviewScore.system.filter(about), "note")
    mentions.replace_in(Reference.system.filter(about), "name", "relation", "text")
    mentions.replace_in(PrivateAnswers.system.filter(about), "needs", "limits", "accommodations")
    mentions.replace_in(QuestionAnswer.system.filter(about), "values_json")
    mentions.replace_in(others, "situation", "hopes")
    mentions.replace_in(Transition.system.about_any(others), "why")
    uploads = RosterUpload.system.filter(cohort__in=cohorts)
    for upload in uploads.exclude(file_name=""):  # else it is erased already
        if _may_name(upload, mentions):  # a file is not changed, it is uploaded again
            upload.content_text = upload.columns_json = ""
            upload.save(update_fields=["content_text", "columns_json"])
    mentions.replace_in(uploads, "file_name", "map_text")
    jobs = RosterJob.system.filter(upload__in=uploads)
    mentions.replace_in(jobs, "report_json", "error")
    mentions.replace_in(ImportedRow.system.filter(about), "file_name")


def _may_name(upload: RosterUpload, mentions: Mentions) -> bool:
    """Return whether a stored file names the person, or cannot be searched as text."""
    content = upload.content
    if content.startswith(b"PK") or b"\x00" in content:
        return True
    return mentions.are_in(content.decode("utf-8", "replace"))


def _forget_in_reports(user: User, cohorts: set[int]) -> None:
    """Take the person out of the lists of people that checks and imports have left."""
    for job in RosterJob.system.filter(upload__cohort__in=cohorts):
        report = job.report
        people = report.get("people", [])
        report["people"] = [person for person in people if person["person"] != user.pk]
        if len(report["people"]) < len(people):
            job.report = report
            job.save(update_fields=["report_json"])


FOR_THE_COMMITTEE = "notes of the committee; ask it for them"
FILE = "a file of the committee, kept for a day; what was imported is in your application"
COLUMNS = rules(
    "applications",
    {
        "Application": {
            "public_id": impersonal("a random id"),
            "external_key suitability said_facts": erased(mentions=OWN_ONLY),
            "help_kinds mentor_styles join_reasons way_of_working": erased(mentions=OWN_ONLY),
            "saved_pages": impersonal("codes of the form's pages"),
            "situation hopes": ERASED,
        },
        "PrivateAnswers": {
            "needs limits accommodations": ERASED,
            "training_needs": erased(mentions=OWN_ONLY),
        },
        "QuestionAnswer": {"values_json": ERASED},
        "MentorInvitation": {
            "public_id": impersonal("a random id"),
            "address_key": impersonal("a keyed hash, deleted with its row"),
            "language": impersonal("one of the languages of the site"),
            "address": erased(
                not_exported="an own address, which the account's part has",
                mentions="the address of its owner",
            ),
        },
        "NamedWish": {"written": ERASED},
        "RosterUpload": {
            "public_id": impersonal("a random id"),
            "file_name": kept(
                "the committee's name for a file; the person's name is replaced in it",
                not_exported=FILE,
            ),
            "content_text columns_json": erased(not_exported=FILE),
            "read_options": impersonal("how a file is read"),
            "map_text": impersonal("which column of a file is what"),
        },
        "RosterJob": {
            "public_id stage counts added": impersonal("the progress of an import"),
            "error": kept("what went wrong; the name is replaced in it", not_exported=FILE),
            "report_json": erased(not_exported=FILE),
        },
        "ImportedRow": {
            "file_name": erased(not_exported=FILE),
            "written_json changes_json": erased(not_exported="copies of answers in the export"),
        },
        "ApplicantQuestion": {
            "public_id": impersonal("a random id"),
            "text answer": ERASED,
        },
        "ReviewStep": {"page": impersonal("codes of the form's pages")},
        "CommitteeNote": {"text": erased(not_exported=FOR_THE_COMMITTEE)},
        "Standing": {"waiver_reason": erased(not_exported=FOR_THE_COMMITTEE)},
        "Reference": {
            "public_id": impersonal("a random id"),
            "address_key": impersonal("a keyed hash, deleted with its row"),
            "language": impersonal("one of the languages of the site"),
            "address": erased(
                not_exported="an address of someone else", mentions="the address of its owner"
            ),
            "name relation": ERASED,
            "text": erased(not_exported=FOR_THE_COMMITTEE),
            "answers_json": erased(
                not_exported=FOR_THE_COMMITTEE, mentions="questions of the program with codes"
            ),
        },
        "InterviewAppointment": {
            "public_id": impersonal("a random id"),
            "times": impersonal("days and times"),
            "zone": impersonal("a time zone"),
            "place wish": ERASED,
        },
        "InterviewScore": {
            "note": erased(not_exported=FOR_THE_COMMITTEE),
            "scores_json": erased(
                not_exported=FOR_THE_COMMITTEE, mentions="questions of the program with numbers"
            ),
        },
        "Opinion": {"text": erased(not_exported=FOR_THE_COMMITTEE)},
        "Decision": {"note": erased(not_exported=FOR_THE_COMMITTEE)},
    },
)

register("applications", export=export, erase=erase, columns=COLUMNS)
