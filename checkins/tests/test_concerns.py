from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from access.ids import new_public_id
from agreements import drafting
from checkins import concerns
from checkins.models import Concern
from checkins.tests.conftest import START, run_program
from notifications import work_hours
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
        "contact_info": "",
        "nonce": new_public_id(),
        **fields,
    }
    concern, _is_new = concerns.ask_for_help(
        author=author, program=match.program, match=match, **fields
    )
    return concern


def notified(at=None):
    """Return who is told of the concern by `at`; nothing else is looked for at that time."""
    now = at or timezone.now()
    concerns.escalate(now)
    emails = deliver_due_emails(now, reconcile=False)
    return sorted(email.to[0].split(".")[0] for email in emails)


def test_the_carer_is_notified_without_details(cared, ben, eve):
    concern = ask(cared, ben, text="Something private")
    emails = deliver_due_emails(reconcile=False)
    assert [email.to for email in emails] == [[eve.email]]
    assert emails[0].subject == "Someone has asked for help"
    everything = emails[0].body + str(emails[0].alternatives)
    assert "private" not in everything
    assert "Ben" not in everything
    assert reverse("admin:checkins_concern_change", args=[concern.pk]) in everything
    for after in (concerns.DEPUTY_AFTER, concerns.CHAIR_AFTER):
        assert f"after {after // timedelta(hours=1)} hours" in everything


@pytest.mark.parametrize(("author", "is_at_once"), [("ben", True), (None, False)])
def test_whoever_asks_the_committee_to_join_does_not_wait(cared, ben, eve, author, is_at_once):
    """The end of a pair can wait for the carer's hour; a request to join cannot."""
    work_hours.choose(eve, 7, at=timezone.now())
    at = timezone.now().replace(hour=12)
    concerns.raise_about_ending(cared, ben, author=ben if author else None, at=at)
    emails = deliver_due_emails(at, delivery_rules=True, reconcile=False)
    assert [email.to for email in emails] == ([[eve.email]] if is_at_once else [])


def test_without_a_carer_the_chair_is_notified(match, ben, cleo):
    ask(match, ben)
    assert notified() == ["cleo"]


def test_deputy_after_four_hours_and_chair_after_a_day(cared, ben, eve, cleo, program):
    deputy = factories.member("Dov Stein", program=program, role="carer")
    eve.memberships.update(deputy=deputy)
    concern = ask(cared, ben)
    raised = concern.raised_at
    assert notified(raised) == ["eve"]
    assert notified(raised + timedelta(hours=3)) == []
    assert notified(raised + timedelta(hours=4)) == ["dov"]
    assert notified(raised + timedelta(hours=24)) == ["cleo"]


def test_the_guide_states_the_hours_of_the_code():
    guide = (settings.BASE_DIR / "docs" / "committee-guide.md").read_text()
    deputy, chair = (
        after // timedelta(hours=1) for after in (concerns.DEPUTY_AFTER, concerns.CHAIR_AFTER)
    )
    words = f"the deputy after {deputy} hours and the chair after {chair} hours"
    assert words in " ".join(guide.split())


def test_once_taken_no_one_else_is_notified(cared, ben, eve, cleo):
    concern = ask(cared, ben)
    concern.take(by=eve)
    concern.take(by=eve)
    assert notified(concern.raised_at + timedelta(days=2)) == []


def test_a_carer_with_a_conflict_is_passed_over(cared, ben, eve, cleo):
    Conflict.objects.create(member=eve, person=ben)
    concern = ask(cared, ben)
    assert notified() == ["cleo"]
    with pytest.raises(ActionNotAllowed):
        concern.take(by=eve)


def test_a_member_who_may_not_handle_it_costs_one_query_a_minute(
    cared, ben, eve, cleo, django_assert_num_queries
):
    """Nobody is due to know anything new, though one of them never may."""
    Conflict.objects.create(member=eve, person=ben)
    at = ask(cared, ben).raised_at
    concerns.escalate(at)
    with django_assert_num_queries(1):
        concerns.escalate(at + timedelta(minutes=1))


def test_who_comes_later_is_notified_within_minutes(cared, ben, eve, program):
    concern = ask(cared, ben)
    assert notified(concern.raised_at) == ["eve"]
    cared.carer = factories.member("Dov Stein", program=program, role="carer")
    cared.save()
    assert notified(concern.raised_at + concerns.LOOK_AGAIN) == ["dov"]


def test_the_deputy_is_due_to_the_minute(cared, ben, eve, program):
    """Though it was looked at shortly before."""
    eve.memberships.update(deputy=factories.member("Dov Stein", program=program, role="carer"))
    due = ask(cared, ben).raised_at + concerns.DEPUTY_AFTER
    assert notified(due - timedelta(minutes=3)) == ["eve"]
    assert notified(due) == ["dov"]


@pytest.mark.parametrize("person", ["ada", "dan"])
def test_partner_and_strangers_see_and_do_nothing(person, cared, ben, request):
    user = request.getfixturevalue(person)
    concern = ask(cared, ben)
    assert not Concern.objects.visible_to(user).exists()
    with pytest.raises(ActionNotAllowed):
        concern.take(by=user)


def test_the_author_sees_it_and_does_not_handle_it(cared, ben, eve):
    concern = ask(cared, ben)
    assert Concern.objects.visible_to(ben).get().text == "It hurts"
    with pytest.raises(ActionNotAllowed):
        concern.resolve(by=ben, outcome="talked", note="Fine")


def test_resolving_needs_a_note_and_happens_once(cared, ben, eve):
    concern = ask(cared, ben)
    with pytest.raises(ActionNotAllowed):
        concern.resolve(by=eve, outcome="talked", note="  ")
    concern.resolve(by=eve, outcome="talked", note="We spoke")
    with pytest.raises(ActionNotAllowed):
        concern.resolve(by=eve, outcome="talked", note="Again")
    assert Concern.objects.visible_to(eve).get().resolution == "We spoke"


def test_the_same_form_twice_is_one_concern(cared, ben):
    nonce = new_public_id()
    assert ask(cared, ben, nonce=nonce) == ask(cared, ben, nonce=nonce)
    assert Concern.objects.of(ben).count() == 1


def test_three_unanswered_emails_become_a_concern_once(cared, ben, eve):
    for day in (14, 21, 28, 29, 30, 33, 37, 38):
        run_program(START + timedelta(days=day))
    silent = Concern.objects.visible_to(eve).filter(cause="no_reply", person=ben)
    assert [(row.author, (row.raised_at - START).days) for row in silent] == [(None, 29)]
    assert not Concern.objects.visible_to(ben).exists(), (
        "people are not told that they do not answer"
    )


def test_unanswered_emails_count_from_the_last_activity(cared, ben, eve):
    for day in (14, 21, 22, 28, 29, 30, 31):
        run_program(START + timedelta(days=day))
        if day == 22:
            drafting.save_part(
                cared,
                "term",
                make_agreement.TERM,
                expected_revision=0,
                by=ben,
                at=START + timedelta(days=day),
            )
    assert not Concern.objects.visible_to(eve).filter(cause="no_reply", person=ben).exists()


def test_a_concern_without_a_match_is_the_chairs(program, cohort, dan, cleo, eve):
    factories.application(dan, cohort)
    concerns.ask_for_help(
        author=dan,
        program=program,
        match=None,
        text="?",
        urgency="whenever",
        partner_may_know=False,
        contact_info="",
        nonce="x" * 22,
    )
    assert notified(timezone.now()) == ["cleo"]
    assert not Concern.objects.visible_to(eve).exists()
    Conflict.objects.create(member=cleo, person=dan)
    assert not Concern.objects.visible_to(cleo).exists()
