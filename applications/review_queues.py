"""The queues of the committee's work with applications: what is in each, on lists and on Today."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import ApplicantQuestion, Application
from .models.applications import answer_late
from .reviewing import PENDING_DECISION

State = Application.State

IS_ASKED = Exists(
    ApplicantQuestion.system.filter(application=OuterRef("pk"), answered_at=None, withdrawn_at=None)
)
IS_DECIDED = Exists(PENDING_DECISION)
IS_TO_RELEASE = Exists(PENDING_DECISION.filter(release_at=None))
IS_SCHEDULED = Exists(PENDING_DECISION.filter(release_at__isnull=False))


def queues(on: date | None = None) -> dict[str, tuple[str | Promise, Q]]:
    """Return the name of each queue and its condition as of `on` (today by default)."""
    undecided = [State.SUBMITTED, State.WAITLISTED]
    return {
        "to-read": (_("To review"), Q(~IS_DECIDED, state=State.SUBMITTED)),
        "late": (_("Promised an answer by now"), answer_late(on or timezone.localdate())),
        "asked": (_("Question to the applicant"), Q(IS_ASKED, state__in=undecided)),
        "pending": (_("Decision to release"), Q(IS_TO_RELEASE, state__in=undecided)),
        "scheduled": (_("Release scheduled"), Q(IS_SCHEDULED, state__in=undecided)),
        "waiting": (_("Waiting list"), Q(state=State.WAITLISTED)),
        "orientation": (
            _("Mentors without orientation"),
            Q(state=State.ACCEPTED, role="mentor", orientation_passed_at=None),
        ),
        "accepted": (_("Accepted"), Q(state=State.ACCEPTED)),
        "closed": (_("Declined or withdrawn"), Q(state__in=[State.DECLINED, State.WITHDRAWN])),
    }
