"""Two people at the same second: nothing is lost and everything happens once."""

from __future__ import annotations

import pytest

from accounts.models import User
from agreements import signing
from agreements.models import AgreementVersion
from matches import endings, follow_ups, reopening
from matches.match_creation import create_matches
from matches.models import Closure, Match
from notifications.models import Notification
from testkit import agreements, factories
from testkit.concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)
RACES = 8


@pytest.fixture(params=range(RACES))
def pair(request, cohort):
    names = (f"Mentee {request.param}", f"Mentor {request.param}")
    return factories.match(*(factories.person(name) for name in names), cohort)


def end(pair, person, kind="choice"):
    endings.end(Match.objects.get(pk=pair.pk), by=person, kind=kind)


def test_both_end_at_the_same_second(pair):
    mentee, mentor = pair.people
    done = at_once(lambda: end(pair, mentee), lambda: end(pair, mentor, "circumstance"))
    assert done == [0, 1]  # the second one finds it ended, which is what both wanted
    assert Closure.objects.count() == 1
    assert Notification.system.filter(kind="match-ended").count() == 2


def test_one_ends_while_the_other_signs(pair):
    mentee, mentor = pair.people
    version = agreements.sign(agreements.shared(pair), mentee)

    def sign():
        row = AgreementVersion.objects.get(pk=version.pk)
        signer = User.objects.get(pk=mentor.pk)
        signing.sign(row, by=signer, typed_name="M", expected_revision=row.revision)

    done = at_once(lambda: end(pair, mentee), sign)
    pair.refresh_from_db()
    assert 0 in done
    assert (pair.state, pair.closed_kind) == (Match.State.CLOSED, "choice")
    has_signed = 1 in done
    assert Closure.objects.get().state_before == ("active" if has_signed else "introduced")


def test_reopening_and_a_new_match_never_take_the_same_place(pair, cohort, cleo):
    mentee, mentor = pair.people
    other = factories.application(factories.person("Other"), cohort)
    end(pair, mentee)
    asked = pair.closures.get().follow_ups.get(person=mentor)
    follow_ups.answer(asked, by=mentor, wish="again")
    done = at_once(
        lambda: reopening.reopen(Match.objects.get(pk=pair.pk), by=cleo),
        lambda: create_matches([(other.pk, pair.mentor_id, {})], at=pair.introduced_at),
    )
    assert len(done) == 1
    assert Match.objects.open().count() == 1
