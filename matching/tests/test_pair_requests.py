"""Pairs without a round that the committee registers: by one member, accepted by another."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.models import Employer, Profile
from applications.models import Application
from applications.submission import withdraw
from matches.models import Match
from matching.models import KeepApart, Offer, PairRequest
from matching.pool.pool_data import build_pool
from matching.rounds import pair_requests
from notifications.models import Notification
from programs.models import Conflict
from testkit import factories
from testkit import rounds as make

State = PairRequest.State
ADD = reverse("admin:matching_pairrequest_add")
LIST = reverse("admin:matching_pairrequest_changelist")


def register(people, by, mentee="sofia", mentor="priya", **options):
    return pair_requests.register_pair(
        people[mentee], people[mentor], by=by, reason="They know each other.", **options
    )


def fresh(request):
    rows = PairRequest.system.select_related("mentee__person", "mentor__person")
    return rows.get(pk=request.pk)


def change_url(row):
    return reverse("admin:matching_pairrequest_change", args=[row.pk])


def test_another_member_accepts_and_the_two_are_introduced(people, kim, cleo):
    made = register(people, kim)
    match = pair_requests.accept(made, by=cleo)
    assert (match.mentee, match.mentor) == (people["sofia"], people["priya"])
    assert (match.origin, match.state) == (Match.Origin.COMMITTEE, Match.State.INTRODUCED)
    sent = Notification.system.filter(kind="match-introduced", about_id=match.pk)
    assert set(sent.values_list("recipient", flat=True)) == {one.pk for one in match.people}
    row = fresh(made)
    assert (row.state, row.match, row.decided_by) == (State.MADE, match, cleo)


def test_accepting_twice_makes_one_pair(people, kim, cleo):
    made = register(people, kim)
    pair_requests.accept(made, by=cleo)
    with pytest.raises(ActionNotAllowed, match="closed already"):
        pair_requests.accept(made, by=cleo)
    assert Match.objects.count() == 1


def test_who_registered_a_pair_does_not_accept_it(people, kim):
    made = register(people, kim)
    with pytest.raises(ActionNotAllowed, match="Another member must accept"):
        pair_requests.accept(made, by=kim)
    assert not Match.objects.exists()


def test_registering_twice_is_one_request(people, kim):
    assert register(people, kim) == register(people, kim)
    assert PairRequest.system.count() == 1


@pytest.mark.parametrize("role", ["reader", "carer"])
def test_only_matchers_and_chairs_register_and_accept(people, program, kim, role):
    other = factories.member("Rosa Vidal", program=program, role=role)
    with pytest.raises(ActionNotAllowed, match="Only a matcher or chair can register"):
        register(people, other)
    made = register(people, kim)
    for verb in (pair_requests.accept, pair_requests.take_back):
        with pytest.raises(ActionNotAllowed):
            verb(made, by=other)


def test_a_member_with_a_conflict_neither_registers_nor_sees_nor_accepts(people, kim, cleo):
    Conflict.objects.create(member=kim, person=people["sofia"].person)
    with pytest.raises(ActionNotAllowed, match="conflict of interest with one of the two"):
        register(people, kim)
    made = register(people, cleo)
    assert not PairRequest.objects.visible_to(kim).exists()
    with pytest.raises(ActionNotAllowed, match="permission"):
        pair_requests.accept(made, by=kim)


def test_the_maintainer_is_bound_by_recusal(people, cleo):
    maintainer = factories.person("Main Tainer", is_superuser=True, is_staff=True)
    Conflict.objects.create(member=maintainer, person=people["priya"].person)
    made = register(people, cleo)
    with pytest.raises(ActionNotAllowed, match="permission"):
        pair_requests.accept(made, by=maintainer)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("keep_apart", "the committee keeps these two apart"),
        ("reporting_line", "one of them manages or appraises the other"),
        ("conflict", "a conflict of interest is declared"),
    ],
)
def test_people_who_are_kept_apart_are_no_pair(people, program, kim, cleo, kind, why):
    made = register(people, kim)
    KeepApart.objects.create(
        program=program,
        first=people["priya"].person,
        second=people["sofia"].person,
        kind=kind,
        reason="r",
        by=kim,
    )
    with pytest.raises(ActionNotAllowed, match=why):
        pair_requests.accept(made, by=cleo)
    pair_requests.take_back(made, by=kim)
    with pytest.raises(ActionNotAllowed, match=why):
        register(people, kim)


def test_the_same_employer_is_accepted_only_by_saying_so(people, kim, cleo):
    at = Employer.objects.named("Harbour Ltd")
    persons = [people[name].person_id for name in ("sofia", "priya")]
    Profile.objects.filter(user__in=persons).update(employer=at)
    fetched = {
        name: Application.objects.select_related("person__profile__employer").get(pk=row.pk)
        for name, row in people.items()
    }
    with pytest.raises(ActionNotAllowed, match="both work for the same employer"):
        register(fetched, kim)
    made = register(fetched, kim, is_employer_known=True)
    assert pair_requests.accept(made, by=cleo).pk


def test_a_mentor_without_a_free_place_gets_nobody(people, kim):
    factories.match(
        factories.person("Ines Prat"), factories.person("Otto Lund"), people["priya"].cohort
    )
    Match.objects.update(mentor=people["priya"])
    with pytest.raises(ActionNotAllowed, match="Priya Nair has no free place"):
        register(people, kim)


def test_a_mentee_in_a_pair_gets_no_second_one(people, kim):
    factories.match(factories.person("Ines Prat"), factories.person(), people["priya"].cohort)
    Match.objects.update(mentee=people["sofia"])
    with pytest.raises(ActionNotAllowed, match="Sofia Marin already has a mentor"):
        register(people, kim)


def test_who_is_not_ready_is_no_pair(people, kim):
    Application.objects.filter(pk=people["priya"].pk).update(orientation_passed_at=None)
    with pytest.raises(ActionNotAllowed, match="Priya Nair is no longer ready"):
        register(people, kim)


def test_two_cohorts_make_no_pair(people, program, kim):
    other = make.applicant(factories.cohort(program=program), "Noor Haddad", "mentor")
    with pytest.raises(ActionNotAllowed, match="different cohorts"):
        register({**people, "noor": other}, kim, mentor="noor")


def test_the_pool_leaves_out_who_waits_and_holds_the_place(people, cohort, kim):
    register(people, kim)
    pool = build_pool(cohort, timezone.now())
    assert people["sofia"].pk not in pool.columns["mentees"]
    free = dict(zip(pool.columns["mentors"], pool.pool.capacity.tolist(), strict=True))
    assert (free[people["priya"].pk], free[people["ruth"].pk]) == (0, 1)


def test_a_round_that_was_run_before_gives_the_mentee_to_no_one_else(people, cohort, kim, cleo):
    round_ = make.approved_round(cohort, kim, cleo)
    register(people, kim, mentee="amina", mentor="priya")
    with pytest.raises(ActionNotAllowed, match="Amina Farah is in a request for a pair"):
        make.publish(round_, cleo)


def test_an_open_question_before_a_match_holds_both(people, cohort, kim, cleo):
    now = timezone.now()
    Offer.objects.create(
        round=make.run_round(cohort, cleo),
        mentee=people["sofia"],
        mentor=people["ruth"],
        opened_at=now,
        closes_at=now,
    )
    with pytest.raises(ActionNotAllowed, match="Sofia Marin is being asked about another match"):
        register(people, kim)


def test_turning_down_writes_to_nobody_and_frees_the_places(people, cohort, kim, cleo):
    made = register(people, kim)
    before = Notification.system.count()
    pair_requests.turn_down(made, by=cleo, reason="A manager of hers.")
    assert (fresh(made).state, fresh(made).decision_reason) == (
        State.DECLINED,
        "A manager of hers.",
    )
    assert Notification.system.count() == before
    assert register(people, cleo).state == State.CONFIRMED


def test_who_registered_a_pair_takes_it_back_and_nobody_else(people, kim, cleo):
    made = register(people, kim)
    with pytest.raises(ActionNotAllowed, match="Only the member who registered it"):
        pair_requests.take_back(made, by=cleo)
    pair_requests.take_back(made, by=kim)
    assert fresh(made).state == State.WITHDRAWN
    with pytest.raises(ActionNotAllowed, match="no longer possible"):
        pair_requests.take_back(made, by=kim)


def test_withdrawing_an_application_ends_its_request(people, kim):
    made = register(people, kim)
    withdraw(people["sofia"], by=people["sofia"].person)
    assert fresh(made).state == State.WITHDRAWN


def test_the_page_registers_and_the_page_of_the_request_decides(people, kim, cleo, as_user):
    typed = {"mentor_text": "Priya", "mentee_text": "sofia marin", "reason": "Old friends"}
    answer = as_user(kim).post(ADD, typed, follow=True)
    assert "Another member can now accept this pair." in answer.content.decode()
    row = PairRequest.system.get()
    assert row.reason == "Old friends"
    mine = as_user(kim).get(change_url(row)).content.decode()
    assert "Take back what I have registered" in mine
    assert "Accept: they become a pair" not in mine
    home = as_user(cleo).get(reverse("admin:index")).content.decode()
    assert "pair without a round to decide on" in home
    page = as_user(cleo).get(change_url(row)).content.decode()
    assert "Old friends" in page
    answer = as_user(cleo).post(change_url(row), {"decision": "decline", "decision_reason": " "})
    assert "Say why, for the other members." in answer.content.decode()
    answer = as_user(cleo).post(change_url(row), {"decision": "accept", "decision_reason": ""})
    assert answer.status_code == 302
    assert Match.objects.get().origin == Match.Origin.COMMITTEE
    assert 'name="decision"' not in as_user(cleo).get(change_url(row)).content.decode()


def test_the_page_says_which_rule_is_broken(people, program, kim, as_user):
    KeepApart.objects.create(
        program=program,
        first=people["priya"].person,
        second=people["sofia"].person,
        reason="r",
        by=kim,
    )
    typed = {"mentor": people["priya"].pk, "mentee": people["sofia"].pk, "reason": "x"}
    page = as_user(kim).post(ADD, typed).content.decode()
    assert "They can&#x27;t be a pair: the committee keeps these two apart." in page
    assert not PairRequest.system.exists()


def test_the_page_names_no_application_of_another_program_or_with_a_conflict(people, kim, as_user):
    Conflict.objects.create(member=kim, person=people["sofia"].person)
    stranger = make.applicant(factories.cohort(), "Noor Haddad", "mentor")
    typed = {"mentor": stranger.pk, "mentee": people["sofia"].pk, "reason": "x"}
    page = as_user(kim).post(ADD, typed)
    assert set(page.context["adminform"].form.errors) == {"mentor", "mentee"}


def test_the_list_of_pairs_tells_how_each_came_about(people, kim, cleo, as_user):
    pair_requests.accept(register(people, kim), by=cleo)
    address = reverse("admin:matches_match_changelist")
    assert "Sofia Marin" in as_user(cleo).get(f"{address}?origin__exact=committee").content.decode()
    assert "Sofia Marin" not in as_user(cleo).get(f"{address}?origin__exact=round").content.decode()
