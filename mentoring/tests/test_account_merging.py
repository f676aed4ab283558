"""Two accounts of one person become one: each reference has a rule, and nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts import merge_rules, merging_accounts, privacy
from accounts.merging_accounts import NotMergeable
from accounts.models import User
from accounts.models.people import ERASED_DOMAIN, MERGED_DOMAIN
from applications import submission
from applications.models import Application, CommitteeNote
from dashboard.invariants import broken_invariants
from events.models import SignUp
from matches import match_creation, merge_requests
from matches.models import AccountMerge, Match
from matching.models import KeepApart
from meetings.contacts import note_contact
from meetings.models import PairContact
from notifications import links, outbox
from notifications.models import KnownState
from programs.models import Conflict, Membership
from testkit import factories
from testkit.concurrency import race

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


KIND = "application-received"


@pytest.fixture
def work(db):
    """Ben's other account, with the address of his work."""
    return factories.person("Ben Okoro", email="ben@work.example", employer="Acme")


def test_every_reference_to_a_person_has_a_rule_and_every_rule_a_reference():
    assert sorted(merge_rules.RULES) == sorted(merge_rules.references())


def test_the_rules_find_references_of_every_kind():
    found = merge_rules.references()
    for name in ("accounts.Profile.user", "account.EmailAddress.user", "matches.Match.carer",
                 "notifications.Notification.recipient", "accounts.User.merged_into"):  # fmt: skip
        assert name in found
    assert not any(name.startswith("dashboard.Pair.") for name in found)  # a proxy


def test_everything_moves_and_an_emptied_row_stays(ben, work, ada, cohort):
    match = factories.match(work, ada, cohort)
    merging_accounts.merge(ben, work, at=NOW)
    assert Application.objects.get(pk=match.mentee_id).person == ben
    assert list(Match.objects.of(ben)) == [match]
    work.refresh_from_db()
    assert (work.name, work.is_active, work.merged_into) == ("", False, ben)
    assert work.email == f"{work.public_id.lower()}{MERGED_DOMAIN}"
    for name, (model, field) in merge_rules.references().items():
        left = model._base_manager.filter(**{field: work.pk})
        assert not left.exists(), name
    assert broken_invariants(NOW) == {}


def test_both_addresses_sign_in(ben, work):
    merging_accounts.merge(ben, work, at=NOW)
    assert User.objects.with_address("ben@work.example") == ben
    rows = EmailAddress.objects.filter(user=ben).order_by("-primary")
    assert list(rows.values_list("email", "verified", "primary")) == [
        (ben.email, True, True),
        ("ben@work.example", True, False),
    ]


def test_the_kept_account_is_right_and_gaps_are_filled(ben, work):
    User.objects.filter(pk=work.pk).update(pronouns="he/him", name="Benjamin")
    work.refresh_from_db()
    mine, theirs = ben.profile, work.profile
    mine.phone, theirs.phone, theirs.place = "1", "2", "Riverton"
    mine.save()
    theirs.save()
    merging_accounts.merge(ben, work, at=NOW)
    ben.refresh_from_db()
    profile = User.objects.get(pk=ben.pk).profile
    assert (ben.name, ben.pronouns) == ("Ben Okoro", "he/him")
    assert (profile.phone, profile.place, profile.employer.name) == ("1", "Riverton", "Acme")


def test_the_other_account_is_signed_out_and_the_kept_one_stays_signed_in(ben, work, as_user):
    of_ben, of_work = as_user(ben), as_user(work)
    merging_accounts.merge(ben, work, at=NOW)
    page = reverse("accounts:settings")
    assert (of_ben.get(page).status_code, of_work.get(page).status_code) == (200, 302)
    assert Session.objects.count() == 1


def test_twice_is_refused(ben, work):
    merging_accounts.merge(ben, work, at=NOW)
    with pytest.raises(NotMergeable, match="no longer two accounts"):
        merging_accounts.merge(ben, work, at=NOW)
    with pytest.raises(NotMergeable, match="no longer two accounts"):
        merging_accounts.merge(work, ben, at=NOW)


def test_with_oneself_is_refused(ben):
    with pytest.raises(NotMergeable, match="no longer two accounts"):
        merging_accounts.merge(ben, ben, at=NOW)


def test_what_breaks_half_way_leaves_both_as_they_were(ben, work, cohort, monkeypatch):
    application = factories.application(work, cohort)

    def fail(accounts):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(merge_rules, "AFTER", [fail])
    with pytest.raises(RuntimeError), transaction.atomic():
        merging_accounts.merge(ben, work, at=NOW)
    assert Application.objects.get(pk=application.pk).person == work
    assert User.objects.get(pk=work.pk).is_active
    assert User.objects.with_address("ben@work.example") == work


def test_applications_are_locked_before_pairs_as_by_every_verb(ben, work, ada, cohort):
    factories.match(work, ada, cohort)
    with CaptureQueriesContext(connection) as queries:
        merging_accounts.merge(ben, work, at=NOW)
    first = [
        next(n for n, one in enumerate(queries) if f'FROM "{table}"' in one["sql"])
        for table in ("applications_application", "matches_match")
    ]
    assert first == sorted(first)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["contact", "withdraw"])
def test_a_verb_of_the_pair_in_the_same_second_leaves_nothing_behind(name, ben, work, ada, cohort):
    pair = factories.match(work, ada, cohort)
    alone = factories.application(work, factories.cohort(program=cohort.program), state="submitted")
    row = merge_requests.ask(ben, work.email, at=NOW)
    AccountMerge.system.filter(pk=row.pk).update(state="proven", other_agreed_at=NOW)
    verbs = {
        "contact": lambda: note_contact(pair, by=work, at=NOW),
        "withdraw": lambda: submission.withdraw(alone, by=work),
    }
    outcomes = race(lambda: merge_requests.join(ben, at=NOW), verbs[name])
    assert outcomes[0] is None
    assert outcomes[1] is None or isinstance(outcomes[1], ActionNotAllowed)
    merge_requests.settle_merges(NOW + merge_requests.SETTLED_AFTER)
    assert broken_invariants(NOW) == {}
    assert not PairContact.objects.filter(person=work).exists()
    assert PairContact.objects.count() == (name == "contact" and outcomes[1] is None)


@pytest.mark.django_db(transaction=True)
def test_two_merges_of_one_account_at_the_same_second_move_it_once(ben, work, ada):
    outcomes = race(
        lambda: merging_accounts.merge(ben, work, at=NOW),
        lambda: merging_accounts.merge(ada, work, at=NOW),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "NotMergeable"]
    work.refresh_from_db()
    owner = User.objects.with_address("ben@work.example")
    assert (owner, work.is_active) == (work.merged_into, False)


def test_a_plan_that_pairs_the_two_accounts_makes_no_pair(ben, work, cohort):
    mentee = factories.application(ben, cohort, state="accepted")
    mentor = factories.application(work, cohort, role="mentor", state="accepted")
    merging_accounts.merge(ben, work, at=NOW)
    mentee, mentor = (Application.objects.get(pk=row.pk) for row in (mentee, mentor))
    with pytest.raises(ActionNotAllowed, match="is both people of a pair"):
        match_creation._check_asking(
            [(mentee.pk, mentor.pk, {})], {mentee.pk: mentee}, {mentor.pk: mentor}
        )


# --- what stands in the way


def refused(ben, work, words):
    before = Application.objects.filter(person=work).count()
    with pytest.raises(NotMergeable, match=words):
        merging_accounts.merge(ben, work, at=NOW)
    assert User.objects.get(pk=work.pk).is_active
    assert Application.objects.filter(person=work).count() == before


OVER = {"state": "closed", "closed_at": NOW, "closed_kind": "completed"}


@pytest.mark.parametrize("fields", [{"state": "active"}, OVER])
def test_a_pair_with_oneself(ben, work, cohort, fields):
    factories.match(ben, work, cohort, **fields)
    refused(ben, work, "a pair with each other")


def test_two_applications_in_one_cohort_and_role(ben, work, cohort):
    factories.application(ben, cohort)
    mine = factories.application(work, cohort)
    refused(ben, work, f"Both accounts have an application in the same role in {cohort.name}")
    Application.objects.filter(pk=mine.pk).update(state="withdrawn")
    merging_accounts.merge(ben, work, at=NOW)


def test_a_mentor_and_a_mentee_in_one_cohort_become_one_person(ben, work, cohort):
    factories.application(ben, cohort)
    factories.application(work, cohort, role="mentor")
    merging_accounts.merge(ben, work, at=NOW)
    assert Application.objects.filter(person=ben).count() == 2


@pytest.mark.parametrize("until", [None, NOW.date() + timedelta(days=1)])
def test_no_role_is_gained(ben, work, program, until):
    Membership.objects.create(user=work, program=program, role="reader", until=until)
    refused(ben, work, f"role in the committee of {program.name}")


def test_no_role_is_gained_as_a_deputy(ben, work, cleo):
    Membership.objects.filter(user=cleo).update(deputy=work)
    refused(ben, work, "role in the committee")


def test_a_role_of_the_past_moves_and_a_role_of_the_kept_account_stays(ben, work, program):
    past = {"since": NOW.date() - timedelta(days=30), "until": NOW.date()}
    Membership.objects.create(user=work, program=program, role="chair", **past)
    Membership.objects.create(user=ben, program=program, role="reader")
    merging_accounts.merge(ben, work, at=NOW)
    assert set(Membership.objects.live().of(ben).values_list("role", flat=True)) == {"reader"}
    assert Membership.objects.filter(user=ben).count() == 2
    assert User.objects.get(pk=ben.pk).is_staff


def test_a_member_who_wrote_about_the_other_account(work, cleo, cohort):
    application = factories.application(work, cohort)
    CommitteeNote.system.create(application=application, author=cleo, text="Knows him well.")
    refused(cleo, work, "as a member of a committee, read or decided about")


def test_the_carer_of_the_other_accounts_pair(work, ada, cleo, cohort):
    factories.match(work, ada, cohort, carer=cleo, state="active")
    refused(cleo, work, "as a member of a committee, read or decided about")


def test_a_second_step_of_signing_in_is_not_lost(ben, work):
    Authenticator.objects.create(user=work, type=Authenticator.Type.TOTP, data={"secret": "x"})
    refused(ben, work, "has two-step sign-in")


def test_the_maintainer_is_never_the_one_that_ends(ben, work):
    User.objects.filter(pk=work.pk).update(is_superuser=True)
    refused(ben, work, "is the maintainer's")


def test_two_requests_for_one_topic(ben, work, cohort, cleo):
    from learning.models import SupportTopic
    from support.models import SupportRequest

    topic = SupportTopic.objects.create(program=cohort.program, names={"en": "Goals"})
    for person in (ben, work):
        role = "mentee" if person == ben else "mentor"
        application = factories.application(person, cohort, role=role)
        SupportRequest.objects.create(
            program=cohort.program, application=application, person=person, topic=topic
        )
    refused(ben, work, "open request for support with the same topic")


# --- recusal


def test_a_member_gets_a_conflict_with_the_partner_whom_the_other_account_brings(
    ben, work, ada, program, cohort
):
    Membership.objects.create(user=ben, program=program, role="chair")
    factories.match(work, ada, cohort, **OVER)
    seen = Application.objects.for_committee(ben)
    assert {row.person for row in seen} == {ada, work}
    merging_accounts.merge(ben, work, at=NOW)
    assert Conflict.objects.filter(member=ben, person=ada, kind="partner", until=None).count() == 1
    assert list(Application.objects.for_committee(User.objects.get(pk=ben.pk))) == []


def test_conflicts_of_both_are_joined(ben, work, cleo, ada, program):
    for person in (ben, work):
        Conflict.objects.create(member=cleo, person=person)
    Conflict.objects.create(member=work, person=ada)
    Conflict.objects.create(member=ben, person=work)
    merging_accounts.merge(ben, work, at=NOW)
    rows = Conflict.objects.order_by("pk").values_list("member__name", "person__name")
    assert list(rows) == [("Cleo Marsh", "Ben Okoro"), ("Ben Okoro", "Ada Brook")]


def test_whoever_is_kept_apart_from_either_stays_apart(ben, work, ada, cleo, program):
    for first, second in ((ben, ada), (work, ada), (ben, work)):
        KeepApart.objects.create(program=program, first=first, second=second, by=cleo, reason="r")
    merging_accounts.merge(ben, work, at=NOW)
    assert list(KeepApart.system.values_list("first", "second")) == [(ben.pk, ada.pk)]


# --- e-mails


def test_what_either_knows_is_known(ben, work, cohort):
    application = factories.application(work, cohort)
    topic = outbox.topic_of(KIND, about=application, to=work)
    KnownState.objects.create(topic=topic, person=work, digest="d", since=NOW)
    merging_accounts.merge(ben, work, at=NOW)
    assert KnownState.objects.get().topic == outbox.topic_of(KIND, about=application, to=ben)


def test_links_in_old_emails_lead_to_the_kept_account_until_it_revokes_them(ben, work, cohort):
    application = factories.application(work, cohort)
    token = links.token_for("test", person=work, subject=application, until=LATER)
    merging_accounts.merge(ben, work, at=NOW)
    assert links.open_token("test", token)[1] == ben
    User.objects.revoke_links_of_merged(ben)
    with pytest.raises(links.BadToken):
        links.open_token("test", token)


# --- one person, one place


def sign_up(event, person, state, **fields):
    return SignUp.objects.create(event=event, person=person, state=state, since=NOW, **fields)


def test_two_sign_ups_become_one_and_the_place_goes_on(ben, work, cleo, cohort):
    from testkit import events

    event = events.published(cohort.program, by=cleo, places=2)
    for person in (ben, work):
        factories.application(person, cohort, role="mentee" if person == ben else "mentor")
    sign_up(event, ben, "left")
    sign_up(event, work, "going", has_attended=True)
    merging_accounts.merge(ben, work, at=NOW)
    row = SignUp.objects.get(person=ben)
    assert (row.state, row.has_attended) == ("going", True)
    assert not SignUp.objects.filter(person=work).exists()


# --- afterwards


def test_a_merge_into_a_third_account_takes_the_links_along(ben, work, ada, cohort):
    application = factories.application(work, cohort)
    token = links.token_for("test", person=work, subject=application, until=LATER)
    merging_accounts.merge(ben, work, at=NOW)
    merging_accounts.merge(ada, ben, at=NOW)
    assert links.open_token("test", token)[1] == ada


def test_erasing_erases_what_is_left_of_both(ben, work, cohort):
    factories.application(work, cohort)
    merging_accounts.merge(ben, work, at=NOW)
    privacy.erase_person(User.objects.get(pk=ben.pk))
    rows = User.objects.filter(pk__in=[ben.pk, work.pk])
    assert all(row.email.endswith(ERASED_DOMAIN) and not row.name for row in rows)
    assert {ben.public_id, work.public_id} <= privacy.complete_erasure_log()
    assert not EmailAddress.objects.filter(email="ben@work.example").exists()


def test_the_copy_of_ones_data_has_both(ben, work, cohort):
    factories.application(work, cohort, situation="I lead a team of one.")
    merging_accounts.merge(ben, work, at=NOW)
    data = str(privacy.export_person(User.objects.get(pk=ben.pk)))
    assert "I lead a team of one." in data
    assert "ben@work.example" in data


@pytest.mark.parametrize("several", [1, 3])
def test_a_merge_asks_as_many_queries_for_many_rows(
    several, ben, work, ada, cohort, django_assert_num_queries
):
    application = factories.application(work, cohort)
    for number in range(several):
        letter_of = factories.application(
            work, factories.cohort(program=cohort.program), situation=str(number)
        )
        outbox.enqueue(KIND, to=work, about=letter_of, at=NOW)
        CommitteeNote.system.create(application=application, author=ada, text=str(number))
    with django_assert_num_queries(QUERIES):
        merging_accounts.merge(ben, work, at=NOW)


QUERIES = 252
