"""Two presses, two members, at the same moment, by real connections."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.models import Profile
from applications import decision_release, reviewing, submission
from applications.models import Application, Decision
from notifications.models import Notification
from testkit import factories
from testkit.concurrency import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
TURNS = 8


def fresh(row):
    return Application.objects.select_related("cohort__program", "person").get(pk=row.pk)


def test_starting_twice_at_once_makes_one_draft(cohort):
    for _turn in range(TURNS):
        ben = factories.person()
        assert at_once(*[lambda ben=ben: submission.begin(cohort, "mentee", by=ben)] * 3) == [
            0,
            1,
            2,
        ]
        assert Application.objects.filter(person=ben).count() == 1
        assert Profile.objects.filter(user=ben).count() == 1


def test_of_two_members_with_the_same_page_one_decides(cohort, cleo):
    kim = factories.member("Kim Osei", program=cohort.program, role="matcher")
    for _turn in range(TURNS):
        sent = factories.application(factories.person(), cohort, state="submitted")

        def decide(by, outcome, sent=sent):
            return reviewing.decide(
                fresh(sent), by=by, outcome=outcome, reason="no_place", expected=""
            )

        winners = at_once(lambda: decide(cleo, "accepted"), lambda: decide(kim, "declined"))
        decision = Decision.system.get(application=sent)
        assert [(decision.decided_by, decision.outcome)] == [
            [(cleo, "accepted"), (kim, "declined")][n] for n in winners
        ]


def test_a_decision_is_released_once(cohort, cleo):
    for _turn in range(TURNS):
        sent = factories.application(factories.person(), cohort, state="submitted")
        decision = reviewing.decide(sent, by=cleo, outcome="accepted")
        rows = reviewing.pending_decisions(cleo).filter(pk=decision.pk)
        at_once(*[lambda rows=rows: reviewing.release(rows.all(), by=cleo, at=timezone.now())] * 2)
        released = Notification.system.about(sent).filter(kind="decision-accepted")
        assert (fresh(sent).state, released.count()) == ("accepted", 1)


def test_stop_and_the_worker_never_both_win(cohort, cleo):
    """All decisions of a release go out, or none does and all of them wait again."""
    at = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    for _turn in range(TURNS):
        sent = [
            factories.application(factories.person(), cohort, state="submitted") for _one in "123"
        ]
        decisions = [reviewing.decide(one, by=cleo, outcome="accepted", at=at) for one in sent]
        seen = {one.pk: reviewing.decision_version(one) for one in decisions}
        moment = decision_release.schedule(cohort, seen, by=cleo, at=at)[0].release_at
        at_once(
            lambda: decision_release.stop(cohort, by=cleo),
            lambda moment=moment: decision_release.release_due(moment),
            lambda moment=moment: decision_release.release_due(moment),
        )
        rows = Decision.system.filter(application__in=sent)
        released = {(one.released_at is None, one.release_at is None) for one in rows}
        told = Notification.system.filter(kind="decision-accepted", about_id__in=[
            one.pk for one in sent
        ]).count()  # fmt: skip
        states = {fresh(one).state for one in sent}
        assert (released, told, states) in [
            ({(False, False)}, 3, {"accepted"}),
            ({(True, True)}, 0, {"submitted"}),
        ]
        rows.delete()


def test_a_person_who_withdraws_meanwhile_gets_no_decision(cohort, cleo):
    for _turn in range(TURNS):
        sent = factories.application(factories.person(), cohort, state="submitted")

        def decide_and_tell(sent=sent):
            decision = reviewing.decide(fresh(sent), by=cleo, outcome="accepted")
            reviewing.release([decision], by=cleo, at=timezone.now())

        at_once(decide_and_tell, lambda sent=sent: submission.withdraw(fresh(sent), by=sent.person))
        released = Notification.system.about(sent).filter(kind="decision-accepted").exists()
        assert fresh(sent).state == "withdrawn" or released
        assert not Decision.system.filter(application=sent, released_at=None).exists()
