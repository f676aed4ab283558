"""Cases of e-mails with short texts; see `email_scenarios`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from learning.models import Touch, TouchText
from learning.touch_planning import save_words
from testkit import factories

from .email_cases import ZONE, Case, Scenario, pair, update


def _text(program: object) -> TouchText:
    text = TouchText.objects.create(program=program, role="mentee", month=1)
    words = {"titles": {"en": "Lead"}, "texts": {"en": "It helps."}, "tries": {"en": "Write."}}
    save_words(text, **words, by=None, at=timezone.now())
    return text


def touch() -> Case:
    match = pair()
    version = _text(match.program).version
    row = Touch.objects.create(
        match=match,
        person=match.mentee.person,
        month=1,
        version=version,
        due_at=timezone.now() - timedelta(hours=1),
    )
    return Case(row, row.person)


def text() -> Case:
    cohort = factories.cohort()
    chair = factories.member("Cleo Marsh", program=cohort.program)
    User.objects.filter(pk=chair.pk).update(time_zone=ZONE)
    chair.refresh_from_db()
    return Case(_text(cohort.program), chair)


LEARNING: dict[str, Scenario] = {
    "learning-touch": Scenario(
        touch,
        stop=lambda _case: TouchText.objects.update(retired_on=timezone.localdate()),
        reason="touch-retired",
    ),
    "learning-touch-test": Scenario(
        text,
        stop=lambda case: update(case, retired_on=timezone.localdate()),
        reason="touch-retired",
    ),
}
