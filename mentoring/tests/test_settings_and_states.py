"""Nothing is set or named in vain: each policy setting is read, each state is reached by a verb."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from programs.models import Policy
from workflow.states import stateful_models

from .test_architecture import name, product_code

ROOT = Path(settings.BASE_DIR)
STATE_CODE = re.compile(
    r"\{\{ *(?!form\.)[\w.]+\.(?:from_state|to_state|state) *\}\}(?!\")"
)  # not in a class
# What a text tells a pair to do by then. It is a date on their pages, and no rule of the program.
ONLY_A_DATE = {"first_meeting_days", "agreement_days"}

# One verb for each state but the first; a method of a class is written after a colon.
VERBS = {
    "agreements.AgreementVersion": {
        "shared": "agreements.drafting.share",
        "signed": "agreements.signing.sign",
        "superseded": "agreements.signing.sign",
        "discarded": "agreements.amending.discard",
    },
    "agreements.Goal": dict.fromkeys(
        ("under_way", "reached", "parked"), "agreements.goals.goal_states.set_state"
    ),
    "agreements.PartComment": {
        "accepted": "agreements.comments.accept",
        "answered": "agreements.comments.answer",
        "set_aside": "agreements.comments.set_aside",
        "withdrawn": "agreements.comments.take_back",
    },
    "announcements.Announcement": {
        "waiting": "announcements.releasing.schedule",
        "sent": "announcements.releasing.send_due",
        "discarded": "announcements.releasing.discard",
    },
    "applications.Application": {
        "submitted": "applications.submission.send",
        **dict.fromkeys(("accepted", "waitlisted", "declined"), "applications.reviewing.release"),
        "withdrawn": "applications.submission.withdraw",
    },
    "checkins.Adjustment": {
        "published": "checkins.adjustments.publish",
        "withdrawn": "checkins.adjustments.withdraw",
    },
    "checkins.CheckIn": {
        "open": "checkins.planning.open_due",
        "answered": "checkins.answering.answer",
        "lapsed": "checkins.planning.lapse_overdue",
        "cancelled": "checkins.planning.cancel_of_ended_matches",
    },
    "checkins.Concern": {
        "taken": "checkins.models:Concern.take",
        "resolved": "checkins.models:Concern.resolve",
    },
    "checkins.Survey": {
        "published": "checkins.editions.publish",
        "retired": "checkins.editions.retire",
    },
    "events.Event": {
        "published": "events.arranging.publish",
        "held": "events.attendance.record",
        "cancelled": "events.arranging.cancel",
    },
    "events.SignUp": {
        "waiting": "events.sign_ups.sign_up",
        "left": "events.sign_ups.leave",
    },
    "support.SupportRequest": {
        "answered": "support.offering.answer",
        "closed": "support.requesting.say_helped",
        "withdrawn": "support.requesting.withdraw",
    },
    "matches.AccountRecovery": {
        "waiting": "matches.recovering.confirm",
        "stopped": "matches.recovering.stop",
        "expired": "matches.recovering.send_due_codes",
        "done": "matches.recovering.finish",
    },
    "matches.AccountMerge": {
        "proven": "matches.merge_requests.prove",
        "stopped": "matches.merge_requests.drop",
        "expired": "matches.merge_requests.end_unfinished_merges",
        "done": "matches.merge_requests.join",
    },
    "matches.Match": {
        "active": "agreements.signing.sign",
        "closing": "matches.terms.begin_to_close",
        "closed": "matches.endings.end",
    },
    "matching.Offer": {
        **dict.fromkeys(("accepted", "declined"), "matching.rounds.pair_offers.answer"),
        "expired": "matching.rounds.pair_offers.follow_offers",
        "withdrawn": "matching.rounds.pair_offers.withdraw",
    },
    "matching.PairRequest": {
        "made": "matching.rounds.pair_requests.accept",
        "declined": "matching.rounds.pair_requests.turn_down",
        "withdrawn": "matching.rounds.pair_requests.take_back",
        "confirmed": "matching.rounds.found_each_other.confirm",
        "approved": "matching.rounds.pair_requests.accept",
        "lapsed": "matching.rounds.found_each_other.say_no",
    },
    "matching.Round": {
        "review": "matching.rounds.lifecycle.send_to_review",
        "approved": "matching.rounds.lifecycle.approve",
        "published": "matching.rounds.publication.publish",
        "discarded": "matching.rounds.lifecycle.discard",
    },
    "meetings.ContactRequest": {
        "promised": "meetings.contact_requests.promise",
        "shared": "meetings.contact_requests.share",
        "declined": "meetings.contact_requests.decline",
        "withdrawn": "meetings.contact_requests.withdraw",
    },
    "applications.InterviewAppointment": {
        "set": "applications.appointments.choose",
        "other": "applications.appointments.ask_for_other",
        "cancelled": "applications.appointments.cancel",
    },
    "meetings.Meeting": {
        "set": "meetings.scheduling.accept",
        "lapsed": "meetings.reconcilers.lapse_unanswered",
        **dict.fromkeys(("held", "missed", "moved"), "meetings.recording.record"),
        "cancelled": "meetings.scheduling.cancel",
    },
    "notifications.Notification": {
        **dict.fromkeys(
            ("sending", "sent", "failed", "expired", "cancelled"),
            "notifications.dispatch:Dispatcher",
        ),
        "held": "notifications.models:Notification.hold",
    },
}


def reads(path: Path) -> set[str]:
    """Return the names that a module reads as attributes or passes as text, to `getattr` say."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    texts = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | texts


def is_rule(path: Path) -> bool:
    """Whether a module is more than a page of the admin or a text."""
    parts = set(name(path).removesuffix(".py").split("/"))
    return not parts & {
        "admin", "demo", "next_step_text", "overviews", "pair_page", "emails", "committee_admin",
    }  # fmt: skip


def test_every_setting_of_a_program_changes_what_the_program_does():
    read = set().union(*(reads(path) for path in product_code() if is_rule(path)))
    settings_ = {field.name for field in Policy._meta.fields} - {"id", "program"}
    assert settings_ - read == ONLY_A_DATE


@pytest.mark.parametrize("model", stateful_models(), ids=lambda model: model._meta.label)
def test_every_state_is_reached_by_a_verb(model):
    field = model._meta.get_field("state")
    first = str(field.get_default())
    wanted = {str(value) for value, _label in field.flatchoices if value != first}
    verbs = VERBS[model._meta.label]
    assert set(verbs) == wanted
    for verb in set(verbs.values()):
        module, _colon, path = verb.partition(":")
        found = attrgetter(path)(import_module(module)) if path else import_string(verb)
        assert callable(found), verb


def test_no_page_and_no_email_shows_the_code_of_a_state():
    """Histories are written by `steps_of`, and everything else by `get_state_display`."""
    coded = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        if (found := STATE_CODE.findall(path.read_text()))
    ]
    assert coded == []
