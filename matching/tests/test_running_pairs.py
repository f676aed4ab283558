"""A change of facts that makes a running pair break a rule warns the carer and breaks nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.fact_changes import watched
from accounts.models import Employer, Language, Profile
from applications import taking_part
from applications.models import Application
from checkins.models import Concern
from matches.endings import end
from matches.models import Closure, Match
from matches.pair_sections import committee_sections
from matching.models import BrokenRule, KeepApart
from matching.running_pairs import look_at_broken_rules
from notifications.models import Notification
from testkit import factories

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def pair(ada, ben, cleo, cohort):
    ada.profile.employer = Employer.objects.named("Nordwind")
    ada.profile.save()
    return factories.match(ben, ada, cohort, carer=cleo, state="active")


def work_at(person, name):
    with watched(person, at=NOW):
        employer = Employer.objects.named(name) if name else None
        Profile.objects.filter(user=person).update(employer=employer)


def lasting():
    return sorted(BrokenRule.system.lasting().values_list("code", flat=True))


def concerns(**states):
    return list(Concern.system.filter(cause="rule", **states).values_list("person__name", "state"))


def emails():
    return Notification.system.filter(kind="concern-rule").count()


def test_the_same_employer_warns_the_carer(pair, ben, cleo):
    work_at(ben, "nordwind")
    assert lasting() == ["same_employer"]
    assert concerns() == [(ben.name, "open")]
    letter = Notification.system.get(kind="concern-rule")
    assert letter.recipient == cleo
    pair.refresh_from_db()
    assert pair.state == Match.State.ACTIVE


def test_it_is_shown_to_the_carer_and_never_to_the_two(pair, as_user, ada, ben, cleo):
    work_at(ben, "Nordwind")
    sections = committee_sections(pair, cleo, NOW, in_care=True)
    section = next(one for one in sections if one.name == "broken-rules")
    assert [line.text for line in section.lines] == [
        f"{ben.name} changed something: both work for the same employer"
    ]
    for person in (ada, ben):
        page = as_user(person).get(reverse("matches:match-detail", args=[pair.public_id]))
        text = page.content.decode()
        assert "no longer meets" not in text
        assert "same employer" not in text
        assert not BrokenRule.objects.visible_to(person).exists()
        assert not Concern.objects.visible_to(person).exists()


def test_it_stops_when_the_fact_is_changed_back(pair, ben):
    work_at(ben, "Nordwind")
    work_at(ben, "Elsewhere")
    assert lasting() == []
    assert concerns() == [(ben.name, "resolved")]
    assert Notification.system.get(kind="concern-rule").state == "cancelled"


def test_it_stops_when_the_partner_changes_theirs(pair, ada, ben):
    work_at(ben, "Nordwind")
    work_at(ada, "")
    assert lasting() == []
    assert concerns() == [(ben.name, "resolved")]


def test_it_stops_when_the_pair_ends(pair, ben, cleo):
    work_at(ben, "Nordwind")
    end(pair, by=cleo, kind=Match.Closed.BY_CIRCUMSTANCE, cause=Closure.Cause.EXPECTED, at=NOW)
    assert lasting() == []
    assert concerns() == [(ben.name, "resolved")]


def test_twice_is_one_concern_and_one_email(pair, ben):
    work_at(ben, "Nordwind")
    work_at(ben, "Nordwind")
    assert (lasting(), len(concerns()), emails()) == (["same_employer"], 1, 1)


def test_what_was_broken_before_is_not_counted(ada, ben, cleo, cohort):
    for person in (ada, ben):
        person.profile.employer = Employer.objects.named("Nordwind")
        person.profile.save()
    factories.match(ben, ada, cohort, carer=cleo, state="active")
    with watched(ben, at=NOW):
        Profile.objects.filter(user=ben).update(job_title="Lead")
    assert lasting() == []
    assert concerns() == []


def test_a_program_without_the_rule_warns_no_one(pair, ben, cohort):
    cohort.program.policy.same_employer_blocked = False
    cohort.program.policy.save()
    work_at(ben, "Nordwind")
    assert lasting() == []


def test_no_common_language(pair, ada, ben):
    one, other = (
        Language.objects.get_or_create(code=code, defaults={"names": {"en": code}})[0]
        for code in ("en", "fr")
    )
    ada.profile.languages.set([one])
    ben.profile.languages.set([one, other])
    with watched(ben, at=NOW):
        ben.profile.languages.set([other])
    assert lasting() == ["language"]


def test_no_common_way_to_meet(pair, ben):
    Application.objects.filter(pk=pair.mentor_id).update(mode="online")
    with watched(ben, at=NOW):
        Application.objects.filter(pk=pair.mentee_id).update(mode="in_person")
    assert lasting() == ["mode_place"]


def test_fewer_places_than_mentees(pair, ada, dan, cohort, cleo):
    mentor = Application.objects.get(pk=pair.mentor_id)
    Application.objects.filter(pk=mentor.pk).update(capacity=2)
    Match.objects.create(
        mentee=factories.application(dan, cohort), mentor=mentor, carer=cleo, state="active"
    )
    mentor.refresh_from_db()
    taking_part.change(mentor, by=ada, capacity=1, break_until=None, at=NOW)
    assert lasting() == ["capacity", "capacity"]
    assert concerns() == [(ada.name, "open")] * 2
    taking_part.change(mentor, by=ada, capacity=2, break_until=None, at=NOW)
    assert lasting() == []


def test_two_who_are_kept_apart(pair, ada, ben, cleo, cohort):
    with watched(ada, at=NOW):
        KeepApart.objects.create(
            program=cohort.program, first=ben, second=ada, kind=KeepApart.Kind.REPORTING_LINE,
            by=cleo, reason="x", since=NOW.date(),
        )  # fmt: skip
    assert lasting() == ["reporting_line"]


def test_employers_that_are_merged_are_seen_within_an_hour(pair, ben):
    work_at(ben, "Nordwind")
    Profile.objects.filter(user=ben).update(employer=Employer.objects.named("Elsewhere"))
    assert look_at_broken_rules(NOW + timedelta(minutes=59)) == 0
    later = NOW + timedelta(minutes=60)
    assert look_at_broken_rules(later) == 1
    assert lasting() == []
    assert concerns() == [(ben.name, "resolved")]
    assert look_at_broken_rules(later) == 0


def test_someone_without_a_pair_is_not_looked_at(dan, django_assert_num_queries):
    with django_assert_num_queries(3), watched(dan, at=NOW):
        pass
