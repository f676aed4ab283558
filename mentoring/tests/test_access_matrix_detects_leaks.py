"""The matrix would notice: each guard is taken away in turn, and the table must go red."""

from __future__ import annotations

import pytest

from applications.models import Application, RosterUpload
from checkins.models import CheckIn, Concern
from matches.models import Match
from matching.models import Round
from meetings.models import Meeting
from notifications.models import Notification
from programs.models import Program

from .test_access_matrix import wrong_cells

pytestmark = pytest.mark.django_db


def everything(rows, *_args):
    """What a queryset gives when somebody forgot the rule."""
    return rows.scoped("nobody asked") if hasattr(rows, "scoped") else rows.all()


GUARDS = [
    (Application, "of", "applications:application-sent"),
    (Application, "for_committee", "admin:applications_application_change"),
    (Match, "of", "matches:match-detail"),
    (Match, "of", "agreements:agreement-detail"),
    (Match, "of", "meetings:meeting-list"),
    (Match, "for_committee", "admin:matches_match_change"),
    (Match, "for_committee", "admin:dashboard_pair_change"),
    (Meeting, "of", "meetings:meeting-log"),
    (CheckIn, "of", "checkins:checkin-answer"),
    (CheckIn, "for_committee", "admin:checkins_checkin_change"),
    (Concern, "for_committee", "admin:checkins_concern_change"),
    (Round, "visible_to", "admin:matching_round_workbench"),
    (RosterUpload, "visible_to", "admin:applications_rosterupload_columns"),
    (Notification, "for_committee", "admin:notifications_notification_change"),
    (Program, "for_committee", "admin:programs_program_change"),
]


@pytest.mark.parametrize(
    ("model", "guard", "route"), GUARDS, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_without_this_guard_the_matrix_is_red(model, guard, route, world, visitors, monkeypatch):
    rows = type(model._default_manager.all())
    monkeypatch.setattr(rows, guard, everything)
    assert next(wrong_cells(world, visitors, route, methods=("GET",)), None) is not None
