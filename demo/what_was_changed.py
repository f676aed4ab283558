"""What the association changed because of its surveys: two for everyone to read, and a draft."""

from __future__ import annotations

from checkins import adjustments
from checkins.models import Adjustment, Kind, Wave

from .setup import DemoCohort


def write_down(demo: DemoCohort) -> None:
    """Write down each change of the texts on its day, if the cohort was asked before that."""
    for words in demo.texts["adjustments"]:
        day = demo.calendar.today - words["days_ago"]
        waves = Wave.objects.filter(cohort=demo.cohort, kind=Kind.PULSE)
        wave = waves.filter(published_at__lte=demo.calendar.at(day)).order_by("-month").first()
        if wave is None:
            continue
        row = Adjustment(
            program=demo.program,
            cohort=demo.cohort,
            wave=wave,
            role=words["role"],
            heard=words["heard"],
            changed=words["changed"],
            since_on=demo.calendar.on(day),
            is_for_everyone=words["is_for_everyone"],
            created_at=demo.calendar.at(day - 2),
        )
        adjustments.add(row, by=demo.chair)
        if words["state"] != "draft":
            adjustments.publish(row, by=demo.chair, at=demo.calendar.at(day))
        if words["state"] == "withdrawn":
            adjustments.withdraw(row, by=demo.chair, at=demo.calendar.at(day + 3))
