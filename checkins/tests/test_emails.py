"""The descriptions of the e-mails state the numbers that the program uses."""

from datetime import timedelta

import pytest

from agreements.reconcilers import DRAFT_REMINDERS
from checkins.concerns import CHAIR_AFTER, DEPUTY_AFTER
from checkins.planning import MEETINGS_BEFORE_FIT_CHECK
from meetings.notices import SOON
from notifications import kinds
from programs.models import Policy

HOUR = timedelta(hours=1)


def default(name):
    return Policy._meta.get_field(name).default


REMINDERS = f"{default('reminder_first_days')} and {default('reminder_second_days')} days"
FIRST, EVERY = default("pulse_first_days"), default("pulse_every_days")


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("checkin-fit", f"on day {default('fit_check_days')}"),
        ("checkin-fit", REMINDERS),
        ("checkin-pulse", f"on day {FIRST}, then every {EVERY} days"),
        ("checkin-pulse", REMINDERS),
        ("concern", f"deputy after {DEPUTY_AFTER // HOUR} hours, the chair after"),
        ("concern", f"the chair after {CHAIR_AFTER // HOUR}"),
        ("agreement-to-draft", f"on day {default('agreement_ask_days')}"),
        ("agreement-to-draft", "{} and {} days".format(*DRAFT_REMINDERS)),
        ("agreement-to-sign", REMINDERS),
        ("meeting-date-soon", f"within {SOON // HOUR} hours"),
    ],
)
def test_a_description_states_the_numbers_of_the_program(kind, statement):
    assert statement in " ".join(kinds.get(kind).doc.split())


def test_the_fit_check_follows_the_second_meeting_as_described():
    assert MEETINGS_BEFORE_FIT_CHECK == 2
    assert "after the second meeting" in kinds.get("checkin-fit").doc
