"""Who may open the committee's pages on concerns, check-ins and contacts, see `access_rules`."""

from __future__ import annotations

from django.utils import timezone

from .access_rule import READERS, Rule, act, desk, page, saying

CHAIRS = frozenset({"chair", "conflicted", "maintainer"})  # a silence names no one of a pair
CARE = frozenset({"carer", "chair", "maintainer"})
ANY_CARERS = CARE | {"conflicted", "outsider"}  # whatever pairs they look after

CARE_PAGES: dict[str, Rule] = {
    "admin:checkins_checkin_read": act(CARE, "answered"),
    "admin:checkins_checkin_dates": desk(CARE, "match"),
    "admin:checkins_concern_take": act(CARE, "concern"),
    "admin:checkins_concern_take_over": act(CARE, "concern"),
    "admin:checkins_concern_note": saying(act(CARE, "concern"), text="A note"),
    "admin:checkins_concern_look_again": act(CARE, "concern"),
    "admin:checkins_concern_give_back": saying(act(CARE, "concern"), why="Away"),
    "admin:checkins_concern_resolve": saying(act(CARE, "concern"), outcome="talked", note="Done"),
    **{
        f"admin:checkins_contactplan_{result}": saying(act(CARE, "contact_plan"), how="phone")
        for result in ("reached", "message", "missed")
    },
    "admin:checkins_concern_mediate": saying(
        act(CARE, "concern"), step="mentee", on=lambda row: timezone.localdate().isoformat()
    ),
    "admin:checkins_contactplan_coverage": page(ANY_CARERS),
    "admin:checkins_contactplan_concern": act(CARE, "contact"),
    "admin:checkins_carersilence_take-over": act(CHAIRS, "silence"),
    "admin:checkins_suggestion_read": act(READERS, "suggestion"),
    "admin:checkins_suggestion_answer": saying(act(READERS, "suggestion"), text="Thank you"),
    "admin:checkins_contactplan_undo": act(CARE, "contact"),
}
