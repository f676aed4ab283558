"""Notes, outcomes, looking again, giving back and taking over of concerns."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from checkins import concerns, handling, privacy
from checkins.models import Concern, ConcernNote
from checkins.response_times import MEASURED, FirstActions
from checkins.tests.test_concerns import ask
from matches.models import Match
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Membership
from testkit import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def concern(cared, ben, eve, cleo):
    """Ben asked for help; Eve is the carer and Cleo the chair."""
    return ask(cared, ben)


def told(at=None):
    """Deliver what is due; return who was told of a concern, and the subject."""
    emails = deliver_due_emails(at)
    about = [email for email in emails if "concern" in email.subject or "help" in email.subject]
    return sorted((email.to[0].split(".")[0], email.subject) for email in about)


def stored(concern):
    return Concern.system.get(pk=concern.pk)


def page(name, *args):
    return reverse(f"admin:checkins_concern_{name}", args=args)


# --- notes


def test_a_note_is_read_by_those_who_handle_it_only(concern, ben, ada, eve, cleo):
    handling.note(concern, by=eve, text="He sounded tired.")
    for member in (eve, cleo):
        assert ConcernNote.objects.visible_to(member).get().text == "He sounded tired."
    for person in (ben, ada, factories.person("Dan Fox")):
        assert not ConcernNote.objects.visible_to(person).exists()


@pytest.mark.parametrize("who", ["ben", "ada", "dan"])
def test_the_pair_and_strangers_can_do_none_of_it(who, concern, eve, request):
    user = request.getfixturevalue(who)
    acts = (
        lambda: handling.note(concern, by=user, text="x"),
        lambda: handling.give_back(concern, by=user, why="x"),
        lambda: handling.take_over(concern, by=user),
        lambda: handling.look_again(concern, by=user, on=None),
    )
    concern.take(by=eve)
    for act in acts:
        with pytest.raises(ActionNotAllowed):
            act()
    assert stored(concern).taken_by == eve


def test_a_note_needs_words_and_an_unresolved_concern(concern, eve):
    with pytest.raises(ActionNotAllowed):
        handling.note(concern, by=eve, text=" \n")
    stale = stored(concern)
    concern.resolve(by=eve, outcome="talked", note="Done")
    for row in (concern, stale):
        with pytest.raises(ActionNotAllowed):
            handling.note(row, by=eve, text="Late")
    assert not ConcernNote.system.exists()


def test_notes_go_with_the_words_of_the_concern(concern, ben, eve):
    handling.note(concern, by=eve, text="He sounded tired.")
    privacy.erase(ben)
    assert ConcernNote.system.get().text == ""


# --- the first act


def test_the_first_act_counts_whichever_it_is(concern, eve):
    later = concern.raised_at + timedelta(hours=2)
    handling.note(concern, by=eve, text="I called, nobody answered.", at=later)
    concern.take(by=eve, at=later + timedelta(hours=1))
    concern.resolve(by=eve, outcome="talked", note="We spoke", at=later + timedelta(hours=5))
    assert stored(concern).time_to_first_action == timedelta(hours=2)


def test_what_went_away_by_itself_was_not_acted_on(cared, ben, eve, as_user):
    day = timezone.now()
    concerns.raise_about_silence(cared, since=day, at=day)
    concerns.resolve_about_silence([cared.pk], note="They met.", at=day)
    row = Concern.system.get()
    assert (row.outcome, row.first_action_at) == ("nothing", None)
    words = as_user(eve).get(page("change", row.pk)).content.decode()
    assert "Nobody had to act" in words


def test_first_acts_are_measured_in_one_query(
    cared, ben, eve, cleo, django_assert_num_queries, settings
):
    start = timezone.now() - timedelta(days=3)
    for hours in (1, 3, 30):
        row = ask(cared, ben, text=f"After {hours}")
        Concern.system.filter(pk=row.pk).update(
            raised_at=start, first_action_at=start + timedelta(hours=hours)
        )
    old = ask(cared, ben, text="Long ago")
    Concern.system.filter(pk=old.pk).update(raised_at=start - timedelta(days=400))
    rows = Concern.objects.for_committee(eve)
    with django_assert_num_queries(1):
        found = FirstActions.of(rows, at=timezone.now())
    assert found is not None
    assert (found.count, found.acted_on) == (3, 3)
    assert (found.before_deputy, found.before_chair) == (2, 2)
    assert found.median == "3\xa0hours"
    assert FirstActions.of(Concern.objects.for_committee(ben), at=timezone.now()) is None
    assert MEASURED >= 100


def test_a_concern_that_waits_is_counted_and_was_not_acted_on(concern, eve, as_user):
    rows = Concern.objects.for_committee(eve)
    found = FirstActions.of(rows, at=concern.raised_at + timedelta(hours=50))
    assert found is not None
    assert (found.count, found.acted_on, found.before_chair, found.median) == (1, 0, 0, "")
    words = " ".join(as_user(eve).get(page("changelist")).content.decode().split())
    assert "1 concern of the last 12 months. Nobody has acted yet." in words


# --- giving it back


def test_who_gives_it_back_says_why_and_the_others_hear_at_once(concern, eve, cleo):
    told()
    concern.take(by=eve)
    handling.give_back(concern, by=eve, why="I know his manager.")
    assert (stored(concern).state, stored(concern).taken_by) == ("open", None)
    assert told() == [("cleo", "A concern needs another member")]
    concern.take(by=cleo)
    assert stored(concern).taken_by == cleo


def test_each_time_it_is_given_back_the_others_hear(concern, eve, cleo):
    told()
    for reason in ("Ill", "Away"):
        concern.take(by=eve)
        handling.give_back(concern, by=eve, why=reason)
        assert [who for who, _subject in told()] == ["cleo"]


def test_only_who_has_it_gives_it_back_with_a_reason(concern, eve, cleo):
    with pytest.raises(ActionNotAllowed):
        handling.give_back(concern, by=eve, why="Not mine")
    concern.take(by=eve)
    with pytest.raises(ActionNotAllowed):
        handling.give_back(concern, by=cleo, why="Not mine")
    with pytest.raises(ActionNotAllowed):
        handling.give_back(concern, by=eve, why="  ")
    handling.give_back(concern, by=eve, why="Ill")
    with pytest.raises(ActionNotAllowed):
        handling.give_back(concern, by=eve, why="Again")


def test_it_stays_where_nobody_else_could_take_it(cared, ben, eve):
    Membership.objects.exclude(user=eve).update(until=timezone.localdate())
    concern = ask(cared, ben)
    concern.take(by=eve)
    with pytest.raises(ActionNotAllowed, match="Nobody else"):
        handling.give_back(concern, by=eve, why="Ill")
    assert stored(concern).state == "taken"


def test_another_member_takes_it_over(concern, eve, cleo):
    with pytest.raises(ActionNotAllowed):
        handling.take_over(concern, by=cleo)
    concern.take(by=eve)
    handling.take_over(concern, by=cleo)
    handling.take_over(concern, by=cleo)
    assert (stored(concern).state, stored(concern).taken_by) == ("taken", cleo)
    stale = Concern.objects.for_committee(eve).get()
    stale.resolve(by=eve, outcome="talked", note="Anyone who may handle it may resolve it")
    with pytest.raises(ActionNotAllowed):
        handling.take_over(stored(concern), by=cleo)


# --- nobody is left with what they can no longer handle


def role_ends(cared, eve, ben):
    Membership.objects.filter(user=eve).update(until=timezone.localdate())


def another_carer(cared, eve, ben):
    Match.objects.filter(pk=cared.pk).update(
        carer=factories.member("New Carer", program=cared.program, role="carer")
    )


def conflict(cared, eve, ben):
    Conflict.objects.create(member=eve, person=ben)


def leaves(cared, eve, ben):
    type(eve).objects.filter(pk=eve.pk).update(is_active=False)


@pytest.mark.parametrize("change", [role_ends, another_carer, conflict, leaves])
def test_it_is_open_again_when_its_member_can_no_longer_handle_it(
    change, cared, concern, ben, eve, cleo
):
    told()
    concern.take(by=eve)
    assert handling.open_unattended(timezone.now()) == 0
    change(cared, eve, ben)
    assert handling.open_unattended(timezone.now()) == 1
    assert stored(concern).state == "open"
    people = {who for who, _subject in told()}
    assert "cleo" in people
    assert "eve" not in people
    assert handling.open_unattended(timezone.now()) == 0


# --- looking again


def day_comes(concern):
    """Let the day be today that a member chose."""
    Concern.system.filter(pk=concern.pk).update(follow_up_on=timezone.localdate())


AGAIN = ("eve", "You wanted to look at a concern again today")


def test_a_member_is_reminded_once_on_the_day(concern, eve):
    told()
    concern.take(by=eve)
    handling.look_again(concern, by=eve, on=timezone.localdate() + timedelta(days=3))
    assert AGAIN not in told()
    day_comes(concern)
    assert told().count(AGAIN) == 1
    assert AGAIN not in told()


def test_another_day_is_another_reminder(concern, eve):
    told()
    concern.take(by=eve)
    for days in (3, 5):
        handling.look_again(concern, by=eve, on=timezone.localdate() + timedelta(days=days))
        day_comes(concern)
        assert told().count(AGAIN) == 1
        concern.refresh_from_db()


@pytest.mark.parametrize(("zone", "is_due"), [("Pacific/Kiritimati", True), ("Etc/GMT+12", False)])
def test_the_day_is_that_of_the_member(zone, is_due, concern, eve):
    concern.take(by=eve)
    type(eve).objects.filter(pk=eve.pk).update(time_zone=zone)
    Concern.system.filter(pk=concern.pk).update(follow_up_on=date(2026, 3, 2), follow_up_count=1)
    # 2 March begins here at 10 o'clock of the 1st in UTC, and there at noon of the 2nd.
    handling.remind_to_look_again(datetime(2026, 3, 2, 11, tzinfo=UTC))
    found = Notification.system.filter(kind="concern-again").exists()
    assert found == is_due


@pytest.mark.parametrize("days", [0, -1, 400])
def test_the_day_lies_in_the_coming_year(days, concern, eve):
    concern.take(by=eve)
    with pytest.raises(ActionNotAllowed):
        handling.look_again(concern, by=eve, on=timezone.localdate() + timedelta(days=days))


def test_only_who_has_it_chooses_the_day(concern, eve, cleo):
    day = timezone.localdate() + timedelta(days=3)
    with pytest.raises(ActionNotAllowed):
        handling.look_again(concern, by=eve, on=day)
    concern.take(by=eve)
    with pytest.raises(ActionNotAllowed):
        handling.look_again(concern, by=cleo, on=day)
    handling.look_again(concern, by=eve, on=day)
    handling.give_back(concern, by=eve, why="Ill")
    assert stored(concern).follow_up_on is None


def test_two_who_choose_a_day_at_once_do_not_overwrite_each_other(concern, eve):
    concern.take(by=eve)
    stale = stored(concern)
    day = timezone.localdate() + timedelta(days=3)
    handling.look_again(concern, by=eve, on=day)
    with pytest.raises(ActionNotAllowed):
        handling.look_again(stale, by=eve, on=day + timedelta(days=1))
    assert stored(concern).follow_up_on == day


# --- the outcome


@pytest.mark.parametrize("outcome", ["", "fine"])
def test_resolving_needs_one_of_the_outcomes(outcome, concern, eve):
    with pytest.raises(ActionNotAllowed):
        concern.resolve(by=eve, outcome=outcome, note="We spoke")
    assert stored(concern).state == "open"


# --- the page


def test_a_member_works_on_it_on_its_page(concern, eve, as_user):
    client = as_user(eve)
    client.post(page("take", concern.pk))
    client.post(page("note", concern.pk), {"text": "He sounded tired."})
    day = timezone.localdate() + timedelta(days=3)
    client.post(page("look_again", concern.pk), {"on": day.isoformat()})
    words = client.get(page("change", concern.pk)).content.decode()
    assert "He sounded tired." in words
    assert f'value="{day.isoformat()}"' in words
    client.post(page("give_back", concern.pk), {"why": "I know his manager."})
    client.post(page("take", concern.pk))
    client.post(page("resolve", concern.pk), {"outcome": "referred", "note": "Called the clinic"})
    words = client.get(page("change", concern.pk)).content.decode()
    for shown in ("I know his manager.", "Called the clinic", "Referred to someone else"):
        assert shown in words


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("note", {"text": ""}, "Enter the note."),
        ("give_back", {"why": ""}, "Say why you give it back."),
        ("look_again", {"on": "soon"}, "Enter a valid date."),
        ("resolve", {"outcome": "", "note": "My words"}, "My words"),
        ("resolve", {"outcome": "talked", "note": ""}, "Enter a short note"),
    ],
)
def test_what_is_not_valid_is_shown_again(name, data, kept, concern, eve, as_user):
    client = as_user(eve)
    concern.take(by=eve)
    found = client.post(page(name, concern.pk), data)
    assert found.status_code == 200
    assert kept in found.content.decode()
    assert stored(concern).state == "taken"


def test_the_other_handler_is_offered_to_take_it_over(concern, eve, cleo, as_user):
    concern.take(by=eve)
    assert "Take it over" in as_user(cleo).get(page("change", concern.pk)).content.decode()
    as_user(cleo).post(page("take_over", concern.pk))
    assert stored(concern).taken_by == cleo


def test_a_member_notes_a_concern_of_their_own(cared, ben, eve, cleo, as_user):
    told()
    client = as_user(eve)
    data = {"match": cared.pk, "who": "mentee", "urgency": "soon", "text": "He sounded tired."}
    for _twice in range(2):
        client.post(page("add"), data)
    row = Concern.objects.for_committee(cleo).filter(cause="noted").get()
    assert (row.person, row.taken_by, row.state) == (ben, eve, "taken")
    assert told() == []
    assert not Concern.objects.visible_to(ben).exists()


def test_nobody_notes_a_concern_about_a_pair_they_do_not_look_after(cared, as_user, program):
    other = factories.member("Dov Stein", program=program, role="carer")
    data = {"match": cared.pk, "who": "mentee", "urgency": "soon", "text": "Hm"}
    assert as_user(other).post(page("add"), data).status_code == 200
    assert not Concern.system.exists()


def test_the_list_says_how_fast_members_act(concern, eve, as_user):
    concern.take(by=eve, at=concern.raised_at + timedelta(hours=3))
    words = " ".join(as_user(eve).get(page("changelist")).content.decode().split())
    assert "A member has acted on 1 of them, after 3 hours." in words
    assert "Within 4 hours: 1 of 1. Within 24 hours: 1 of 1." in words
