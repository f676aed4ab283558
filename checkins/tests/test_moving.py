"""The committee moves the date of a pair's coming check-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from checkins.editions import publish
from checkins.models import CheckIn, MovedDate
from checkins.moving import coming_of, move_date
from matches import endings, pauses
from matches.models import Match
from matches.pause_days import Wish
from matches.pause_reminders import follow_pauses
from notifications.models import Notification
from programs.models import Policy
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def pair(ada, ben, cohort, cleo, surveys, time_machine):
    time_machine.move_to(NOW)
    return factories.match(ben, ada, cohort, introduced_at=NOW, carer=cleo, state="active")


def day(number):
    return (NOW + number * DAY).date()


def pause(pair, first, days):
    match = Match.objects.with_people().get(pk=pair.pk)
    wish = Wish(day(first + days - 1))
    return pauses.pause(match, wish, by=pair.mentee.person, at=NOW + first * DAY)


def move(pair, by, to, kind="pulse", ordinal=1, at=NOW):
    move_date(pair, kind, ordinal, None if to is None else day(to), by=by, at=at)


def ask(program, cleo, kind):
    publish(make.draft(program, cleo, kind), by=cleo, at=NOW - DAY)


def found(pair, kind="pulse", at=NOW):
    """The day of the coming check-in of a kind, counted from the introduction; None if none."""
    days = [
        (one.opens_at.date() - NOW.date()).days for one in coming_of(pair, at) if one.kind == kind
    ]
    return days[0] if days else None


def opened(kind):
    return CheckIn.objects.filter(kind=kind, opened_at__isnull=False).count()


class TestMoving:
    @pytest.mark.parametrize("to", [10, 45])
    def test_both_are_asked_on_the_new_day_and_no_one_is_told(self, to, pair, cleo):
        make.plan(NOW)
        move(pair, cleo, to)
        assert set(CheckIn.objects.filter(kind="pulse").values_list("opens_at__date")) == {
            (day(to),)
        }
        assert not Notification.system.exists()
        make.plan(NOW + (to - 1) * DAY)
        assert opened("pulse") == 0
        make.plan(NOW + to * DAY)
        assert opened("pulse") == 2

    def test_one_that_has_no_row_yet(self, pair, cleo):
        move(pair, cleo, 20, "fit")
        assert CheckIn.objects.filter(kind="fit", opens_at__date=day(20)).count() == 2

    def test_the_next_one_keeps_its_day(self, pair, cleo):
        make.plan(NOW)
        move(pair, cleo, 45)
        make.plan(NOW + 46 * DAY)
        assert CheckIn.objects.filter(ordinal=2, opens_at=NOW + 90 * DAY).count() == 2

    def test_it_stays_where_it_is_when_the_settings_change(self, pair, cleo):
        make.plan(NOW)
        move(pair, cleo, 45)
        Policy.objects.update(pulse_first_days=20)
        make.plan(NOW + DAY)
        assert found(pair) == 45

    def test_the_last_move_counts_and_the_plan_can_come_back(self, pair, cleo):
        move(pair, cleo, 20)
        move(pair, cleo, 25)
        assert found(pair) == 25
        move(pair, cleo, None)
        assert (found(pair), MovedDate.objects.count()) == (30, 3)

    @pytest.mark.parametrize("kind", ["midterm", "closing"])
    @pytest.mark.parametrize("shift", [-20, 10])
    def test_a_survey_of_a_milestone(self, shift, kind, pair, cleo, program):
        ask(program, cleo, kind)
        Match.objects.update(ends_on=day(300))
        to = found(pair, kind) + shift
        move(pair, cleo, to, kind)
        assert found(pair, kind) == to
        make.plan(NOW + (to - 1) * DAY)
        assert opened(kind) == 0
        make.plan(NOW + to * DAY)
        assert opened(kind) == 2


class TestShifts:
    def test_a_later_pause_moves_it_as_well(self, pair, cleo):
        make.plan(NOW)
        move(pair, cleo, 40)
        pause(pair, 10, 20)
        assert found(pair, at=NOW + 10 * DAY) == 59  # it began at noon

    def test_a_known_pause_is_not_counted_twice_and_a_shorter_one_moves_it_back(self, pair, cleo):
        pause(pair, 5, 20)
        at = NOW + 6 * DAY
        move(pair, cleo, 40, at=at)
        assert found(pair, at=at) == 40
        match = Match.objects.with_people().get(pk=pair.pk)
        pauses.come_back(match, by=pair.mentee.person, at=NOW + 15 * DAY)
        assert found(pair, at=NOW + 15 * DAY) == 30

    def test_nothing_opens_in_the_pause(self, pair, cleo):
        make.plan(NOW)
        move(pair, cleo, 15)
        pause(pair, 10, 20)
        make.plan(NOW + 20 * DAY)
        assert opened("pulse") == 0
        follow_pauses(NOW + 31 * DAY)
        make.plan(NOW + 36 * DAY)
        assert opened("pulse") == 2

    def test_an_extension_moves_the_closing_survey_with_its_distance(self, pair, cleo, program):
        ask(program, cleo, "closing")
        Match.objects.update(ends_on=day(300))
        move(pair, cleo, 290, "closing")
        Match.objects.update(ends_on=day(390))
        assert found(pair, "closing") == 380


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("kind", "to", "why"),
        [
            ("pulse", -1, "from tomorrow on"),
            ("pulse", 0, "from tomorrow on"),
            ("pulse", 90, "too late"),
            ("fit", 300, "too late"),
            ("pulse", 12, "on a pause then"),
            ("midterm", 286, "too late"),
            ("exit", 20, "not planned any more"),
            ("nonsense", 20, "not planned any more"),
        ],
    )
    def test_a_day_that_is_not_possible(self, kind, to, why, pair, cleo, program):
        for milestone in ("midterm", "closing", "exit"):
            ask(program, cleo, milestone)
        Match.objects.update(ends_on=day(300))
        at = NOW
        if "pause" in why:
            pause(pair, 10, 5)
            at = NOW + 10 * DAY
        with pytest.raises(ActionNotAllowed, match=why):
            move(pair, cleo, to, kind, at=at)
        assert not MovedDate.objects.exists()

    def test_the_same_day_twice(self, pair, cleo):
        move(pair, cleo, 20)
        with pytest.raises(ActionNotAllowed, match="for this day already"):
            move(pair, cleo, 20)
        move(pair, cleo, None)
        with pytest.raises(ActionNotAllowed, match="on its planned day already"):
            move(pair, cleo, None)

    def test_one_that_was_asked(self, pair, cleo):
        make.plan(NOW + 31 * DAY)
        with pytest.raises(ActionNotAllowed, match="was asked already"):
            move(pair, cleo, 40, at=NOW + 32 * DAY)

    def test_a_pair_that_has_ended(self, pair, cleo):
        endings.end(Match.objects.get(pk=pair.pk), by=pair.mentee.person, kind="choice", at=NOW)
        with pytest.raises(ActionNotAllowed, match="not planned any more"):
            move(pair, cleo, 40)

    @pytest.mark.parametrize("role", ["reader", "matcher"])
    def test_a_member_who_does_not_look_after_it(self, role, pair, program):
        member = factories.member(program=program, role=role)
        with pytest.raises(ActionNotAllowed, match="Only the carer"):
            move(pair, member, 20)

    def test_one_of_the_pair_who_is_a_chair(self, pair, program):
        factories.member(program=program, role="chair")
        pair.mentee.person.memberships.create(program=program, role="chair", since=day(-400))
        with pytest.raises(ActionNotAllowed, match="Only the carer"):
            move(pair, pair.mentee.person, 20)


class TestThePages:
    def page(self, pair):
        return reverse("admin:checkins_checkin_dates", args=[pair.pk])

    def send(self, client, pair, **sent):
        data = {"kind": "pulse", "ordinal": "1", **sent}
        return client.post(self.page(pair), data, follow=True)

    def test_the_page_of_the_pair_shows_the_dates(self, as_user, pair, cleo, program):
        address = reverse("admin:matches_match_change", args=[pair.pk])
        move(pair, cleo, 20)
        text = as_user(cleo).get(address).content.decode()
        assert "Pulse 1: 21 June 2026 (moved)" in text
        assert self.page(pair) in text
        reader = factories.member(program=program, role="reader")
        text = as_user(reader).get(address).content.decode()
        assert "21 June 2026 (moved)" in text
        assert self.page(pair) not in text

    def test_a_carer_moves_one_and_back(self, as_user, pair, cleo):
        client = as_user(cleo)
        text = self.send(client, pair, **{"pulse-1-day": str(day(20))}).content.decode()
        assert "The date was moved. The two people are not told." in text
        assert "moved to 21 June 2026" in text
        self.send(client, pair, back="1")
        assert found(pair) == 30

    @pytest.mark.parametrize(
        ("value", "error"),
        [
            ("", "Enter a day."),
            ("soon", "Enter a day, for example 2027-03-31."),
            ("2026-06-01", "Choose a day from tomorrow on."),
            ("2036-06-01", "This is too late. The last possible day is"),
        ],
    )
    def test_nonsense_is_refused_beside_the_field(self, value, error, as_user, pair, cleo):
        text = self.send(as_user(cleo), pair, **{"pulse-1-day": value}).content.decode()
        assert error in text
        assert not MovedDate.objects.exists()

    @pytest.mark.parametrize("sent", [{"kind": "x"}, {"ordinal": "99999999"}, {"ordinal": "-1"}])
    def test_one_that_is_not_there(self, sent, as_user, pair, cleo):
        self.send(as_user(cleo), pair, **{"pulse-1-day": str(day(20)), **sent})
        assert not MovedDate.objects.exists()

    def test_a_reader_has_no_page(self, as_user, pair, program):
        reader = factories.member(program=program, role="reader")
        assert as_user(reader).get(self.page(pair)).status_code == 404

    @pytest.mark.parametrize("moves", [1, 4])
    def test_it_takes_the_same_queries_for_many(
        self, moves, as_user, pair, cleo, django_assert_num_queries
    ):
        for number in range(moves):
            move(pair, cleo, 20 + number)
        client = as_user(cleo)
        client.get(self.page(pair))
        with django_assert_num_queries(PAGE_QUERIES):
            client.get(self.page(pair))


PAGE_QUERIES = 17


class TestPublishing:
    """A newly published edition asks no one about what has passed."""

    @pytest.mark.parametrize("kind", ["fit", "pulse", "baseline", "midterm", "closing"])
    def test_a_year_of_pairs_is_not_asked_at_once(self, kind, pair, program, cleo):
        Match.objects.update(ends_on=day(400))
        for number in range(0, 380, 10):
            make.plan(NOW + number * DAY)
        before = CheckIn.objects.filter(kind=kind).exclude(state="scheduled").count()
        at = NOW + 380 * DAY
        publish(make.draft(program, cleo, kind), by=cleo, at=at)
        for hours in range(0, 30, 6):
            make.plan(at + timedelta(hours=hours))
        assert CheckIn.objects.filter(kind=kind).exclude(state="scheduled").count() == before
