"""The review of the goals in months 3, 6 and 9."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements.goals import edits, goal_states, review_reminders, reviews
from agreements.goals.edits import GoalWords
from agreements.goals.reviews import Answer
from agreements.models import Goal, GoalChange, GoalReview, GoalStep
from checkins.models import Concern
from matches import endings, pauses
from matches.models import Match
from notifications.models import Notification
from testkit import agreements as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(match):
    make.signed(match)
    match.refresh_from_db()
    return match


@pytest.fixture
def review(pair):
    return GoalReview.objects.create(match=pair, month=3, asked_at=timezone.now())


def after(pair, **time):
    return pair.active_at + relativedelta(**time)


def run(at):
    review_reminders.ask_for_reviews(at)


def asked():
    rows = Notification.system.filter(kind="goal-review").order_by("pk")
    return [(row.recipient.first_name, row.ordinal) for row in rows]


def answer(goal, **changes):
    values = {"measure": goal.measure, "state": goal.state, "was": goal.state}
    return Answer(goal, **{**values, "revision": goal.revision, **changes})


def goals_of(pair):
    return reviews.open_goals(pair, pair.mentee.person)


# --- asking


def test_both_are_asked_when_three_months_have_passed_and_the_mentee_once_more(pair):
    run(after(pair, months=3, days=-2))
    assert not GoalReview.objects.exists()
    at = after(pair, months=3, days=1)
    for _time in range(2):
        run(at)
    assert asked() == [("Ben", 1), ("Ada", 1)]
    for days in (7, 8, 20, 40):
        run(at + timedelta(days=days))
    assert asked() == [("Ben", 1), ("Ada", 1), ("Ben", 2)]


def test_month_six_and_nine_follow(pair):
    for months in (3, 6, 9, 11):
        run(after(pair, months=months, days=1))
    assert list(GoalReview.objects.values_list("month", flat=True)) == [3, 6, 9]


def test_after_a_long_stop_only_the_latest_is_asked_for(pair):
    run(after(pair, months=6, days=1))
    assert list(GoalReview.objects.values_list("month", flat=True)) == [6]


@pytest.mark.parametrize("state", ["introduced", "closing", "closed"])
def test_only_active_pairs_are_asked(pair, state):
    closed = {"closed_at": pair.active_at, "closed_kind": "choice"} if state == "closed" else {}
    Match.objects.filter(pk=pair.pk).update(state=state, **closed)
    run(after(pair, months=3, days=1))
    assert not GoalReview.objects.exists()


def test_a_pause_asks_later_by_its_days(pair, ben):
    began = pair.active_at
    wish = pauses.Wish(last_day=(began + timedelta(days=20)).date())
    pauses.pause(pair, wish, by=ben, at=began)
    pair.refresh_from_db()
    run(after(pair, months=3, days=2))
    assert not GoalReview.objects.exists()
    run(after(pair, months=3, days=24))
    assert GoalReview.objects.get().month == 3


def test_no_reminder_once_it_is_done(pair, ben):
    at = after(pair, months=3, days=1)
    run(at)
    row = GoalReview.objects.get()
    reviews.complete(row, [], still_agreed="same", by=ben, at=at)
    assert {one.state for one in Notification.system.filter(kind="goal-review")} == {"cancelled"}
    run(at + timedelta(days=7))
    assert asked() == [("Ben", 1), ("Ada", 1)]


def test_the_end_of_the_pair_cancels_it(pair, ben):
    at = timezone.now()
    Match.objects.filter(pk=pair.pk).update(active_at=at - relativedelta(months=3, days=1))
    pair.refresh_from_db()
    run(at)
    endings.end(pair, by=ben, kind="choice")
    assert {one.state for one in Notification.system.filter(kind="goal-review")} == {"cancelled"}
    assert not GoalReview.objects.waiting().exists()


@pytest.mark.parametrize("pairs", [1, 3])
def test_asking_costs_few_queries(pairs, pair, cohort, django_assert_max_num_queries):
    from testkit import factories

    for _n in range(pairs - 1):
        make.signed(factories.match(factories.person(), factories.person(), cohort))
    at = after(pair, months=3, days=1)
    run(at)
    with django_assert_max_num_queries(6):
        run(at + timedelta(minutes=1))


# --- doing


def test_a_review_changes_measure_state_and_steps(review, pair, ada):
    (goal,) = goals_of(pair)
    said = answer(goal, measure="Three panels", state="under_way", step="Ask Kim")
    assert reviews.complete(review, [said], still_agreed="same", by=ada) is True
    goal = Goal.system.get()
    assert (goal.measure, goal.state) == ("Three panels", "under_way")
    assert GoalStep.system.get().text == "Ask Kim"
    kept = GoalChange.system.get(kind="measure")
    assert kept.before == "Two panels led before June"
    review.refresh_from_db()
    assert review.done_by == ada


def test_the_second_of_two_changes_nothing(review, pair, ada, ben):
    (goal,) = goals_of(pair)
    reviews.complete(review, [], still_agreed="same", by=ada)
    said = answer(goal, state="under_way")
    assert reviews.complete(review, [said], still_agreed="talk", by=ben) is False
    assert Goal.system.get().state == "not_started"
    assert not Concern.system.exists()


def test_no_one_else_reviews(review, cleo, dan):
    for person in (cleo, dan):
        with pytest.raises(ActionNotAllowed, match="two people"):
            reviews.complete(review, [], still_agreed="same", by=person)


def test_a_stale_review_stores_nothing(review, pair, ada, ben):
    (goal,) = goals_of(pair)
    said = answer(goal, measure="Mine", step="Read")
    edits.change_goal(goal, GoalWords("x", "Theirs"), expected_revision=0, by=ada)
    with pytest.raises(edits.GoalEdited):
        reviews.complete(review, [said], still_agreed="same", by=ben)
    review.refresh_from_db()
    assert review.done_at is None
    assert Goal.system.get().measure == "Theirs"
    assert not GoalStep.system.exists()


def test_asking_to_talk_raises_one_private_concern(review, ada, ben):
    reviews.complete(review, [], still_agreed="talk", by=ben)
    concern = Concern.system.get()
    assert (concern.person, concern.author, concern.partner_may_know) == (ben, ben, False)
    assert not Notification.system.filter(kind__startswith="concern", recipient=ada).exists()


# --- pages


def url(pair, name="goal-review"):
    return reverse(f"agreements:{name}", args=[pair.public_id])


def entries(client, pair, **changes):
    form = client.get(url(pair)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    filled = {name: value for name, value in data.items() if value is not None}
    return {**filled, "still_agreed": "same", **changes}


@pytest.mark.parametrize(
    ("still_agreed", "page"),
    [("same", "goal-list"), ("change", "agreement-amend"), ("talk", "goal-list")],
)
def test_the_last_question_leads_on(review, pair, as_user, ben, still_agreed, page):
    client = as_user(ben)
    answer = client.post(url(pair), entries(client, pair, still_agreed=still_agreed))
    assert answer["Location"] == url(pair, page)
    assert "You did the last review" in client.get(url(pair)).content.decode()


def test_the_page_says_who_did_it(review, pair, as_user, ada, ben):
    reviews.complete(review, [], still_agreed="same", by=ada)
    assert "Ada did the last review" in as_user(ben).get(url(pair)).content.decode()


def test_answers_sent_after_the_partners_review_are_said_to_be_lost(
    review, pair, as_user, ada, ben
):
    client = as_user(ben)
    sent = entries(client, pair, still_agreed="talk")
    assert "not saved" not in client.get(url(pair)).content.decode()
    reviews.complete(review, [], still_agreed="same", by=ada)
    page = html.unescape(client.post(url(pair), sent).content.decode())
    assert "Your answers were not saved" in page
    assert not Concern.system.exists()
    assert "not saved" not in client.get(url(pair)).content.decode()


def test_after_the_end_nothing_more_is_promised(pair, as_user, ben):
    promise = "We ask you when some months"
    assert promise in as_user(ben).get(url(pair)).content.decode()
    endings.end(pair, by=ben, kind="choice")
    assert promise not in as_user(ben).get(url(pair)).content.decode()


def test_nothing_is_chosen_about_the_agreement(review, pair, as_user, ben):
    client = as_user(ben)
    answer = client.post(url(pair), entries(client, pair, still_agreed=""))
    assert "Say whether your agreement still fits" in answer.content.decode()
    assert GoalReview.objects.get().done_at is None


def test_a_stale_page_says_so_keeps_the_words_and_can_be_sent_again(
    review, pair, as_user, ada, ben
):
    client = as_user(ben)
    (goal,) = goals_of(pair)
    typed = {f"measure_{goal.key}": "Mine", f"step_{goal.key}": "Read"}
    data = entries(client, pair, **typed)
    edits.change_goal(goal, GoalWords("x", "Theirs"), expected_revision=0, by=ada)
    answer = client.post(url(pair), data)
    found = html.unescape(answer.content.decode())
    assert "A goal was changed while you were writing" in found
    assert "Mine" in found
    assert "Now it says: Theirs" in found
    again = {name: answer.context["form"][name].value() for name in data}
    assert client.post(url(pair), again).status_code == 302
    assert Goal.system.get().measure == "Mine"


def test_answers_stay_with_their_goal_when_the_goals_have_changed_meanwhile(
    review, pair, as_user, ada, ben
):
    (first,) = goals_of(pair)
    second = edits.add_goal(pair, GoalWords("Write", "Two texts"), person=ben, by=ben)
    client = as_user(ben)
    typed = {f"measure_{first.key}": "Mine", f"measure_{second.key}": "Three texts"}
    data = entries(client, pair, **typed)
    goal_states.set_state(first, "reached", by=ada)
    edits.add_goal(pair, GoalWords("Speak", "One talk"), person=ben, by=ada)
    client.post(url(pair), data)
    assert {goal.text: goal.measure for goal in Goal.system.all()} == {
        first.text: first.measure,
        "Write": "Three texts",
        "Speak": "One talk",
    }


def test_a_revision_that_is_no_number_counts_as_old(review, pair, as_user, ben):
    client = as_user(ben)
    (goal,) = goals_of(pair)
    typed = {f"measure_{goal.key}": "Mine", f"revision_{goal.key}": "²"}
    answer = client.post(url(pair), entries(client, pair, **typed))
    assert "A goal was changed while you were writing" in answer.content.decode()


def test_the_mentee_is_led_to_it_from_home_and_goals(review, pair, as_user, ben):
    client = as_user(ben)
    assert url(pair) in client.get(reverse("dashboard:home")).content.decode()
    assert url(pair) in client.get(url(pair, "goal-list")).content.decode()


def test_the_committee_sees_which_pairs_did_not_review(pair, as_user, cleo, ben):
    from dashboard.attention import attention_items

    at = timezone.now()
    asked_at = at - timedelta(days=22)
    row = GoalReview.objects.create(match=pair, month=3, asked_at=asked_at)
    words = "pair has not reviewed its goals"
    assert words in {item.text for item in attention_items(cleo, at=at)}
    listed = as_user(cleo).get(
        reverse("admin:dashboard_pair_changelist"), {"goals": "not-reviewed"}
    )
    assert "Ben Okoro" in listed.content.decode()
    reviews.complete(row, [], still_agreed="same", by=ben)
    assert words not in {item.text for item in attention_items(cleo, at=at)}
