"""Export and erase a person's applications.

The export has released decisions, but no committee notes or pending decisions. Erasing keeps the
application as a row without text, so that counts stay true.
"""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User
from accounts.privacy import register

from .models import Application, CommitteeNote, Decision, NamedWish, PrivateAnswers
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
    about = Q(application__in=mine)
    CommitteeNote.system.filter(about).delete()
    Decision.system.filter(about).update(note="")
    PrivateAnswers.system.filter(about).delete()
    NamedWish.system.filter(about | Q(person=user)).delete()
    for application in mine:
        application.experience_rows.all().delete()
    mine.update(situation="", hopes="", suitability={}, external_key="")


register("applications", export=export, erase=erase)
