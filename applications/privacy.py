"""Export and erase a person's applications.

The export has released decisions, but no committee notes or pending decisions. Erasing keeps the
application as a row without text, so that counts stay true.
"""

from __future__ import annotations

import json

from django.db.models import Q

from accounts.column_rules import ERASED, OWN_ONLY, erased, impersonal, kept, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from workflow.models import Transition

from .models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    CommitteeNote,
    Decision,
    NamedWish,
    PrivateAnswers,
    RosterJob,
    RosterUpload,
)
from .models.applications import ApplicationQuerySet
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
    "external_key",
)
TIMES = (
    "created_at",
    "submitted_at",
    "committed_at",
    "code_accepted_at",
    "orientation_passed_at",
)


def export(user: User) -> dict[str, object]:
    """Return everything stored about the person's applications, for their own copy."""
    rows = Application.objects.of(user).select_related("cohort__program")
    rows = rows.prefetch_related("topic_rows__topic", "experience_rows__experience")
    return {"applications": [export_application(application, user) for application in rows]}


def export_application(application: Application, user: User) -> dict[str, object]:
    private = PrivateAnswers.objects.visible_to(user).filter(application=application).first()
    wishes = NamedWish.objects.visible_to(user).filter(application=application)
    released = Decision.system.filter(application=application, released_at__isnull=False)
    return {
        "program": application.program.name,
        "cohort": application.cohort.name,
        "role": application.get_role_display(),
        "state": application.get_state_display(),
        **{name: getattr(application, name) for name in (*ANSWERS, *TIMES)},
        "topics": {str(row.topic): row.weight for row in application.topic_rows.all()},
        "experiences": [
            {
                "experience": str(row.experience),
                "how": row.get_depth_display(),
                "my_match_may_see_it": row.is_shared,
            }
            for row in application.experience_rows.all()
        ],
        "for_the_committee_only": private
        and {
            name: getattr(private, name)
            for name in ("needs", "limits", "accommodations", "attributes")
        },
        "wishes": [{"kind": wish.get_kind_display(), "written": wish.written} for wish in wishes],
        "decisions": [
            {"outcome": decision.get_outcome_display(), "released_at": decision.released_at}
            for decision in released
        ],
    }


def erase(user: User) -> None:
    """Withdraw open applications and empty all of them; the rows stay for the counts."""
    mine = Application.objects.of(user)
    for application in mine.filter(state__in=Application.OPEN).select_related("cohort"):
        withdraw(application, by=user)
    mentions, cohorts = Mentions.of(user), set(mine.values_list("cohort", flat=True))
    NamedWish.system.filter(person=user).delete()
    empty(mine)
    erase_mentions(mentions, cohorts)


def empty(applications: ApplicationQuerySet) -> None:
    """Delete what was answered, and what the committee wrote about it; keep rows for the counts."""
    about = Q(application__in=applications)
    CommitteeNote.system.filter(about).delete()
    Decision.system.filter(about).update(note="")
    PrivateAnswers.system.filter(about).delete()
    NamedWish.system.filter(about).delete()
    ApplicationExperience.objects.filter(about).delete()
    ApplicationTopic.objects.filter(about).delete()
    Transition.system.about_any(applications).update(why="")
    applications.update(
        situation="", hopes="", mode="", travel_km=None, suitability={}, external_key=""
    )


def erase_mentions(mentions: Mentions, cohorts: set[int]) -> None:
    """Remove the person from what others wrote in their cohorts, and from uploaded files."""
    others = Application.objects.filter(cohort__in=cohorts)
    about = Q(application__in=others)
    for wish in NamedWish.system.filter(about, person=None).iterator():
        if mentions.are_in(wish.written):
            wish.delete()
    mentions.replace_in(CommitteeNote.system.filter(about), "text")
    mentions.replace_in(Decision.system.filter(about), "note")
    mentions.replace_in(PrivateAnswers.system.filter(about), "needs", "limits", "accommodations")
    mentions.replace_in(others, "situation", "hopes")
    mentions.replace_in(Transition.system.about_any(others), "why")
    uploads = RosterUpload.system.filter(cohort__in=cohorts)
    for upload in uploads.exclude(file_name=""):  # else it is erased already
        upload.table_json = _without_rows(upload.table_json, mentions)
        upload.save(update_fields=["table_json"])
    mentions.replace_in(uploads, "file_name", "map_text")
    jobs = RosterJob.system.filter(upload__in=uploads)
    mentions.replace_in(jobs, "problems_json", "error")


def _without_rows(table_json: str, mentions: Mentions) -> str:
    """Leave out the rows of an uploaded table that name the person."""
    if not mentions.are_in(table_json):
        return table_json
    table = json.loads(table_json)
    pairs = zip(table["rows"], table["numbers"], strict=True)
    kept_rows = [(row, n) for row, n in pairs if not any(map(mentions.are_in, map(str, row)))]
    table["rows"] = [row for row, _n in kept_rows]
    table["numbers"] = [n for _row, n in kept_rows]
    return json.dumps(table, ensure_ascii=False)


FOR_THE_COMMITTEE = "notes of the committee; ask it for them"
FILE = "a file of the committee, kept for a day; what was imported is in your application"
COLUMNS = rules(
    "applications",
    {
        "Application": {
            "public_id": impersonal("a random id"),
            "external_key suitability": erased(mentions=OWN_ONLY),
            "saved_pages": impersonal("codes of the form's pages"),
            "situation hopes": ERASED,
        },
        "PrivateAnswers": {
            "needs limits accommodations": ERASED,
            "attributes_json": erased(mentions="answers chosen from a list"),
        },
        "NamedWish": {"written": ERASED},
        "RosterUpload": {
            "public_id": impersonal("a random id"),
            "file_name": kept(
                "the committee's name for a file; the person's name is replaced in it",
                not_exported=FILE,
            ),
            "table_json": erased(not_exported=FILE),
            "map_text": impersonal("which column of a file is what"),
        },
        "RosterJob": {
            "public_id stage counts": impersonal("the progress of an import"),
            "error": kept("what went wrong; the name is replaced in it", not_exported=FILE),
            "problems_json": erased(not_exported=FILE),
        },
        "CommitteeNote": {"text": erased(not_exported=FOR_THE_COMMITTEE)},
        "Decision": {"note": erased(not_exported=FOR_THE_COMMITTEE)},
    },
)

register("applications", export=export, erase=erase, columns=COLUMNS)
