"""Reading a plan: lists and their counts, what is said once, and the order of the second look."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from matching.models import Proposal, Round
from matching.recusal import ViewerContext
from matching.rounds import lifecycle
from matching.rounds.decisions import Kind, RoundDecision, decide
from matching.workbench import second_look
from matching.workbench.queues import QUEUES, PlanLists
from matching.workbench.second_look import Heading, SecondLook
from notifications import work_hours
from programs.models import Conflict
from testkit import rounds as make


def url(name, round_):
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id])


@pytest.fixture
def mixed(cohort, people, cleo):
    """A plan with pairs of every band, warnings of all and of some, a pin and a change."""
    for number, name in enumerate(("Noor Haddad", "Lena Vogt", "Ida Berg")):
        make.applicant(cohort, name, topics={"hiring": 3})
        make.applicant(cohort, f"Mentor {number}", "mentor", topics={"hiring": 3})
    drafted = make.run_round(cohort, cleo)
    rows = Proposal.system.filter(round=drafted)
    rows.filter(mentor__isnull=False).update(cautions=["times_unknown"], band="good")
    paired = list(rows.filter(mentor__isnull=False).order_by("pk"))
    for row, changes in zip(
        paired,
        [
            {"band": "thin", "cautions": ["thin", "times_unknown"]},
            {"band": "possible"},
            {"band": "strong", "is_changed": True},
            {"state": "pinned"},
        ],
        strict=False,
    ):
        rows.filter(pk=row.pk).update(**changes)
    Round.system.filter(pk=drafted.pk).update(draft=2)
    return Round.system.get(pk=drafted.pk)


@pytest.mark.parametrize("queue", QUEUES)
def test_each_figure_counts_the_list_that_it_leads_to(mixed, cleo, queue):
    viewer = ViewerContext.of(mixed, cleo)
    rows = viewer.proposals().in_plan()
    lists = PlanLists(rows)
    assert lists.counts[queue] == rows.filter(lists.filter(queue)).count()


def test_the_page_links_each_figure_to_a_list_of_that_length(mixed, as_user, cleo):
    client = as_user(cleo)
    page = client.get(url("workbench", mixed)).content.decode()
    links = re.findall(r'<a href="([^"]+\?queue=\w+)">(\d+)</a>', page)
    assert {address.partition("queue=")[2] for address, _count in links} >= {
        "pairs", "strong", "good", "possible", "thin", "unmatched", "pinned",
    }  # fmt: skip
    for address, count in links:
        shown = client.get(address).context["board"]
        assert (len(shown.rows), shown.page.paginator.count) == (int(count), int(count))


def test_what_every_pair_has_is_said_once(mixed, as_user, cleo):
    page = as_user(cleo).get(url("workbench", mixed)).content.decode()
    assert page.count("usual times are not known") == 1
    assert "True of every pair:" in page
    viewer = ViewerContext.of(mixed, cleo)
    own = PlanLists(viewer.proposals().in_plan())
    assert own.shared == {"times_unknown"}
    assert own.counts["warnings"] == 1  # the pair with a warning of its own
    assert own.counts["look"] == 2


def test_two_pairs_are_not_every_pair(drafted, cleo):
    Proposal.system.filter(round=drafted).update(cautions=["times_unknown"])
    lists = PlanLists(ViewerContext.of(drafted, cleo).proposals().in_plan())
    assert lists.shared == frozenset()
    assert lists.counts["warnings"] == 2


def headings(look):
    return [str(section.heading) for section in look.sections]


def test_the_second_look_begins_with_what_needs_it(mixed, people, cleo, kim):
    Round.system.filter(pk=mixed.pk).update(prepared_by=cleo)
    fresh = Round.system.get(pk=mixed.pk)
    pinned = Proposal.system.get(round=mixed, state="pinned")
    Proposal.system.filter(pk=pinned.pk).update(band="possible")
    good = Proposal.system.filter(round=mixed, band="good", state="proposed").earliest("pk")
    Conflict.objects.create(member=cleo, person=good.mentee.person)
    look = SecondLook(ViewerContext.of(fresh, kim), None)
    assert headings(look) == [
        Heading.AGAINST_ADVICE.label,
        Heading.CONFLICT.label,
        Heading.THIN.label,
        Heading.CHECK.label,
        Heading.LEFT_OUT.label,
        Heading.REST.label,
    ]
    read = [row.proposal.pk for section in look.sections for row in section.rows]
    assert sorted(read) == sorted(
        Proposal.system.filter(round=mixed).in_plan().values_list("pk", flat=True)
    )


def test_a_waived_rule_comes_first(cohort, people, cleo, kim):
    drafted = make.run_round(cohort, cleo)
    from matching.models import Override

    Override.objects.create(
        round=drafted, mentee=people["joel"], mentor=people["priya"], reason="r", by=cleo
    )
    look = SecondLook(ViewerContext.of(drafted, kim), None)
    assert look.sections[0].heading == Heading.OVERRIDDEN.label
    assert look.sections[0].rows[0].mentee == people["joel"]


def test_a_pin_that_costs_the_round_something_is_against_advice(drafted, people, cleo, kim):
    pin = RoundDecision(Kind.CHOOSE, people["amina"].pk, people["priya"].pk)
    decide(drafted, pin, by=cleo, expected_version=drafted.plan_version)
    fresh = Round.system.get(pk=drafted.pk)
    look = SecondLook(ViewerContext.of(fresh, kim), None)
    assert look.sections[0].heading == Heading.AGAINST_ADVICE.label


def test_the_page_says_who_is_asked_to_review_and_when(cohort, people, cleo, kim, as_user):
    work_hours.choose(kim, 7, at=timezone.now())
    drafted = make.run_round(cohort, cleo)
    page = as_user(cleo).post(url("send", drafted), follow=True).content.decode()
    assert f"get an e-mail: {kim.name} on " in page
    assert ", 07:00." in page
    work_hours.choose(kim, None, at=timezone.now())
    drafted = make.run_round(cohort, cleo)
    page = as_user(cleo).post(url("send", drafted), follow=True).content.decode()
    assert f"get an e-mail: {kim.name} at once." in page


def test_without_another_member_the_page_says_that_no_one_is_asked(cohort, people, cleo, as_user):
    drafted = make.run_round(cohort, cleo)
    page = as_user(cleo).post(url("send", drafted), follow=True).content.decode()
    assert "No other member can approve it yet" in page


def test_the_round_is_approved_where_the_reading_ends(
    cohort, people, cleo, kim, as_user, monkeypatch
):
    drafted = make.run_round(cohort, cleo)
    lifecycle.send_to_review(drafted, by=cleo)
    monkeypatch.setattr(second_look, "PER_PAGE", 2)
    client = as_user(kim)
    first = client.get(url("review", drafted)).content.decode()
    assert "Approve these pairs" not in first
    assert "Read on" in first
    last = client.get(url("review", drafted), {"page": 2}).content.decode()
    assert "Approve these pairs" in last


@pytest.mark.parametrize("more", [0, 3])
def test_the_second_look_takes_the_same_number_of_queries(
    cohort, people, cleo, kim, as_user, django_assert_num_queries, more
):
    for number in range(more):
        make.applicant(cohort, f"Noor {number}", topics={"hiring": 3})
        make.applicant(cohort, f"Mentor {number}", "mentor", topics={"hiring": 3})
    drafted = make.run_round(cohort, cleo)
    lifecycle.send_to_review(drafted, by=cleo)
    client = as_user(kim)
    client.get(url("review", drafted))
    with django_assert_num_queries(25):
        client.get(url("review", drafted))
