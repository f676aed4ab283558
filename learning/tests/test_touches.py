"""Short texts by month: who gets which and when, exactly once; how a chair writes them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from access.exceptions import ActionNotAllowed
from learning import seeding, touch_seeding
from learning.models import Touch, TouchText, TouchVersion
from learning.touch_emails import learning_touch, send_test
from learning.touch_planning import mark_tried, plan_touches, save_words
from matches import endings, pauses
from matches.models import Match
from matches.pause_days import Wish
from notifications import email_preview, preferences
from notifications.kinds import Email
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.creation import create_program
from programs.models import Policy, Program
from testkit import factories

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
LIST = reverse("learning:touch-list")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START + 30 * DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pair(ada, ben, cohort):
    """Ben and Ada, of a program that sends our texts since their first day."""
    Policy.objects.filter(program=cohort.program).update(touches_from=START.date())
    seeding.load(cohort.program)
    touch_seeding.load(cohort.program, at=START)
    return factories.match(ben, ada, cohort, introduced_at=START)


def run(*days):
    """Plan twice on each of `days`; return how many rows each has added."""
    return [sum(plan_touches(START + day * DAY) for _time in range(2)) for day in days]


def months(person):
    return list(Touch.objects.of(person).order_by("month").values_list("month", flat=True))


def emails(person):
    return Notification.system.filter(kind="learning-touch", recipient=person).count()


def desk(name, row):
    return reverse(f"admin:learning_touchtext_{name}", args=[row.pk])


def text_of(response):
    return " ".join(html.unescape(response.content.decode()).split())


class TestWhen:
    def test_each_gets_their_text_once_in_each_month(self, pair, ada, ben):
        assert run(29, 30, 31, 89, 90, 91, 179, 180, 269, 270, 400) == [
            0, 2, 0, 0, 2, 0, 0, 2, 0, 2, 0,
        ]  # fmt: skip
        assert months(ada) == months(ben) == [1, 3, 6, 9]
        assert emails(ada) == emails(ben) == 4
        roles = Touch.objects.of(ada).values_list("version__text__role", flat=True)
        assert set(roles) == {"mentor"}

    def test_a_pause_makes_it_later_and_nothing_comes_meanwhile(self, pair, ben):
        wish = Wish((START + 39 * DAY).date())
        pauses.pause(pair, wish, by=ben, at=START + 20 * DAY)
        assert run(30, 39, 49, 50, 51) == [0, 0, 0, 2, 0]

    def test_what_was_due_before_the_first_day_never_comes(self, pair, program):
        Policy.objects.filter(program=program).update(touches_from=(START + 31 * DAY).date())
        assert run(30, 31, 40, 90) == [0, 0, 0, 2]

    def test_a_program_that_sends_none_sends_none(self, pair, program):
        Policy.objects.filter(program=program).update(touches_from=None)
        assert run(30, 90) == [0, 0]

    def test_after_a_long_stop_only_what_is_not_too_late_comes(self, pair, ada):
        assert run(109) == [2]
        assert months(ada) == [3]
        assert run(300) == [0]

    def test_a_pair_that_has_ended_gets_nothing(self, pair, ben):
        endings.end(pair, by=ben, kind="choice", at=START + 10 * DAY)
        assert run(30) == [0]

    def test_a_retired_text_and_a_closed_account_are_left_out(self, pair, ada):
        TouchText.objects.filter(role="mentee", month=1).update(retired_on=START.date())
        assert run(30) == [1]
        type(ada).objects.filter(pk=ada.pk).update(is_active=False)
        assert run(90) == [1]

    def test_a_mentor_of_two_gets_the_same_text_once(self, pair, ada, cohort):
        other = factories.application(factories.person("Nia Cole"), cohort)
        Match.objects.create(mentee=other, mentor=pair.mentor, introduced_at=START + DAY)
        assert run(30, 31, 90, 91) == [2, 2, 2, 2]
        assert (Touch.objects.of(ada).count(), emails(ada)) == (4, 2)
        page_rows = Touch.objects.of(ada).filter(is_repeat=False)
        assert page_rows.count() == 2
        program, day = pair.program, (START + 30 * DAY).date()
        deliver_due_emails(START + 32 * DAY)
        counted = Touch.objects.of(ada).support_touches(program, day, day + 5 * DAY)
        assert counted.count() == 2, "she is in touch with the program in both pairs"

    def test_a_mentor_gets_the_same_text_again_after_a_year(self, pair, ada, cohort):
        run(30)
        for day in (120, 400):
            nia = factories.application(factories.person(), cohort)
            began = START + day * DAY
            Match.objects.create(mentee=nia, mentor=pair.mentor, introduced_at=began)
        assert run(150, 430) == [2, 2]
        rows = Touch.objects.of(ada).filter(month=1).order_by("due_at")
        assert list(rows.values_list("is_repeat", flat=True)) == [False, True, False]

    def test_a_pair_that_began_after_the_email_has_no_support_touch_of_it(self, pair, ada, cohort):
        run(30)
        deliver_due_emails(START + 30 * DAY)
        nia = factories.application(factories.person(), cohort)
        began = START + 60 * DAY
        later = Match.objects.create(mentee=nia, mentor=pair.mentor, introduced_at=began)
        run(90)
        day = (START + 90 * DAY).date()
        theirs = Touch.objects.of(ada).filter(match=later)
        assert theirs.get().is_repeat
        assert not theirs.support_touches(pair.program, day, day).exists()

    def test_a_pause_of_an_older_term_counts_whatever_the_settings_say_today(self, pair, ben):
        wish = Wish((START + 49 * DAY).date())
        pauses.pause(pair, wish, by=ben, at=START + 20 * DAY)
        Policy.objects.update(pause_total_days=1)
        assert run(58, 59, 60) == [0, 0, 2]

    def test_the_queries_are_the_same_for_more_pairs(self, pair, cohort, django_assert_num_queries):
        run(30)
        for number in range(2):
            with django_assert_num_queries(1 + 4 + 1):
                plan_touches(START + 31 * DAY)
            people = factories.person(), factories.person()
            factories.match(*people, cohort, introduced_at=START + (number + 2) * DAY)

    @pytest.mark.parametrize("left", ["before the first day", "too late", "closed"])
    def test_pairs_that_are_left_out_for_good_are_not_read(
        self, pair, ada, ben, cohort, django_assert_num_queries, left
    ):
        day = 30
        if left == "before the first day":
            Policy.objects.update(touches_from=(START + 31 * DAY).date())
        elif left == "closed":
            type(ada).objects.filter(pk__in=[ada.pk, ben.pk]).update(is_active=False)
        else:
            day = 30 + 22
            wish = Wish((START + 44 * DAY).date())  # after the moment, which stays what it was
            pauses.pause(pair, wish, by=ben, at=START + 40 * DAY)
        with django_assert_num_queries(1 + 4 + (left != "before the first day")):
            assert plan_touches(START + day * DAY) == 0


class TestTheEmail:
    @pytest.fixture
    def touch(self, pair, ben):
        run(30)
        return Touch.objects.of(ben).get()

    def test_it_says_one_thing_to_try_and_leads_to_one_tap(self, touch, ben, client):
        mails = deliver_due_emails(START + 30 * DAY)
        words = touch.version.words("en")
        (mail,) = [one for one in mails if one.subject == words.title]
        assert mail.to == [ben.email]
        assert words.to_try in mail.body
        assert "List-Unsubscribe" in mail.extra_headers

    def test_one_tap_is_noted_once_and_opening_the_link_changes_nothing(self, touch, ben, client):
        with override("en"):
            address = learning_touch(touch, ben).action_url
        path = re.sub(r"^https?://[^/]+", "", address)
        assert touch.version.words("en").to_try in text_of(client.get(path))
        assert Touch.objects.get(pk=touch.pk).tried_at is None
        assert "Noted: you tried it." in text_of(client.post(path))
        first = Touch.objects.get(pk=touch.pk).tried_at
        assert "Noted: you tried it." in text_of(client.post(path))
        assert Touch.objects.get(pk=touch.pk).tried_at == first is not None

    @pytest.mark.parametrize(
        ("happens", "reason"),
        [
            (lambda touch, ben: endings.end(touch.match, by=ben, kind="choice"), "match-ended"),
            (
                lambda touch, ben: TouchText.objects.update(retired_on=START.date()),
                "touch-retired",
            ),
        ],
    )
    def test_it_stops(self, touch, ben, happens, reason):
        happens(touch, ben)
        touch = Touch.objects.get(pk=touch.pk)
        assert learning_touch(touch, ben).reason == reason

    def test_it_stops_when_it_is_too_late(self, touch, ben, clock):
        clock.move_to(START + 51 * DAY)
        assert isinstance(learning_touch(touch, ben), Email)
        clock.move_to(START + 51 * DAY + timedelta(seconds=1))
        assert learning_touch(touch, ben).reason == "expired"

    def test_a_committee_cannot_read_in_the_outbox_whether_it_was_tried(self, touch, ben):
        deliver_due_emails(START + 30 * DAY)
        row = Notification.system.get(kind="learning-touch", recipient=ben)
        before = email_preview.render(row)
        assert touch.version.words("en").to_try in before.text
        mark_tried(touch, by=ben, at=START)
        assert email_preview.render(row) == before

    def test_who_turned_these_texts_off_gets_none_but_has_the_page(self, touch, ben, as_user):
        preferences.mute(ben, "learning", at=START)
        mails = deliver_due_emails(START + 30 * DAY)
        title = touch.version.words("en").title
        assert [mail for mail in mails if mail.subject == title] == []
        assert title in text_of(as_user(ben).get(LIST))

    def test_what_was_sent_counts_as_a_support_touch(self, touch, program):
        first, last = (START + 30 * DAY).date(), (START + 31 * DAY).date()

        def counted():
            return Touch.objects.support_touches(program, first, last).count()

        assert counted() == 0
        deliver_due_emails(START + 30 * DAY)
        assert counted() == 2
        assert Touch.objects.support_touches(program, last, last).count() == 0


class TestThePage:
    def test_it_shows_ones_own_in_the_version_that_was_sent(self, pair, ben, cleo, as_user):
        run(30)
        sent = Touch.objects.of(ben).get().version
        words = {"titles": {"en": "New"}, "texts": {"en": "New"}, "tries": {"en": "New"}}
        save_words(sent.text, **words, by=cleo, at=START)
        page = text_of(as_user(ben).get(LIST))
        assert sent.words("en").title in page
        assert "New" not in page

    def test_i_tried_it_is_noted_for_the_person_alone(self, pair, ada, ben, as_user):
        run(30)
        touch = Touch.objects.of(ben).get()
        address = reverse("learning:touch-tried", args=[touch.public_id])
        assert as_user(ada).post(address).status_code == 404
        client = as_user(ben)
        client.get(address)
        assert Touch.objects.get(pk=touch.pk).tried_at is None
        for _time in range(2):
            assert "Only you see" in text_of(client.post(address, follow=True))
        assert "Tried on" in text_of(client.get(LIST))
        with pytest.raises(ActionNotAllowed):
            mark_tried(touch, by=ada, at=START)

    def test_someone_without_any_reads_how_they_come(self, dan, as_user):
        assert "When you get one by e-mail" in text_of(as_user(dan).get(LIST))

    def test_the_queries_do_not_grow(self, pair, ben, as_user, django_assert_max_num_queries):
        counts = []
        client = as_user(ben)
        for day in (30, 90, 180):
            run(day)
            with django_assert_max_num_queries(30) as found:
                client.get(LIST)
            counts.append(len(found))
        assert counts[1] == counts[2]


class TestTheCommittee:
    def data(self, program, **changes):
        return {
            "program": program.pk,
            "role": "mentor",
            "month": "2",
            "title_en": "Listen",
            "text_en": "Wait five seconds.",
            "try_en": "Count to five.",
            **changes,
        }

    def test_a_new_program_has_four_for_each_role_in_both_languages(self):
        made = create_program(Program(name="New", slug="new", purpose="p"), template="")
        rows = TouchText.objects.filter(program=made)
        assert sorted(rows.values_list("role", "month")) == [
            (role, month) for role in ("mentee", "mentor") for month in (1, 3, 6, 9)
        ]
        versions = TouchVersion.objects.filter(text__in=rows)
        assert versions.count() == 8
        for version in versions:
            assert version.languages == ["en", "fr"]
            for text in version.texts.values():
                assert 60 <= len(text.split()) <= 120
        assert touch_seeding.load(made, at=START) == 0
        assert not rows.filter(item=None).exclude(role="mentee", month=9).exists()

    def test_other_words_make_a_version_and_the_same_none(self, pair, cleo, as_user):
        text = TouchText.objects.get(role="mentor", month=1)
        client, data = as_user(cleo), self.data(pair.program)
        for _time in range(2):
            client.post(desk("change", text), data)
        versions = TouchVersion.objects.filter(text=text).order_by("number")
        assert [(row.number, row.author) for row in versions] == [(1, None), (2, cleo)]
        assert versions[1].titles == {"en": "Listen"}
        page = text_of(client.get(desk("change", text)))
        assert "2: Listen" in page

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"try_en": ""}, "try_en"),
            ({"text_en": " "}, "text_en"),
            ({"title_fr": "Écouter"}, "text_fr"),
            ({"month": "0"}, "month"),
            ({"month": "25"}, "month"),
            ({"title_en": "x" * 101}, "title_en"),
            ({"title_en": "", "text_en": "", "try_en": ""}, "__all__"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, pair, cleo, as_user, change, field):
        add = reverse("admin:learning_touchtext_add")
        page = as_user(cleo).post(add, self.data(pair.program, **change))
        assert field in page.context["adminform"].form.errors
        assert not TouchText.objects.filter(month=2).exists()

    def test_one_text_for_a_role_and_month(self, pair, cleo, as_user):
        add = reverse("admin:learning_touchtext_add")
        as_user(cleo).post(add, self.data(pair.program, month="1"))
        assert TouchText.objects.filter(role="mentor", month=1).count() == 1

    def test_the_preview_is_in_each_language_and_a_test_goes_to_a_chair(self, pair, cleo, as_user):
        text = TouchText.objects.get(role="mentee", month=3)
        page = text_of(as_user(cleo).get(desk("preview", text)))
        assert "Ask for feedback that you can use" in page
        assert "Demander une rétroaction utile" in page
        sent = as_user(cleo).post(desk("test", text), follow=True)
        assert "A test is on its way" in text_of(sent)
        (mail,) = [one for one in deliver_due_emails() if one.subject.startswith("Test:")]
        assert mail.to == [cleo.email]

    def test_others_send_no_test(self, pair, dan):
        text = TouchText.objects.get(role="mentee", month=3)
        with pytest.raises(ActionNotAllowed):
            send_test(text, to=dan)

    def test_the_first_day_cannot_be_in_the_past(self, program):
        policy = Policy.objects.get(program=program)
        policy.touches_from = START.date() - 400 * DAY
        with pytest.raises(ValidationError, match="from today on"):
            policy.full_clean()
