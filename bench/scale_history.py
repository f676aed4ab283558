# ruff: noqa: S608  # the SQL is put together from names of our own tables and columns
"""The history of `bench.scale_data`: recorded transitions, sent e-mails, what people know."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from agreements.models import AgreementVersion, Goal
from applications.models import Application
from bench.copies import FIRST, copy, run, series
from checkins.models import CheckIn
from matches.models import Match
from matching.models import Offer
from meetings.models import Meeting
from notifications import kinds
from notifications.models import KnownState, Notification
from workflow.models import Transition


def copy_transitions() -> None:
    """What was opened, answered, accepted, signed, held and begun."""
    row = Transition.system.all().first()
    assert row is not None
    new_id = f"nextval(pg_get_serial_sequence('{Transition._meta.db_table}', 'id'))"
    for model, before, after, moment, by in (
        (CheckIn, "scheduled", "open", "x.opened_at", "NULL"),
        (CheckIn, "open", "answered", "x.answered_at", "x.person_id"),
        (Match, "introduced", "active", "x.active_at", "NULL"),
        (Meeting, "set", "held", "x.starts_at", "x.proposed_by_id"),
        (Application, "submitted", "accepted", "x.submitted_at", "NULL"),
        (AgreementVersion, "shared", "signed", "x.signed_at", "x.changed_by_id"),
        (Goal, "not_started", "under_way", "x.created_at", "x.person_id"),
        (Offer, "open", "accepted", "x.closed_at", "NULL"),
    ):
        rows = f'(SELECT * FROM "{model._meta.db_table}" x WHERE {moment} < now()) x'
        copy(row, rows, id=new_id, about_type=f"'{model._meta.label_lower}'", about_id="x.id",
              from_state=f"'{before}'", to_state=f"'{after}'", at=moment, by_id=by,
              why="''")  # fmt: skip


def copy_emails(pairs: int, emails: int) -> None:
    """As many as asked for about rows that exist, sent over 600 days; a few wait or failed.

    Each has the topic that the outbox gives it, and what e-mails told is known to who got them.
    """
    row = Notification.system.filter(kind="agreement-to-sign").first()
    assert row is not None
    about = {
        "checkin-pulse": (CheckIn, "SELECT id FROM asked WHERE state <> 'scheduled'"),
        "meeting-date": (Meeting, f'SELECT id FROM "{Meeting._meta.db_table}" WHERE id > {FIRST}'),
        "match-introduced": (Match, f"SELECT {FIRST} + k AS id FROM pair"),
        "decision-accepted": (Application, f"SELECT {FIRST} + k AS id FROM {series(2 * pairs)}"),
    }
    lists = {name: f"about_{name.replace('-', '_')}" for name in about}
    for name, (_model, rows) in about.items():
        run(
            f"CREATE TEMPORARY TABLE {lists[name]} AS SELECT id, row_number() OVER () AS n"
            f" FROM ({rows}) s"
        )
    shares = {"checkin-pulse": 0.5, "meeting-date": 0.3, "match-introduced": 0.1}
    shares["decision-accepted"] = 0.1
    for name, (model, _rows) in about.items():
        count = int(emails * shares[name])
        source = (
            f"(SELECT e, l.id AS about FROM {series(count, 'e')}"
            f" JOIN {lists[name]} l ON l.n = 1 + e % (SELECT count(*) FROM {lists[name]})) s"
        )
        due = f"now() - interval '600 days' * (s.e::float / {count})"
        if name == "checkin-pulse":  # those of the last weeks follow, each with its own moment
            due = f"{due} - interval '61 days'"
        state = "CASE WHEN s.e % 2000 = 1 THEN 'failed' WHEN s.e % 2000 = 2 THEN 'cancelled'"
        state += f" WHEN s.e > {count} - 5 THEN 'held' ELSE 'sent' END"
        is_sent = f"CASE WHEN {state} = 'sent' THEN {due} END"
        is_over = f"CASE WHEN {state} <> 'held' THEN {due} END"
        copy(row, source,
              id=f"nextval(pg_get_serial_sequence('{Notification._meta.db_table}', 'id'))",
              key=f"'{name}:' || s.e", kind=f"'{name}'", about_id="s.about",
              topic=_topic(name, model, "s.about", f"({FIRST} + 1 + s.e % {2 * pairs})"),
              about_type=f"'{model._meta.label_lower}'", due_at=due, created_at=due, next_at=due,
              recipient_id=f"{FIRST} + 1 + s.e % {2 * pairs}", expires_at="NULL", state=state,
              sent_at=is_sent, ended_at=is_over,
              reason=f"CASE WHEN {state} = 'sent' THEN '' ELSE 'bench' END")  # fmt: skip
    label = CheckIn._meta.label_lower
    recent = (
        "(SELECT * FROM asked WHERE kind = 'pulse' AND state <> 'scheduled'"
        " AND opens > now() - interval '61 days') a"
    )
    copy(row, recent,
          id=f"nextval(pg_get_serial_sequence('{Notification._meta.db_table}', 'id'))",
          key=f"'checkin-pulse:{label}:' || a.id || ':' || a.person || ':1'",
          kind="'checkin-pulse'", topic=_topic("checkin-pulse", CheckIn, "a.id", "a.person"),
          about_type=f"'{label}'", about_id="a.id",
          state="'sent'", recipient_id="a.person", due_at="a.opens", created_at="a.opens",
          next_at="a.opens", expires_at="NULL", sent_at="a.opens", ended_at="a.opens",
          reason="''")  # fmt: skip
    _known_states()


def _topic(kind: str, model: type[models.Model], about: str, recipient: str) -> str:
    """Return SQL for what `notifications.outbox.topic_of` says."""
    name = kinds.get(kind).topic or kind
    return f"'{name}:{model._meta.label_lower}:' || {about} || ':' || {recipient}"


def _known_states() -> None:
    table = Notification._meta.db_table
    row = KnownState.objects.create(topic="bench", digest="0" * 32, since=timezone.now())
    for kind in [kind.name for kind in kinds.KINDS.values() if kind.tells]:
        told = (
            f"(SELECT topic, recipient_id, max(sent_at) AS at FROM {table}"
            f" WHERE kind = '{kind}' AND state = 'sent' AND topic IS NOT NULL AND id >= {FIRST}"
            " GROUP BY topic, recipient_id) s"
        )
        copy(row, told, topic="s.topic", person_id="s.recipient_id", since="s.at")
    row.delete()
