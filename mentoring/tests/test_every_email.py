"""Of every kind of e-mail a person gets the newest, once, and only while it is true.

What happens on a Friday night is sent on Monday morning, or at once where the kind is urgent. A new
kind needs a scenario in `email_scenarios.py`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import partial
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from matches import endings, reopening
from meetings import scheduling
from notifications import email_preview, outbox, reasons, work_hours
from notifications.kinds import KINDS
from notifications.models import KnownState, Notification
from notifications.testing import deliver_due_emails
from programs.models import Membership
from testkit import agreements, factories, meetings

from .crawl import BACKEND, LeanClient
from .email_scenarios import SCENARIOS, ZONE, close, update

pytestmark = pytest.mark.django_db
State = Notification.State
FRIDAY_NIGHT = datetime(2026, 3, 6, 22, tzinfo=ZoneInfo(ZONE))
MONDAY = datetime(2026, 3, 9, 8, tzinfo=ZoneInfo(ZONE))
every_kind = pytest.mark.parametrize("kind", sorted(SCENARIOS))


def test_every_kind_has_a_scenario():
    # What tells several e-mails at once is about them: `notifications/tests/test_merging.py`.
    assert sorted(SCENARIOS) == sorted(KINDS.keys() - {"several-at-once"})


@pytest.fixture(autouse=True)
def friday_night():
    with time_machine.travel(FRIDAY_NIGHT, tick=False) as clock:
        yield clock


class Told:
    """A person who is owed an e-mail of a kind; nothing else waits in the outbox."""

    def __init__(self, kind: str) -> None:
        self.kind, self.scenario = kind, SCENARIOS[kind]
        self.case = self.scenario.make()
        Notification.system.exclude(state=State.SENT).delete()
        KnownState.objects.all().delete()

    def enqueue(self, kind: str = "", ordinal: int = 1) -> Notification:
        about = type(self.case.about)._base_manager.get(pk=self.case.about.pk)
        outbox.enqueue(kind or self.kind, to=self.case.to, about=about, ordinal=ordinal)
        return Notification.system.get(
            kind=kind or self.kind, ordinal=ordinal, recipient=self.case.to
        )

    def reads(self, clock) -> list[str]:
        """The Message-IDs of what the person gets until Monday."""
        early = deliver_due_emails(FRIDAY_NIGHT, delivery_rules=True, reconcile=False)
        assert all(self._is_urgent(mail) for mail in early)
        clock.move_to(MONDAY)
        late = deliver_due_emails(MONDAY, delivery_rules=True, reconcile=False)
        mine = [mail for mail in (*early, *late) if mail.to == [self.case.to.email]]
        return [mail.extra_headers["Message-ID"] for mail in mine]

    @staticmethod
    def _is_urgent(mail) -> bool:
        row = Notification.system.get(message_id=mail.extra_headers["Message-ID"])
        return row.is_urgent


def fresh(row: Notification) -> Notification:
    return Notification.system.get(pk=row.pk)


@pytest.mark.parametrize("kind", sorted(one for one in KINDS if KINDS[one].to_members))
def test_work_that_waits_for_a_member_is_told_at_once(kind):
    told = Told(kind)
    told.enqueue()
    sent = deliver_due_emails(FRIDAY_NIGHT, delivery_rules=True, reconcile=False)
    assert [mail.to for mail in sent] == [[told.case.to.email]]
    assert "because you are a committee member" in sent[0].body


@pytest.mark.parametrize("kind", sorted(name for name, one in KINDS.items() if one.always_at_once))
def test_an_email_that_never_waits_offers_no_hour(kind):
    Told(kind).enqueue()
    (mail,) = deliver_due_emails(FRIDAY_NIGHT, delivery_rules=True, reconcile=False)
    assert "because you are a committee member" in mail.body
    assert "Choose when you get them" not in mail.body


@pytest.mark.parametrize("kind", sorted(filter(work_hours.may_wait, KINDS)))
def test_work_that_waits_is_told_at_the_hour_of_the_member(kind):
    told = Told(kind)
    if kind in {"concern", "concern-given-back"}:  # not one in which someone asks for help
        update(told.case, cause="no_reply")
    work_hours.choose(told.case.to, 7, at=FRIDAY_NIGHT)
    told.enqueue()
    assert not deliver_due_emails(FRIDAY_NIGHT, delivery_rules=True, reconcile=False)
    morning = datetime(2026, 3, 7, 7, tzinfo=ZoneInfo(ZONE))
    (mail,) = deliver_due_emails(morning, delivery_rules=True, reconcile=False)
    assert mail.to == [told.case.to.email]
    assert "Choose when you get them" in mail.body
    assert not deliver_due_emails(MONDAY, delivery_rules=True, reconcile=False)


@pytest.mark.parametrize("kind", sorted(filter(work_hours.may_wait, KINDS)))
def test_work_that_is_done_before_the_hour_of_the_member_is_not_told(kind):
    told = Told(kind)
    work_hours.choose(told.case.to, 7, at=FRIDAY_NIGHT)
    told.enqueue()
    told.scenario.stop(told.case)
    assert told.case.to.email not in [
        address
        for mail in deliver_due_emails(MONDAY, delivery_rules=True, reconcile=False)
        for address in mail.to
    ]


@pytest.mark.parametrize("urgency", ["urgent", "soon", "whenever"])
def test_a_request_for_help_is_told_at_once_whatever_the_member_chose(urgency):
    told = Told("concern" if urgency == "whenever" else "concern-urgent")
    update(told.case, urgency=urgency)
    work_hours.choose(told.case.to, 7, at=FRIDAY_NIGHT)
    told.enqueue()
    (mail,) = deliver_due_emails(FRIDAY_NIGHT, delivery_rules=True, reconcile=False)
    assert mail.to == [told.case.to.email]


@every_kind
def test_whoever_is_written_to_as_a_member_reads_so(kind):
    recipient = Told(kind).case.to
    is_member = Membership.objects.filter(user=recipient).exists()
    assert KINDS[kind].to_members == is_member, "set to_members of the kind"


@every_kind
def test_twice_makes_one_email(kind, friday_night):
    told = Told(kind)
    told.enqueue()
    told.enqueue()
    newest = told.enqueue(ordinal=2)
    assert told.reads(friday_night) == [fresh(newest).message_id]


@every_kind
def test_after_a_change_only_the_newest_is_sent(kind, friday_night):
    told = Told(kind)
    older = told.enqueue()
    told.scenario.change(told.case)
    newest = told.enqueue(told.scenario.newer, ordinal=9)
    found = told.reads(friday_night)
    assert found == [fresh(newest).message_id]
    assert (fresh(older).state, fresh(older).reason) == (State.CANCELLED, reasons.SUPERSEDED)


@every_kind
def test_what_is_undone_is_not_told(kind, friday_night):
    told = Told(kind)
    told.enqueue()
    (told.scenario.undo or told.scenario.stop)(told.case)
    assert told.reads(friday_night) == []
    rows = Notification.system.filter(recipient=told.case.to, kind=kind)
    assert set(rows.values_list("state", flat=True)) == {State.CANCELLED}


@every_kind
def test_what_is_no_longer_wanted_is_cancelled_with_the_reason(kind, friday_night):
    told = Told(kind)
    row = told.enqueue()
    told.scenario.stop(told.case)
    assert told.reads(friday_night) == []
    row = fresh(row)
    assert (row.state, row.reason) == (State.CANCELLED, told.scenario.reason)
    assert row.reason_words != row.reason


@every_kind
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_texts_are_whole(kind, language):
    told = Told(kind)
    type(told.case.to).objects.filter(pk=told.case.to.pk).update(language=language)
    told.case.to.refresh_from_db()
    told.enqueue()
    [mail] = deliver_due_emails(FRIDAY_NIGHT + timedelta(minutes=1), reconcile=False)
    assert mail.subject.strip() == mail.subject != ""
    for text in (mail.subject, mail.body):
        for broken in ("None", "{", "}", "%(", "\n\n\n"):
            assert broken not in text, text
    page = str(mail.alternatives[0][0])
    words = re.sub(r"<style.*?</style>", "", page, flags=re.S)
    assert "{" not in words, words
    assert "}" not in words, words
    assert words.count("<p>") + words.count("<p ") == words.count("</p>"), words
    assert translation.get_language() == "en"


@pytest.fixture
def maintainer(db):
    return factories.person("Mo Keeper", is_superuser=True)


@every_kind
def test_an_email_is_previewed_in_both_languages(kind, maintainer):
    """On its page in the outbox, unless no one of the committee may know of it."""
    told = Told(kind)
    row = told.enqueue()
    client = LeanClient()
    client.force_login(maintainer, backend=BACKEND)
    is_listed = Notification.objects.for_committee(maintainer).filter(pk=row.pk).exists()
    texts = []
    for language in ("en", "fr"):
        type(told.case.to).objects.filter(pk=told.case.to.pk).update(language=language)
        shown = email_preview.render(fresh(row))
        assert shown.html, "a sentence that says why it would not be sent"
        texts.append(shown.text)
        if is_listed:
            url = reverse("admin:notifications_notification_change", args=[row.pk])
            page = unescape(client.get(url).content.decode())
            assert f">{shown.subject}</h2>" in page
            assert shown.text.strip() in page
    # A test of the program's own text is in the language of that text, whoever gets it.
    assert texts[0] != texts[1] or kind == "email-text-test"


# --- what an e-mail says is true when it is sent


def mail_of(kind: str, before=lambda case: None):
    told = Told(kind)
    before(told.case)
    told.enqueue()
    found = deliver_due_emails(FRIDAY_NIGHT + timedelta(minutes=1), reconcile=False)
    return found[0] if found else Notification.system.get(kind=kind).reason


def test_no_promise_is_made_for_a_day_that_has_passed():
    def long_ago(case):
        day = date(2026, 1, 31)
        cohort = case.about.cohort
        type(cohort).objects.filter(pk=cohort.pk).update(matching_on=day, closes_on=day)

    assert "January" not in mail_of("decision-accepted", long_ago).body
    assert "January" not in mail_of("round-review-request", long_ago).body
    assert "January" not in mail_of("application-received", long_ago).body


def test_answers_can_be_changed_only_before_the_review():
    assert "can change your answers" in mail_of("application-received").body
    begun = partial(update, review_started_at=FRIDAY_NIGHT)
    assert "can change your answers" not in mail_of("application-received", begun).body


@pytest.mark.parametrize(
    ("kind", "hours", "deputy", "chair"),
    [
        ("concern", 0, True, True),
        ("concern", 5, False, True),
        ("concern", 25, False, False),
        ("concern-urgent", 0, False, True),
    ],
)
def test_a_concern_says_who_is_notified_next(kind, hours, deputy, chair):
    raised_at = FRIDAY_NIGHT - timedelta(hours=hours)
    text = mail_of(kind, partial(update, raised_at=raised_at)).body
    assert ("deputy" in text, "the chair" in text) == (deputy, chair)


def test_who_asked_for_help_is_not_invented():
    assert mail_of("concern-urgent").subject == "Urgent: someone has asked for help"
    answered = partial(update, cause="answer")
    assert mail_of("concern-urgent", answered).subject == "Urgent: a concern needs your attention"


def test_one_pair_is_not_called_pairs():
    assert "1 proposed pair:" in mail_of("round-review-request", partial(update, pairs=1)).subject


def no_longer_a_member(case):
    Membership.objects.filter(user=case.to).update(until=date(2026, 1, 31))


def signed(case):
    agreements.signed(case.about)
    Notification.system.all().delete()


def closed(case):
    close(case.about.match)


@pytest.mark.parametrize(
    ("kind", "before", "reason"),
    [
        ("round-review-request", no_longer_a_member, "no-role"),
        ("round-ready", no_longer_a_member, "no-role"),
        ("round-held-back", no_longer_a_member, "no-role"),
        ("concern", no_longer_a_member, "other-member"),
        ("match-introduced", signed, "have-begun"),
        ("agreement-signed", closed, "match-ended"),
        ("agreement-to-sign", closed, "nothing-to-sign"),
        ("checkin-fit", closed, "match-ended"),
    ],
)
def test_it_is_not_sent_to_whom_it_no_longer_concerns(kind, before, reason):
    assert mail_of(kind, before) == reason


def test_who_never_read_of_a_pair_reads_nothing_of_its_end(friday_night):
    told = Told("match-introduced")
    told.enqueue()
    mentee, mentor = told.case.about.people
    outbox.enqueue("match-introduced", to=mentor, about=told.case.about)
    endings.end(told.case.about, by=mentee, kind="choice")
    clock = friday_night
    assert len(told.reads(clock)) == 1  # the mentee, who ended it, reads that it is done
    assert not Notification.system.filter(recipient=mentor, state=State.SENT).exists()
    clock.move_to(MONDAY + timedelta(days=8))
    reminded = deliver_due_emails(MONDAY + timedelta(days=8))
    assert [mail.to for mail in reminded if mail.to == [mentor.email]] == []


def test_an_end_that_is_taken_back_before_it_was_told_is_not_told(friday_night):
    told = Told("match-introduced")
    told.enqueue()
    deliver_due_emails(FRIDAY_NIGHT, reconcile=False)
    match = told.case.about
    endings.end(match, by=match.mentee.person, kind="choice")
    reopening.reopen(match, by=match.carer)
    assert told.reads(friday_night) == []
    states = Notification.system.exclude(kind__startswith="concern").exclude(state=State.SENT)
    assert set(states.values_list("state", flat=True)) == {State.CANCELLED}


def test_changes_before_the_morning_cancel_each_other(friday_night):
    """Proposed, moved, moved and cancelled before Monday: nothing is said."""
    told = Told("meeting-date")
    mentee = told.case.about.match.mentee.person
    for days in (9, 11):
        scheduling.suggest_times(told.case.about, [meetings.when(mentee, days)], by=mentee)
    scheduling.cancel(told.case.about, by=mentee)
    assert told.reads(friday_night) == []


def test_who_was_told_of_a_meeting_is_told_that_it_is_off(friday_night):
    told = Told("meeting-date")
    mentee = told.case.about.match.mentee.person
    scheduling.suggest_times(told.case.about, [meetings.when(mentee, 9)], by=mentee)
    assert len(told.reads(friday_night)) == 1
    scheduling.cancel(told.case.about, by=mentee)
    assert len(deliver_due_emails(MONDAY, reconcile=False)) == 1


def test_a_move_that_is_taken_back_is_not_told(friday_night):
    told = Told("meeting-date")
    mentee, mentor = told.case.about.match.people
    first = meetings.when(mentee, 12)
    scheduling.suggest_times(told.case.about, [first], by=mentee)
    scheduling.accept(told.case.about, by=mentor)
    deliver_due_emails(FRIDAY_NIGHT, reconcile=False)
    for when in (meetings.when(mentee, 14), first):
        scheduling.suggest_times(told.case.about, [when], by=mentee, is_agreed=True)
    assert told.reads(friday_night) == []


def test_a_meeting_moved_away_from_tonight_does_not_wait_for_monday(friday_night):
    told = Told("meeting-date-soon")
    mentee, mentor = told.case.about.match.people
    scheduling.accept(told.case.about, by=mentor)
    deliver_due_emails(FRIDAY_NIGHT, reconcile=False)
    later = meetings.when(mentee, 30)
    scheduling.suggest_times(told.case.about, [later], by=mentee, is_agreed=True)
    sent = deliver_due_emails(FRIDAY_NIGHT, delivery_rules=True, reconcile=False)
    assert sorted(mail.to for mail in sent) == sorted([[mentee.email], [mentor.email]])
