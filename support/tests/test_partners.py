"""Partner organisations: the list, referrals with consent, who sent applicants, and figures."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.privacy import erase_person, export_person
from applications.models import Application
from matches import retention
from matches.models import Match
from programs.models import Conflict
from support import referring
from support.models import PartnerOrganisation, Referral, SentBy
from support.partner_figures import figures, shown_part
from support.reconcilers import erase_old_words
from testkit import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 1)


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


@pytest.fixture
def bridge(program):
    return partner(program, "Bridge", link="https://bridge.example.org", contact="Ms Lind")


def partner(program, name, **fields):
    fields = {"offers": {"en": "Advice on housing"}, "sends_people": True, **fields}
    return PartnerOrganisation.objects.create(program=program, name=name, **fields)


def refer(application, organisation, by, **changes):
    days = {"consented_on": DAY, "follow_up_on": DAY, **changes}
    return referring.refer(application, organisation, by=by, **days)


def desk(name, *args):
    return reverse(f"admin:support_{name}", args=args)


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def test_a_chair_lists_an_organisation_with_what_it_offers(as_user, program, cleo):
    typed = {"program": program.pk, "name": "Bridge", "position": "1"}
    refused = text_of(as_user(cleo).post(desk("partnerorganisation_add"), typed))
    assert "Say in at least one language what it offers." in refused
    as_user(cleo).post(desk("partnerorganisation_add"), {**typed, "offer_fr": "Des conseils"})
    assert PartnerOrganisation.objects.get().offers == {"fr": "Des conseils"}


def test_a_carer_refers_someone_of_their_pair_with_consent(as_user, pair, program, bridge, ben):
    carer = factories.member(program=program, role="carer")
    Match.objects.filter(pk=pair.pk).update(carer=carer)
    typed = {
        "application": pair.mentee.pk,
        "organisation": bridge.pk,
        "consented_on": (timezone.localdate() + timedelta(days=2)).isoformat(),
        "follow_up_on": "2026-03-01",
        "note": "Looks for a flat",
    }
    client, add = as_user(carer), desk("referral_add")
    page = text_of(client.post(add, typed))
    assert "Enter the day on which the person agreed: today or before." in page
    assert client.post(add, {**typed, "consented_on": DAY.isoformat()}).status_code == 302
    row = Referral.system.get()
    assert (row.person, row.match, row.by, row.note) == (ben, pair, carer, "Looks for a flat")
    assert "referral to follow up" in text_of(client.get(reverse("admin:index")))
    again = text_of(client.post(add, {**typed, "consented_on": DAY.isoformat()}))
    assert "errornote" in again or "wm-error" in again or "alert" in again
    assert Referral.system.count() == 1


def test_nobody_else_refers_and_the_partner_of_the_pair_reads_nothing(
    as_user, pair, program, bridge, cleo, ada, ben
):
    reader, near = (factories.member(program=program, role=role) for role in ("reader", "chair"))
    Conflict.objects.create(member=near, person=ben)
    for member in (reader, near, ada, ben):
        with pytest.raises(ActionNotAllowed, match="Only a chair or the carer"):
            refer(pair.mentee, bridge, member)
    row = refer(pair.mentee, bridge, cleo, note="Looks for a flat")
    for member in (reader, near, ada):
        assert not Referral.objects.visible_to(member).exists()
        with pytest.raises(ActionNotAllowed, match="Only a chair or the carer"):
            referring.record_outcome(row, "helped", by=member)
    page = text_of(as_user(ben).get(reverse("support:request-list")))
    assert "Where the committee has sent you" in page
    assert "Advice on housing" in page
    assert "flat" not in page
    assert "Ms Lind" not in page
    assert "Bridge" not in text_of(as_user(ada).get(reverse("support:request-list")))


def test_only_to_a_current_partner_of_the_program_and_once_at_a_time(pair, program, bridge, cleo):
    far = partner(factories.program(), "Far")
    gone = partner(program, "Gone", retired_on=DAY)
    for organisation in (far, gone):
        with pytest.raises(ActionNotAllowed, match="Choose a partner organisation of the program"):
            refer(pair.mentee, organisation, cleo)
    first = refer(pair.mentee, bridge, cleo)
    with pytest.raises(ActionNotAllowed, match="was referred there already"):
        refer(pair.mentee, bridge, cleo)
    referring.record_outcome(first, "no_place", by=cleo)
    refer(pair.mentee, bridge, cleo)
    assert Referral.system.count() == 2


def test_an_outcome_is_recorded_and_corrected(as_user, pair, bridge, cleo):
    row = refer(pair.mentee, bridge, cleo)
    client = as_user(cleo)
    for outcome in ("waiting", "helped"):
        page = client.post(desk("referral_outcome", row.pk), {"outcome": outcome}, follow=True)
        assert "The outcome was saved." in text_of(page)
    row = Referral.system.get()
    assert row.outcome == "helped"
    page = client.post(desk("referral_outcome", row.pk), {"outcome": "bliss"}, follow=True)
    assert "Choose one of the outcomes." in text_of(page)
    assert not Referral.objects.for_committee(cleo).to_follow_up(timezone.localdate()).exists()


def test_an_applicant_says_who_sent_them_and_takes_it_back(as_user, cohort, bridge, dan, ben):
    mine = factories.application(dan, cohort, state="submitted")
    client, page = as_user(dan), reverse("support:sent-by", args=[mine.public_id])
    sent = reverse("applications:application-sent", args=[mine.public_id])
    assert page in text_of(client.get(sent))
    assert as_user(ben).get(page).status_code == 404
    client.post(page, {"organisation": bridge.pk})
    said = SentBy.objects.get()
    assert (said.application, said.organisation, said.by) == (mine, bridge, None)
    assert page not in text_of(client.get(sent))
    client.post(page, {"organisation": ""})
    assert not SentBy.objects.exists()
    quiet = partner(cohort.program, "Quiet", sends_people=False)
    assert "Select a valid choice" in text_of(client.post(page, {"organisation": quiet.pk}))


def test_the_committee_says_who_sent_someone(as_user, pair, bridge, program, cleo, dan):
    as_user(cleo).post(
        desk("sentby_add"), {"application": pair.mentee.pk, "organisation": bridge.pk}
    )
    assert SentBy.objects.get().by == cleo
    with pytest.raises(ActionNotAllowed, match="Only the person or their committee"):
        referring.say_who_sent(pair.mentee, bridge, by=dan)


def test_figures_hide_small_numbers_and_what_would_tell_them(
    as_user, program, cohort, bridge, cleo
):
    smallest = program.policy.smallest_group
    people = [factories.application(factories.person(), cohort) for _n in range(smallest * 2)]
    for row in people[:-1]:
        referring.say_who_sent(row, bridge, by=cleo)
        refer(row, bridge, cleo)
    (one,) = figures(program, cleo)
    count = smallest * 2 - 1
    assert (one.sent, one.accepted, one.matched, one.referred) == (count, count, 0, count)
    for row in Referral.system.all()[: smallest - 1]:
        referring.record_outcome(row, "helped", by=cleo)
    (one,) = figures(program, cleo)
    assert one.outcomes == ()
    page = text_of(as_user(cleo).get(desk("partnerorganisation_figures", program.slug)))
    assert f"<dt>People whom it sent</dt><dd>{count}</dd>" in page


def test_who_was_sent_with_two_applications_is_one_person(program, cohort, bridge, cleo):
    people = [factories.person() for _n in range(program.policy.smallest_group - 1)]
    for person in people:
        for role in ("mentee", "mentor"):
            mine = factories.application(person, cohort, role)
            referring.say_who_sent(mine, bridge, by=cleo)
    (one,) = figures(program, cleo)
    assert (one.sent, one.accepted, one.matched) == (None, None, None)


def test_the_accepted_without_a_pair_are_not_told_by_a_difference(program, cohort, bridge, cleo):
    smallest = program.policy.smallest_group
    paired = [
        factories.match(factories.person(), factories.person(), cohort).mentee
        for _n in range(smallest + 1)
    ]
    others = [factories.application(factories.person(), cohort) for _n in range(smallest)]
    for row in [*paired, *others[1:]]:
        referring.say_who_sent(row, bridge, by=cleo)
    (one,) = figures(program, cleo)
    assert (one.sent, one.accepted, one.matched) == (smallest * 2, smallest * 2, None)
    referring.say_who_sent(others[0], bridge, by=cleo)
    Application.objects.filter(pk=paired[0].pk).update(state="withdrawn")
    (one,) = figures(program, cleo)
    assert (one.accepted, one.matched) == (smallest * 2 + 1, smallest + 1)


def test_a_part_is_hidden_if_the_rest_is_small():
    assert shown_part(5, 10, 5) == 5
    assert shown_part(8, 10, 5) is None
    assert shown_part(10, 10, 5) == 10
    assert shown_part(0, 10, 5) == 0
    assert shown_part(2, 4, 5) is None


def test_the_figures_ask_as_often_for_many_as_for_one(program, bridge, cleo):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            figures(program, cleo)
        return len(seen)

    first = queries()
    for name in ("B", "C", "D"):
        partner(program, name)
    assert queries() == first


def test_notes_are_exported_erased_and_forgotten_in_time(pair, bridge, cohort, cleo, ada, ben, dan):
    mine = refer(pair.mentee, bridge, cleo, note="Looks for a flat")
    refer(pair.mentor, bridge, cleo, note=f"Spoke with {ben.name}")
    alone = factories.application(dan, cohort)
    refer(alone, bridge, cleo, note="Old", follow_up_on=date(2015, 1, 1))
    assert export_person(ben)["support"]["referred_to"][0]["note"] == "Looks for a flat"
    erase_old_words(timezone.now())
    assert Referral.system.get(person=dan).note == ""
    erase_person(ben)
    assert Referral.system.get(pk=mine.pk).note == ""
    assert Referral.system.get(person=ada).note == "Spoke with (name erased)"
    long_ago = timezone.now() - timedelta(days=3000)
    Match.objects.filter(pk=pair.pk).update(
        state="closed", closed_at=long_ago, closed_kind="completed"
    )
    retention.erase_old_pairs(timezone.now())
    assert Referral.system.get(person=ada).note == ""
    assert Referral.system.count() == 3


def test_a_note_on_a_pair_whose_texts_are_erased_is_forgotten_in_time(pair, bridge, cleo):
    long_ago = timezone.now() - timedelta(days=3000)
    Match.objects.filter(pk=pair.pk).update(
        state="closed", closed_at=long_ago, closed_kind="completed"
    )
    retention.erase_old_pairs(timezone.now())
    mine = refer(
        pair.mentee, bridge, cleo, note="Looks for a flat", follow_up_on=timezone.localdate()
    )
    erase_old_words(timezone.now())
    assert Referral.system.get(pk=mine.pk).note == "Looks for a flat"
    erase_old_words(timezone.now() + timedelta(days=3000))
    assert Referral.system.get(pk=mine.pk).note == ""
