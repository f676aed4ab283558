"""Announcements wait, can be stopped, and are sent once, to each person alone."""

from datetime import UTC, datetime, timedelta

import pytest

from access.exceptions import ActionNotAllowed
from announcements import releasing
from announcements.models import Announcement, AnnouncementRecipient
from applications.models import Application
from notifications import preferences
from notifications.models import Notification, OutboxState
from notifications.testing import deliver_due_emails
from programs.models import Membership
from testkit import factories
from workflow.models import Transition

AT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday
HELD = timedelta(minutes=10)
FRIDAY_NIGHT = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def fresh(row):
    return Announcement.objects.get(pk=row.pk)


@pytest.fixture
def people(cohort):
    made = [factories.person(name) for name in ("Ann Lee", "Ben Okoro", "Carla Diaz")]
    for person in made:
        factories.application(person, cohort)
    return made


@pytest.fixture
def draft(write, people):
    return write()


@pytest.fixture
def waiting(draft, cleo):
    releasing.schedule(draft, by=cleo, at=AT)
    return draft


@pytest.fixture
def sent(waiting):
    assert releasing.send_due(AT + HELD) == 1
    return fresh(waiting)


def test_it_waits_for_the_hold_and_is_sent_once(waiting, people, cleo):
    assert (waiting.state, waiting.send_at) == ("waiting", AT + HELD)
    assert releasing.send_due(AT + HELD - timedelta(seconds=1)) == 0
    assert Notification.system.count() == 0
    assert releasing.send_due(AT + HELD) == 1
    assert releasing.send_due(AT + HELD) == 0
    emails = deliver_due_emails(AT + HELD)
    assert sorted(email.to[0] for email in emails) == sorted(person.email for person in people)
    assert fresh(waiting).sent_at == AT + HELD
    assert AnnouncementRecipient.objects.filter(announcement=waiting).count() == 3
    assert releasing.states_of_emails(waiting) == {"sent": 3}


def test_no_e_mail_names_another_recipient(sent, people):
    for email in deliver_due_emails(AT + HELD):
        wire = email.message().as_string()
        others = [person for person in people if person.email != email.to[0]]
        assert len(email.recipients()) == 1
        assert not [one for one in others if one.email in wire or one.name in wire]


def test_each_reads_their_name_and_links(sent):
    emails = {email.to[0].split(".")[0]: email for email in deliver_due_emails(AT + HELD)}
    ann = emails["ann"]
    assert ann.subject == "Kick-off"
    assert "Dear Ann,\n\nwe meet at https://example.org/hall." in ann.body
    html = ann.alternatives[0][0]
    assert '<a href="https://example.org/hall"' in html
    assert ann.reply_to == ["committee@example.org"]
    assert "List-Unsubscribe" in ann.extra_headers


def test_people_read_their_language_or_the_first_there_is(write, cohort, cleo):
    for language, name in (("en", "Ann"), ("fr", "Zoé")):
        factories.application(factories.person(name, language=language), cohort)
    both = write(subjects={"en": "Hello", "fr": "Bonjour"}, bodies={"en": "Text", "fr": "Texte"})
    one = write(subjects={"fr": "Seulement"}, bodies={"fr": "Texte"})
    for row in (both, one):
        releasing.schedule(row, by=cleo, at=AT)
    releasing.send_due(AT + HELD)
    subjects = sorted(email.subject for email in deliver_due_emails(AT + HELD))
    assert subjects == ["Bonjour", "Hello", "Seulement", "Seulement"]


def test_words_are_words_and_no_template(write, people, cleo):
    row = write(bodies={"en": "<b>{{ person.email }}</b> {% now 'Y' %} {name}"})
    releasing.schedule(row, by=cleo, at=AT)
    releasing.send_due(AT + HELD)
    email = deliver_due_emails(AT + HELD)[0]
    assert "<b>{{ person.email }}</b> {% now 'Y' %} Ann" in email.body
    assert "&lt;b&gt;{{ person.email }}" in email.alternatives[0][0]


def test_stop_makes_it_a_draft_again(waiting, cleo):
    releasing.stop(waiting, by=cleo, at=AT)
    assert releasing.send_due(AT + timedelta(days=1)) == 0
    row = fresh(waiting)
    assert (row.state, row.send_at, Notification.system.count()) == ("draft", None, 0)
    steps = Transition.objects.of(row).values_list("to_state", flat=True)
    assert sorted(steps) == ["draft", "waiting"]


def test_what_was_sent_cannot_be_stopped_changed_or_sent_again(sent, cleo):
    for verb in (releasing.stop, releasing.discard, releasing.schedule):
        with pytest.raises(ActionNotAllowed, match="no longer possible"):
            verb(sent, by=cleo)


def test_two_members_at_once_set_one_time(draft, cleo):
    stale = fresh(draft)
    releasing.schedule(draft, by=cleo, at=AT)
    with pytest.raises(ActionNotAllowed, match="Someone else"):
        releasing.schedule(stale, by=cleo, at=AT + HELD)
    assert fresh(draft).send_at == AT + HELD


def test_what_has_not_left_can_be_held_back(sent, cleo, people):
    assert releasing.hold_back(sent, by=cleo, at=AT + HELD) == 3
    assert deliver_due_emails(AT + HELD) == []
    with pytest.raises(ActionNotAllowed, match="nothing to stop"):
        releasing.hold_back(sent, by=cleo)


def test_what_was_held_back_is_not_read_on_the_site_either(sent, cleo, people):
    first, *others = people
    left = Notification.system.filter(recipient=first)
    left.update(state="sent", sent_at=AT, ended_at=AT)
    assert releasing.hold_back(sent, by=cleo, at=AT + HELD) == len(others)
    got = [Announcement.objects.received_by(person).count() for person in people]
    assert got == [1, *(0 for _other in others)]


def test_a_discarded_draft_is_never_sent(draft, cleo):
    releasing.discard(draft, by=cleo)
    with pytest.raises(ActionNotAllowed, match="no longer possible"):
        releasing.schedule(fresh(draft), by=cleo, at=AT)


@pytest.mark.parametrize("verb", ["schedule", "stop", "discard", "hold_back"])
def test_only_its_author_and_chairs_act(draft, program, verb):
    others = [
        factories.member(program=program, role="carer"),
        factories.member(program=program, role="matcher"),
        factories.member(program=factories.program()),
        factories.person(),
    ]
    for person in others:
        with pytest.raises(ActionNotAllowed, match="have permission"):
            getattr(releasing, verb)(draft, by=person)
        with pytest.raises(ActionNotAllowed, match="have permission"):
            releasing.send_test(draft, to=person)


def test_without_words_or_people_nothing_is_sent(write, cleo, cohort):
    with pytest.raises(ActionNotAllowed, match="Write a subject"):
        releasing.schedule(write(bodies={}), by=cleo, at=AT)
    with pytest.raises(ActionNotAllowed, match="Nobody is in this group"):
        releasing.schedule(write(), by=cleo, at=AT)


def test_the_group_is_asked_again_when_it_is_sent(waiting, cohort, people):
    Application.objects.filter(person=people[0]).update(state="withdrawn")
    preferences.mute(people[1], "news", at=AT)
    factories.application(factories.person("Dora New"), cohort)
    releasing.send_due(AT + HELD)
    names = {email.to[0].split(".")[0] for email in deliver_due_emails(AT + HELD)}
    assert names == {"carla", "dora"}


def test_who_leaves_the_group_before_the_e_mail_leaves_gets_none(sent, people):
    Application.objects.filter(person=people[0]).update(state="withdrawn")
    assert len(deliver_due_emails(AT + HELD)) == 2
    assert Notification.system.get(recipient=people[0]).reason == "not-in-group"


def test_an_author_who_lost_the_role_sends_nothing(waiting, cleo):
    Membership.objects.filter(user=cleo).delete()
    assert releasing.send_due(AT + HELD) == 0
    assert (fresh(waiting).state, Notification.system.count()) == ("draft", 0)


def test_at_night_it_waits_for_the_morning_of_everyone(draft, cleo):
    releasing.schedule(draft, by=cleo, at=FRIDAY_NIGHT)
    assert draft.send_at == MONDAY_MORNING


def test_a_worker_that_was_down_sends_at_the_next_good_moment(waiting):
    assert releasing.send_due(FRIDAY_NIGHT) == 0
    assert fresh(waiting).send_at == MONDAY_MORNING
    assert releasing.send_due(MONDAY_MORNING) == 1


def test_it_waits_while_sending_is_paused(waiting, cleo):
    OutboxState.objects.update_or_create(pk=1, defaults={"paused_until": AT + timedelta(hours=1)})
    assert releasing.send_due(AT + HELD) == 0
    assert releasing.send_due(AT + timedelta(hours=2)) == 1


def test_a_test_goes_to_its_writer_alone(draft, people, cleo):
    releasing.send_test(draft, to=cleo, at=AT)
    releasing.send_test(draft, to=cleo, at=AT)
    emails = deliver_due_emails(AT)
    assert {email.to[0] for email in emails} == {cleo.email}
    assert emails[0].subject == "Test: Kick-off"
    assert fresh(draft).state == "draft"


def test_tests_have_an_end(draft, cleo):
    for _ in range(releasing.MOST_TESTS):
        releasing.send_test(draft, to=cleo, at=AT)
    with pytest.raises(ActionNotAllowed, match="many tests"):
        releasing.send_test(draft, to=cleo, at=AT)


def test_a_chair_who_sends_the_draft_of_a_carer_answers_for_it(write, people, program, cleo):
    carer = factories.member(program=program, role="carer")
    draft = write(author=carer)
    releasing.schedule(draft, by=cleo, at=AT)
    assert draft.author_id == cleo.pk
    releasing.send_due(AT + HELD)
    assert len(deliver_due_emails(AT + HELD)) == 3


def empty_its_group(people):
    Application.objects.filter(person__in=people).update(state="withdrawn")


def test_with_nobody_left_it_becomes_a_draft_that_says_so(waiting, people, cleo):
    empty_its_group(people)
    assert [releasing.send_due(AT + HELD), releasing.send_due(AT + HELD)] == [0, 0]
    row = fresh(waiting)
    assert (row.state, row.send_at, row.unsent_at) == ("draft", None, AT + HELD)
    assert list(Announcement.objects.for_committee(cleo).unsent()) == [row]


@pytest.mark.parametrize("act", ["schedule", "discard"])
def test_it_says_so_until_someone_sends_or_discards_it(waiting, people, cleo, act):
    empty_its_group(people)
    releasing.send_due(AT + HELD)
    Application.objects.filter(person__in=people).update(state="accepted")
    getattr(releasing, act)(fresh(waiting), by=cleo, at=AT + HELD)
    assert fresh(waiting).unsent_at is None


def test_one_that_was_stopped_says_nothing(waiting, cleo):
    releasing.stop(waiting, by=cleo, at=AT)
    assert not Announcement.objects.for_committee(cleo).unsent().exists()
