from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from access.ids import new_public_id
from agreements import drafting
from checkins import concerns
from checkins.models import Concern
from checkins.tests.conftest import START, sweep
from notifications.testing import deliver_due_emails
from programs.models import Conflict
from testkit import agreements as make_agreement
from testkit import factories

pytestmark = pytest.mark.django_db


def ask(match, author, **fields):
    fields = {
        "text": "It hurts",
        "urgency": "soon",
        "partner_may_know": False,
        "reach": "",
        "nonce": new_public_id(),
        **fields,
    }
    return concerns.ask_for_help(author=author, program=match.program, match=match, **fields)


def told(at=None):
    letters = deliver_due_emails(at)
    return sorted(
        letter.to[0].split(".")[0]
        for letter in letters
        if "help" in letter.subject or "concern" in letter.subject
    )


def test_the_carer_is_told_without_details(cared, ben, eve):
    concern = ask(cared, ben, text="Something private")
    letters = deliver_due_emails(reconcile=False)
    assert [letter.to for letter in letters] == [[eve.email]]
    assert letters[0].subject == "Somebody asked for help"
    everything = letters[0].body + str(letters[0].alternatives)
    assert "private" not in everything
    assert "Ben" not in everything
    assert reverse("admin:checkins_concern_change", args=[concern.pk]) in everything


def test_without_a_carer_the_chair_is_told(match, ben, cleo):
    ask(match, ben)
    assert told() == ["cleo"]


def test_deputy_after_four_hours_and_chair_after_a_day(cared, ben, eve, cleo, program):
    deputy = factories.member("Dov Stein", program=program, role="carer")
    eve.memberships.update(deputy=deputy)
    concern = ask(cared, ben)
    raised = concern.raised_at
    assert told(raised) == ["eve"]
    assert told(raised + timedelta(hours=3)) == []
    assert told(raised + timedelta(hours=4)) == ["dov"]
    assert told(raised + timedelta(hours=24)) == ["cleo"]


def test_once_taken_nobody_else_is_called(cared, ben, eve, cleo):
    concern = ask(cared, ben)
    concern.take(by=eve)
    concern.take(by=eve)
    assert told(concern.raised_at + timedelta(days=2)) == []


def test_a_carer_with_a_conflict_is_passed_over(cared, ben, eve, cleo):
    Conflict.objects.create(member=eve, person=ben)
    concern = ask(cared, ben)
    assert told() == ["cleo"]
    with pytest.raises(ActionNotAllowed):
        concern.take(by=eve)


@pytest.mark.parametrize("somebody", ["ada", "dan"])
def test_partner_and_strangers_see_and_do_nothing(somebody, cared, ben, request):
    user = request.getfixturevalue(somebody)
    concern = ask(cared, ben)
    assert not Concern.objects.visible_to(user).exists()
    with pytest.raises(ActionNotAllowed):
        concern.take(by=user)


def test_the_author_sees_it_and_does_not_handle_it(cared, ben, eve):
    concern = ask(cared, ben)
    assert Concern.objects.visible_to(ben).get().text == "It hurts"
    with pytest.raises(ActionNotAllowed):
        concern.resolve(by=ben, note="Fine")


def test_resolving_needs_words_and_happens_once(cared, ben, eve):
    concern = ask(cared, ben)
    with pytest.raises(ActionNotAllowed):
        concern.resolve(by=eve, note="  ")
    concern.resolve(by=eve, note="We spoke")
    with pytest.raises(ActionNotAllowed):
        concern.resolve(by=eve, note="Again")
    assert Concern.objects.visible_to(eve).get().resolution == "We spoke"


def test_the_same_form_twice_is_one_concern(cared, ben):
    nonce = new_public_id()
    assert ask(cared, ben, nonce=nonce) == ask(cared, ben, nonce=nonce)
    assert Concern.objects.of(ben).count() == 1


def test_three_unanswered_letters_become_a_concern_once(cared, ben, eve):
    for day in (14, 21, 28, 29, 30, 33, 37, 38):
        sweep(START + timedelta(days=day))
    silent = Concern.objects.visible_to(eve).filter(cause="silence", person=ben)
    assert [(row.author, (row.raised_at - START).days) for row in silent] == [(None, 29)]
    assert not Concern.objects.visible_to(ben).exists(), "nobody is told that they are silent"


def test_silence_is_counted_from_the_last_sign_of_life(cared, ben, eve):
    for day in (14, 21, 22, 28, 29, 30, 31):
        sweep(START + timedelta(days=day))
        if day == 22:
            drafting.save_part(
                cared, "term", make_agreement.TERM, seen=0, by=ben, at=START + timedelta(days=day)
            )
    assert not Concern.objects.visible_to(eve).filter(cause="silence", person=ben).exists()


def test_a_concern_without_a_match_is_the_chairs(program, cohort, dan, cleo, eve):
    factories.application(dan, cohort)
    concerns.ask_for_help(
        author=dan,
        program=program,
        match=None,
        text="?",
        urgency="whenever",
        partner_may_know=False,
        reach="",
        nonce="x" * 22,
    )
    assert told(timezone.now()) == ["cleo"]
    assert not Concern.objects.visible_to(eve).exists()
    Conflict.objects.create(member=cleo, person=dan)
    assert not Concern.objects.visible_to(cleo).exists()
