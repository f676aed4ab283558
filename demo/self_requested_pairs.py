"""Two people of the community program who found each other and ask to be a pair."""

from __future__ import annotations

from applications.models import Application
from matching.rounds import found_each_other

from .setup import DemoCohort

REASON = "We met at the library's language table and have talked every week since."


def ask_to_be_a_pair(demo: DemoCohort, *, day: float) -> None:
    """Let an applicant name another one, who says yes a day later; the committee decides."""
    sent = Application.objects.filter(cohort=demo.cohort, state=Application.State.SUBMITTED)
    rows = sent.select_related("person").order_by("person__name")
    mentee, mentor = rows.mentees().last(), rows.mentors().last()
    if mentee is None or mentor is None:
        return
    request = found_each_other.ask(
        demo.cohort,
        Application.Role.MENTEE,
        mentor.person.email,
        by=mentee.person,
        reason=REASON,
        at=demo.calendar.at(day),
    )
    found_each_other.confirm(request, by=mentor.person, at=demo.calendar.at(day + 1))
