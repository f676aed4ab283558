"""move(): of two changes at once one succeeds, and it is recorded once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications.models import Application
from testkit import factories
from workflow.models import Transition
from workflow.states import move, stateful_models

State = Application.State


@pytest.fixture
def sent(ben, cohort):
    return factories.application(ben, cohort, state=State.SUBMITTED)


@pytest.mark.django_db
def test_a_move_changes_the_row_and_writes_the_record(sent, cleo):
    move(sent, State.ACCEPTED, by=cleo, why="a good fit for the program", waiting_since=None)
    sent.refresh_from_db()
    assert sent.state == State.ACCEPTED
    record = Transition.objects.of(sent).get()
    assert (record.from_state, record.to_state, record.by, record.why) == (
        "submitted", "accepted", cleo, "a good fit for the program",
    )  # fmt: skip


@pytest.mark.django_db
def test_a_change_outside_the_table_is_refused(sent, cleo):
    with pytest.raises(ActionNotAllowed):
        move(sent, State.DRAFT, by=cleo)
    assert not Transition.objects.of(sent).exists()


@pytest.mark.django_db
def test_a_stale_row_is_refused_and_nothing_is_written(sent, cleo):
    stale = Application.objects.get(pk=sent.pk)
    move(sent, State.DECLINED, by=cleo)
    with pytest.raises(ActionNotAllowed):
        move(stale, State.ACCEPTED, by=cleo)
    assert stale.state == State.SUBMITTED  # the row in memory is unchanged
    assert Transition.objects.of(sent).count() == 1


@pytest.mark.django_db
def test_no_one_lists_transitions(sent, cleo):
    move(sent, State.ACCEPTED, by=cleo)
    assert not Transition.objects.visible_to(cleo).exists()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_members_exactly_one_wins():
    cohort = factories.cohort()
    cleo = factories.member(program=cohort.program)
    for _ in range(10):
        sent = factories.application(factories.person(), cohort, state=State.SUBMITTED)
        assert sorted(_race(sent, cleo, [State.ACCEPTED, State.DECLINED])) == ["moved", "refused"]
        assert Transition.objects.of(sent).count() == 1


def _race(row, by, targets):
    barrier, results = threading.Barrier(len(targets)), []

    def act(to):
        mine = Application.objects.get(pk=row.pk)
        barrier.wait(10)
        try:
            move(mine, to, by=by)
            results.append("moved")
        except ActionNotAllowed:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[to]) for to in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def test_every_table_is_closed_over_its_states():
    assert stateful_models()
    for model in stateful_models():
        states = set(model.State.values)
        assert set(model.TRANSITIONS) == states, model
        assert set().union(*model.TRANSITIONS.values()) <= states, model


@pytest.mark.django_db
def test_a_history_is_in_the_order_of_the_changes(sent, cleo):
    """Who waited for the lock began earlier than who had it."""
    now = timezone.now()
    move(sent, State.WAITLISTED, by=cleo, at=now)
    move(sent, State.ACCEPTED, by=cleo, at=now - timedelta(milliseconds=5))
    steps = Transition.objects.of(sent).values_list("from_state", "to_state")
    assert list(steps) == [("submitted", "waitlisted"), ("waitlisted", "accepted")]
