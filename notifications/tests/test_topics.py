"""Of each topic one e-mail waits: the newest. What a person knows is not told again."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from access.exceptions import ActionNotAllowed
from notifications import kinds, known, outbox, reasons
from notifications.dispatch import Dispatcher
from notifications.kinds import Kind
from notifications.known import NOTHING
from notifications.leases import claim
from notifications.models import KnownState, Notification
from notifications.testing import deliver_due_emails
from testkit import factories

from .conftest import TUESDAY_NOON, fresh, rows
from .test_leases import at_once, let_the_lease_end

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
State = Notification.State


@pytest.fixture
def states(sample, monkeypatch):
    """Two kinds of one topic that tell a state; the test sets what there is to know."""
    told = {"state": ("set", "Monday")}
    for name in ("note", "tip"):
        kind = Kind(
            name,
            sample.build,
            "accounts.User",
            topic="shared",
            tells=lambda about, person: told["state"],
        )
        monkeypatch.setitem(kinds.KINDS, name, kind)
    return told


def ends(*found):
    return [(fresh(row).state, fresh(row).reason) for row in found]


def change(sample, person, states, state, ordinal, **options):
    states["state"] = state
    return sample.enqueue(person, ordinal=ordinal, **options)


def test_a_newer_email_replaces_one_that_waits(sample, ada):
    older, newer = sample.enqueue(ada), sample.enqueue(ada, ordinal=2)
    assert ends(older, newer) == [(State.CANCELLED, reasons.SUPERSEDED), (State.PENDING, "")]
    assert len(deliver_due_emails(TUESDAY_NOON)) == 1


def test_enqueueing_an_older_email_again_changes_nothing(sample, ada):
    older, newer = sample.enqueue(ada), sample.enqueue(ada, ordinal=2)
    sample.enqueue(ada)
    assert ends(older, newer) == [(State.CANCELLED, reasons.SUPERSEDED), (State.PENDING, "")]


def test_kinds_of_one_topic_replace_each_other(sample, ada, states):
    older, newer = sample.enqueue(ada, kind="note"), sample.enqueue(ada, kind="tip")
    assert ends(older, newer) == [(State.CANCELLED, reasons.SUPERSEDED), (State.PENDING, "")]


def test_other_subjects_and_other_people_wait_beside_it(sample, ada, ben):
    for row in (sample.enqueue(ada), sample.enqueue(ada, subject=1), sample.enqueue(ben)):
        assert fresh(row).state == State.PENDING
    assert len(deliver_due_emails(TUESDAY_NOON)) == 3


def test_it_holds_for_an_address_without_an_account(sample, ada):
    for ordinal, address in enumerate(("friend@example.org", " Friend@Example.org", "other@x.ca")):
        outbox.enqueue(
            "note", to=None, about=ada, address=address, ordinal=ordinal, at=TUESDAY_NOON
        )
    assert sorted(mail.to for mail in deliver_due_emails(TUESDAY_NOON)) == [
        ["friend@example.org"],
        ["other@x.ca"],
    ]


def test_what_replaces_an_email_on_hold_is_on_hold(sample, ada, cleo):
    older = sample.enqueue(ada)
    older.hold(by=cleo, why=reasons.BY_COMMITTEE)
    newer = sample.enqueue(ada, ordinal=2)
    assert ends(older, newer) == [
        (State.CANCELLED, reasons.SUPERSEDED),
        (State.HELD, reasons.BY_COMMITTEE),
    ]
    fresh(newer).release(by=cleo, at=TUESDAY_NOON)
    assert len(deliver_due_emails(TUESDAY_NOON)) == 1


@pytest.mark.parametrize("state", ["pending", "held", "sending"])
def test_the_database_refuses_two_of_a_topic(sample, ada, state):
    row = sample.enqueue(ada)
    other = Notification(
        **{
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name not in {"id", "key", "public_id"}
        },
        key="another",
    )
    values = {"state": state, "reason": "why" if state == "held" else ""}
    if state == "sending":
        values |= {"lease_token": "x", "lease_until": TUESDAY_NOON}
        rows().filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(other, name, value)
    with pytest.raises(IntegrityError, match="topic"), transaction.atomic():
        other.save()


# --- what a person knows


def test_the_same_state_is_not_told_twice(sample, ada, states):
    sample.enqueue(ada)
    assert len(deliver_due_emails(TUESDAY_NOON)) == 1
    again = sample.enqueue(ada, ordinal=2)
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert ends(again) == [(State.CANCELLED, reasons.NO_CHANGE)]


def test_a_state_that_is_undone_before_it_was_told_is_not_told(sample, ada, states):
    sample.enqueue(ada)
    deliver_due_emails(TUESDAY_NOON)
    moved = change(sample, ada, states, ("set", "Friday"), 2)
    back = change(sample, ada, states, ("set", "Monday"), 3)
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert ends(moved, back) == [
        (State.CANCELLED, reasons.SUPERSEDED),
        (State.CANCELLED, reasons.NO_CHANGE),
    ]


def test_who_was_told_nothing_is_not_told_that_it_is_off(sample, ada, ben, states):
    sample.enqueue(ada)
    deliver_due_emails(TUESDAY_NOON)
    change(sample, ben, states, NOTHING, 1)
    assert deliver_due_emails(TUESDAY_NOON) == []
    change(sample, ada, states, NOTHING, 2)
    assert len(deliver_due_emails(TUESDAY_NOON)) == 1
    assert KnownState.objects.get().digest == known.digest_of(NOTHING)


def test_who_changes_a_record_knows_it(sample, ada, states):
    waiting = sample.enqueue(ada)
    states["state"] = ("set", "Friday")
    outbox.note_known("note", person=ada, about=ada, at=TUESDAY_NOON)
    assert ends(waiting) == [(State.CANCELLED, reasons.KNOWN)]
    sample.enqueue(ada, ordinal=2)
    assert deliver_due_emails(TUESDAY_NOON) == []
    change(sample, ada, states, ("set", "Monday"), 3)
    assert len(deliver_due_emails(TUESDAY_NOON)) == 1


def test_a_kind_that_tells_no_state_has_nothing_to_know(sample, ada):
    with pytest.raises(ValueError, match="tells no state"):
        outbox.note_known("note", person=ada, about=ada)


def test_a_rendering_that_was_overtaken_does_not_count_as_known(sample, ada, states):
    later = TUESDAY_NOON + timedelta(seconds=1)
    outbox.note_known("note", person=ada, about=ada, at=later)
    topic = outbox.topic_of("note", about=ada, to=ada)
    known.learn(topic, known.digest_of(("older",)), person=ada.pk, at=TUESDAY_NOON)
    assert known.is_known(topic, known.digest_of(("set", "Monday")))


def test_what_was_told_long_ago_is_deleted(sample, ada, states):
    sample.enqueue(ada)
    deliver_due_emails(TUESDAY_NOON)
    assert known.purge_known_states(TUESDAY_NOON + known.RETENTION) == 0
    assert known.purge_known_states(TUESDAY_NOON + known.RETENTION + timedelta(days=1)) == 1


# --- an e-mail that is being sent, and a newer one


def run(at=TUESDAY_NOON):
    return Dispatcher(clock=lambda: at, applies_delivery_rules=False, is_strict=True).run()


def test_a_newer_email_waits_for_the_one_that_is_being_sent(sample, ada, states):
    sample.enqueue(ada)
    lease = claim(TUESDAY_NOON)
    newer = change(sample, ada, states, ("set", "Friday"), 2)
    assert claim(TUESDAY_NOON) is None
    lease.record(State.SENT, sent_at=TUESDAY_NOON, ended_at=TUESDAY_NOON)
    assert run() == 1
    assert fresh(newer).state == State.SENT


def test_an_email_that_must_wait_again_makes_way_for_a_newer_one(sample, ada, states):
    older = sample.enqueue(ada)
    lease = claim(TUESDAY_NOON)
    newer = change(sample, ada, states, ("set", "Friday"), 2)
    assert lease.record(State.PENDING, next_at=TUESDAY_NOON)
    assert ends(older, newer) == [(State.CANCELLED, reasons.SUPERSEDED), (State.PENDING, "")]
    assert run() == 1


def test_after_a_crash_the_older_email_makes_way(sample, ada, states, mailoutbox):
    """Nobody knows whether it was sent, so the newer one is sent whatever it says."""
    older = sample.enqueue(ada)
    claim(TUESDAY_NOON)
    newer = change(sample, ada, states, NOTHING, 2)
    let_the_lease_end(older)
    assert run() == 1
    assert ends(older, newer) == [(State.CANCELLED, reasons.SUPERSEDED), (State.SENT, "")]


def test_after_a_crash_the_same_email_is_sent_again(sample, ada, states):
    row = sample.enqueue(ada)
    claim(TUESDAY_NOON)
    let_the_lease_end(row)
    assert run() == 1


def test_what_is_told_is_recorded_with_the_sending_or_not_at_all(sample, ada, states, monkeypatch):
    sample.enqueue(ada)
    lease = claim(TUESDAY_NOON)

    def broken(*args, **kwargs):
        raise RuntimeError("the process dies here")

    monkeypatch.setattr(known, "learn", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        lease.record_sent(at=TUESDAY_NOON, code=250, told="x", told_at=TUESDAY_NOON)
    assert (fresh(lease.row).state, KnownState.objects.exists()) == (State.SENDING, False)


def test_a_failed_email_is_not_sent_again_after_a_newer_one(sample, ada, cleo):
    older = sample.enqueue(ada)
    failed = {"state": State.FAILED, "reason": reasons.REJECTED, "ended_at": TUESDAY_NOON}
    rows().filter(pk=older.pk).update(**failed)
    sample.enqueue(ada, ordinal=2)
    with pytest.raises(ActionNotAllowed, match="newer"):
        fresh(older).send_again(by=cleo)
    deliver_due_emails(TUESDAY_NOON)
    with pytest.raises(ActionNotAllowed, match="newer"):
        fresh(older).send_again(by=cleo)


# --- processes at once


def text_of(received):
    text = received.message.get_payload(0)
    return text.get_payload(decode=True).decode()


@pytest.mark.django_db(transaction=True)
def test_enqueueing_eight_changes_at_once_leaves_one(sample, ada):
    numbers = iter(range(1, 9))
    lock = threading.Lock()

    def enqueue():
        with lock:
            ordinal = next(numbers)
        outbox.enqueue("note", to=ada, about=ada, ordinal=ordinal, at=TUESDAY_NOON)

    at_once(8, enqueue)
    assert rows().count() == 8
    assert rows().filter(state=State.PENDING).count() == 1
    assert rows().filter(state=State.CANCELLED, reason=reasons.SUPERSEDED).count() == 7


@pytest.mark.django_db(transaction=True)
def test_changes_race_with_sending_and_the_last_word_is_the_newest(ada, server, sample, states):
    """At most one e-mail more than needed, and never an older state after a newer one."""
    sample.answer = lambda about, person: kinds.Email(
        context={"word": type(about).objects.get(pk=about.pk).pronouns}
    )

    def tells(about, person):
        return (type(about).objects.get(pk=about.pk).pronouns,)

    for name in ("note", "tip"):
        kind = Kind(name, sample.build, "accounts.User", topic="shared", tells=tells)
        kinds.KINDS[name] = kind  # restored by the fixture
    people = [factories.person(f"Person {number}") for number in range(6)]
    done = threading.Event()

    def change_all():
        try:
            for number in range(1, 8):
                for person in people:
                    with transaction.atomic():
                        type(person).objects.filter(pk=person.pk).update(pronouns=f"v{number}.")
                        outbox.enqueue(
                            "note", to=person, about=person, ordinal=number, at=TUESDAY_NOON
                        )
        finally:
            done.set()

    def send():
        while not done.is_set():
            run()
        connection.close()

    gate = iter([change_all, send, send])
    lock = threading.Lock()

    def work():
        with lock:
            task = next(gate)
        task()

    at_once(3, work)
    for _ in range(3):
        run()
    for person in people:
        mine = [text_of(mail) for mail in server.messages if mail.to == person.email]
        words = [re.search(r"<(v\d)", text)[1] for text in mine]
        assert words == sorted(words), words
        assert words[-1] == "v7"
        assert rows().filter(recipient=person, state=State.SENT).count() == len(words)
    assert not rows().filter(state__in=[State.PENDING, State.SENDING]).exists()
