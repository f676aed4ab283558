"""Mentors whose pairs have ended are asked when a new cohort opens; one tap applies for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.models import Profile
from applications import completeness, suitability
from applications.models import Application, ApplicationTopic, PrivateAnswers
from matches import endings, follow_ups, mentoring_again
from matches.models import FollowUp
from notifications.models import Notification
from programs.models import Topic
from testkit import factories

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.time_machine(NOW)


@pytest.fixture
def program():
    return factories.program(is_public=True)


@pytest.fixture
def ended(ada, ben, cohort):
    """Ada could have two mentees; her pair with Ben ended a month ago."""
    match = factories.match(ben, ada, cohort)
    complete(match.mentor, capacity=2)
    endings.end(match, by=ben, kind="early", at=timezone.now() - timedelta(days=30))
    match.refresh_from_db()
    return match


def complete(application, **values):
    """Give an application everything that the form asks for."""
    topic = Topic.objects.create(code="lead", kind="goal", names={"en": "Lead"}, position=1)
    ApplicationTopic.objects.create(application=application, topic=topic, weight=3)
    PrivateAnswers.objects.create(application=application, needs="A quiet room")
    profile, _new = Profile.objects.update_or_create(
        user=application.person, defaults={"level": 3, "availability": ["tue_evening"]}
    )
    profile.languages.create(code="en", names={"en": "English"})
    application.suitability = dict.fromkeys(suitability.question_codes("mentor"), True)
    application.saved_pages = [page.code for page in completeness.pages(application)]
    for name, value in values.items():
        setattr(application, name, value)
    application.save()


@pytest.fixture
def coming(program):
    return factories.cohort(program=program, name="Spring", opens_on=TODAY)


def row_of(match, person):
    rows = FollowUp.objects.select_related("closure__match__mentor__cohort__program", "person")
    row = rows.get(closure__match=match, person=person)
    row.closure.match = match
    return row


def asked():
    return list(Notification.system.filter(kind="mentor-again").values_list("recipient", flat=True))


def test_the_mentor_is_asked_and_once_more_a_week_later(ended, coming, ada):
    opened = datetime(coming.opens_on.year, coming.opens_on.month, coming.opens_on.day, 12,
                      tzinfo=ZoneInfo(coming.program.time_zone))  # fmt: skip
    for days in (0, 1, 8, 9):
        mentoring_again.ask(opened + timedelta(days=days))
    assert asked() == [ada.pk, ada.pk]


def test_who_is_in_a_pair_or_has_applied_or_is_done_is_not_asked(ended, coming, ada, ben):
    def to_ask():
        return list(mentoring_again.to_ask(timezone.now()).values_list("person", flat=True))

    assert to_ask() == [ada.pk]
    follow_ups.answer(row_of(ended, ada), by=ada, wish="stop")
    assert to_ask() == []
    follow_ups.answer(row_of(ended, ada), by=ada, wish="pause")
    assert to_ask() == []  # said after the cohort had opened
    long_ago = timezone.now() - timedelta(days=20)
    follow_ups.answer(row_of(ended, ada), by=ada, wish="pause", at=long_ago)
    assert to_ask() == [ada.pk]
    factories.application(ada, coming, "mentor")
    assert to_ask() == []


def test_a_pair_that_ended_after_the_cohort_had_opened_is_not_asked(ada, ben, cohort, coming):
    endings.end(factories.match(ben, ada, cohort), by=ben, kind="early")
    assert not mentoring_again.to_ask(timezone.now()).exists()


def test_another_mentee_who_is_still_there_comes_first(ended, coming, ada):
    more = factories.person("Dora Lund")
    mentee = factories.application(more, ended.cohort)
    type(ended).objects.create(mentee=mentee, mentor=ended.mentor)
    assert not mentoring_again.to_ask(timezone.now()).exists()


def test_again_applies_with_what_was_said_last_time(ended, coming, ada):
    made = mentoring_again.choose(row_of(ended, ada), by=ada, wish="again")
    assert (made.cohort, made.state, made.capacity) == (coming, "submitted", 2)
    assert made.situation == ended.mentor.situation
    assert [row.topic.code for row in made.topic_rows.all()] == ["lead"]
    assert PrivateAnswers.objects.visible_to(ada).get(application=made).needs == "A quiet room"
    assert made.orientation_passed_at == ended.mentor.orientation_passed_at
    assert made.committed_at > ended.mentor.committed_at
    assert ended.mentor.topic_rows.count() == 1


def test_twice_makes_one_application(ended, coming, ada):
    first = mentoring_again.choose(row_of(ended, ada), by=ada, wish="again")
    assert mentoring_again.choose(row_of(ended, ada), by=ada, wish="again") == first
    assert Application.objects.of(ada).count() == 2


def test_fewer_applies_with_one_mentee_less(ended, coming, ada):
    assert mentoring_again.choose(row_of(ended, ada), by=ada, wish="fewer").capacity == 1


def test_texts_that_were_erased_since_are_asked_again(ended, coming, ada):
    Application.objects.filter(pk=ended.mentor_id).update(situation="")
    ended.mentor.refresh_from_db()
    made = mentoring_again.choose(row_of(ended, ada), by=ada, wish="again")
    assert made.state == "draft"
    assert [page.code for page in completeness.missing(made)] == ["situation"]


def test_only_the_mentor_answers_and_only_while_a_cohort_is_open(ended, coming, ada, ben):
    for row in (row_of(ended, ada), row_of(ended, ben)):
        with pytest.raises(ActionNotAllowed, match="Only the mentor"):
            mentoring_again.choose(row, by=ben, wish="again")
    type(coming).objects.filter(pk=coming.pk).update(closes_on=date(2020, 1, 1))
    with pytest.raises(ActionNotAllowed, match="No cohort"):
        mentoring_again.choose(row_of(ended, ada), by=ada, wish="again")


def test_the_page_offers_four_answers_and_opens_the_application(ended, coming, as_user, ada, ben):
    url = reverse("matches:match-mentor-again", args=[ended.public_id])
    client = as_user(ada)
    page = client.get(url).content.decode()
    for wish in ("again", "fewer", "pause", "stop"):
        assert f'value="{wish}"' in page
    assert "Choose one of the answers." in client.post(url, {}).content.decode()
    response = client.post(url, {"wish": "again"})
    made = Application.objects.of(ada).get(cohort=coming)
    assert response.url == reverse("applications:application-sent", args=[made.public_id])
    assert as_user(ben).get(url).status_code == 302


def test_who_accepts_the_code_of_conduct_again_can_read_it(ended, coming, as_user, ada, program):
    type(program).objects.filter(pk=program.pk).update(code_of_conduct="No recruiting here.")
    url = reverse("matches:match-mentor-again", args=[ended.public_id])
    assert "No recruiting here." in as_user(ada).get(url).content.decode()


def test_without_an_open_cohort_the_page_says_so(ended, as_user, ada):
    url = reverse("matches:match-mentor-again", args=[ended.public_id])
    assert "No cohort of this program" in as_user(ada).get(url).content.decode()


def test_the_page_after_mentoring_leads_there(ended, coming, as_user, ada, ben):
    url = reverse("matches:match-mentor-again", args=[ended.public_id])
    assert url in as_user(ada).get(reverse("dashboard:alumni")).content.decode()
    assert url not in as_user(ben).get(reverse("dashboard:alumni")).content.decode()


def test_the_home_page_asks_it_once_the_end_is_answered(ended, coming, as_user, ada):
    client, home = as_user(ada), reverse("dashboard:home")
    url = reverse("matches:match-mentor-again", args=[ended.public_id])
    assert client.get(home).context["step"].url != url
    long_ago = timezone.now() - timedelta(days=20)
    follow_ups.answer(row_of(ended, ada), by=ada, wish="pause", at=long_ago)
    assert client.get(home).context["step"].url == url
    client.post(url, {"wish": "pause"})
    assert client.get(home).context["step"].url != url
