"""E-mails that come back mark the address that they were sent to, and nobody else's."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.privacy import erase_person
from notifications import bounces, outbox
from notifications.bounces import SOFT_LIMIT, Severity, addresses, classify, mailbox
from notifications.dispatch import Dispatcher
from notifications.kinds import Cancel
from notifications.models import BouncedAddress, Notification
from notifications.reconcilers import RECONCILERS

from .bounce_samples import SAMPLES, dsn, out_of_office
from .conftest import TUESDAY_NOON, enqueue_code, fresh

pytestmark = pytest.mark.django_db
State = Notification.State
DAY = timedelta(days=1)


def deliver(at=TUESDAY_NOON):
    return Dispatcher(clock=lambda: at, applies_delivery_rules=False, is_strict=True).run()


@pytest.fixture
def sent(sample, server, ada):
    """An e-mail to Ada that the mail server has accepted."""
    row = sample.enqueue(ada)
    deliver()
    return fresh(row)


def read(*messages, at=TUESDAY_NOON):
    counts = mailbox.ReadCounts()
    for raw in messages:
        mailbox.count_message(raw, counts, at=at)
    return counts


def mark(person, at=TUESDAY_NOON):
    return BouncedAddress.objects.create(
        pk=outbox.digest_of_address(person.email), person=person, last_bounced_at=at, stopped_at=at
    )


# --- reading


@pytest.mark.parametrize("name", SAMPLES)
def test_the_bounces_of_each_kind_of_mail_server_name_the_email_and_what_it_means(sent, name):
    make, severity = SAMPLES[name]
    assert read(make(sent)).bounces == 1
    assert (fresh(sent).bounce, fresh(sent).bounced_at) == (severity, TUESDAY_NOON)
    assert fresh(sent).state == State.SENT
    assert bool(BouncedAddress.objects.stopped()) is (severity == "hard")


def test_a_reply_an_absence_note_and_nonsense_are_no_bounces(sent):
    nonsense = [b"", b"\xff\xfe\0", b"From: x\r\n\r\n" + sent.message_id.encode()]
    assert read(out_of_office(sent), *nonsense).others == 4
    assert fresh(sent).bounce == ""


def test_a_forged_report_marks_no_one(sent, ben, sample):
    """Who knows how our Message-IDs look still can't make one for another person's e-mail."""
    other = sample.enqueue(ben)
    deliver()
    wrong = SimpleNamespace(message_id=sent.message_id.replace(f"n{sent.pk}.", f"n{other.pk}."))
    unknown = SimpleNamespace(message_id=sent.message_id.replace(f"n{sent.pk}.", "n999999."))
    assert read(dsn(wrong), dsn(unknown)).others == 2
    assert not BouncedAddress.objects.exists()


def test_an_email_counts_once_however_many_reports_arrive(sent):
    counts = read(*[SAMPLES["mailbox full"][0](sent)] * 3)
    assert (counts.bounces, counts.known) == (1, 2)
    assert BouncedAddress.objects.get().soft_bounces == 1


def test_a_failure_after_a_delay_is_news(sent):
    assert read(SAMPLES["delayed"][0](sent), dsn(sent), SAMPLES["delayed"][0](sent)).bounces == 2
    assert fresh(sent).bounce == "hard"


@pytest.mark.parametrize(
    ("status", "code", "is_about_address", "severity"),
    [
        ("5.1.1", 550, True, "hard"),
        ("5.1.2", 550, False, "hard"),
        ("5.1.8", 550, True, "policy"),  # our own address
        ("5.2.2", 552, True, "soft"),
        ("5.2.3", 552, True, "policy"),
        ("5.4.1", 550, True, "soft"),
        ("5.7.26", 550, False, "policy"),
        ("4.2.2", 450, True, "soft"),
        ("4.7.1", 450, True, "policy"),
        ("", 550, True, "hard"),
        ("", 550, False, "policy"),  # after the content: perhaps because of it
        ("", 554, True, "policy"),
        ("", 450, True, "soft"),
        ("5.0.0", 553, True, "hard"),
        ("nonsense", None, True, "soft"),
    ],
)
def test_what_a_status_means(status, code, is_about_address, severity):
    assert classify(status, code=code, is_about_address=is_about_address) == severity


# --- what follows


def test_after_a_hard_bounce_emails_wait_and_say_why(sent, sample, ada, ben, server):
    read(dsn(sent))
    row, other = sample.enqueue(ada, subject=1), sample.enqueue(ben)
    assert deliver() == 1
    assert (fresh(row).state, fresh(row).reason) == (State.HELD, "address-bounced")
    assert "do not reach" in fresh(row).reason_words
    assert (fresh(other).state, fresh(row).attempts) == (State.SENT, 0)


def test_soft_bounces_stop_an_address_on_the_third_day(sample, server, ada):
    """Several on one day count as one: a mailbox may be full for an afternoon."""
    for number in range(SOFT_LIMIT * 2):
        assert not BouncedAddress.objects.stopped()
        row = sample.enqueue(ada, subject=number, at=TUESDAY_NOON + number * DAY / 2)
        deliver(row.due_at)
        read(SAMPLES["mailbox full"][0](fresh(row)), at=row.due_at)
        if number == SOFT_LIMIT * 2 - 2:
            break
    assert BouncedAddress.objects.stopped().get().soft_bounces == SOFT_LIMIT


def test_soft_bounces_are_forgotten_after_a_month(sample, server, ada):
    for number in range(4):
        at = TUESDAY_NOON + number * timedelta(days=31)
        row = sample.enqueue(ada, subject=number, at=at)
        deliver(at)
        read(SAMPLES["mailbox full"][0](fresh(row)), at=at)
    assert BouncedAddress.objects.get().soft_bounces == 1


def test_a_refusal_of_us_stops_no_one(sample, server, ada):
    """Without DKIM all of Gmail would refuse us: that must not mark everyone's address."""
    for number in range(5):
        row = sample.enqueue(ada, subject=number, at=TUESDAY_NOON + number * DAY)
        deliver(row.due_at)
        read(SAMPLES["gmail, not authenticated"][0](fresh(row)), at=row.due_at)
    assert not BouncedAddress.objects.exists()


def test_an_address_that_the_server_refuses_at_once_is_marked(sample, server, ada):
    row = sample.enqueue(ada)
    server.script = ["rcpt550"]
    deliver()
    assert (fresh(row).state, fresh(row).bounce) == (State.FAILED, "hard")
    assert bounces.is_stopped(ada.email)


def test_content_that_the_server_refuses_marks_no_address(sample, server, ada):
    row = sample.enqueue(ada)
    server.script = ["550"]
    deliver()
    assert (fresh(row).state, fresh(row).bounce) == (State.FAILED, "policy")
    assert not bounces.is_stopped(ada.email)


def test_codes_help_and_test_emails_are_tried_all_the_same(ada, server):
    mark(ada)
    enqueue_code(ada)
    outbox.enqueue("test-email", to=ada, about=ada, at=TUESDAY_NOON)
    assert deliver() == 2
    assert bounces.may_be_tried(Notification(kind="concern-urgent"))
    assert not bounces.may_be_tried(Notification(kind="match-introduced"))


def test_what_is_no_longer_wanted_is_cancelled_and_not_held(sample, server, ada):
    mark(ada)
    sample.answer = Cancel("answered")
    row = sample.enqueue(ada)
    deliver()
    assert fresh(row).state == State.CANCELLED


def test_a_newer_email_replaces_one_that_waits_for_the_address(sample, server, ada):
    mark(ada)
    first = sample.enqueue(ada)
    deliver()
    second = sample.enqueue(ada, ordinal=2)
    deliver()
    assert (fresh(first).state, fresh(second).state) == (State.CANCELLED, State.HELD)
    bounces.works_again(ada, at=TUESDAY_NOON)
    assert deliver() == 1
    assert fresh(second).state == State.SENT


def test_a_member_may_let_one_go_all_the_same(sample, server, ada, cleo):
    mark(ada)
    row = sample.enqueue(ada)
    deliver()
    fresh(row).release(by=cleo, at=TUESDAY_NOON)
    assert deliver() == 1


def test_releasing_all_leaves_what_waits_for_an_address(sample, server, ada):
    mark(ada)
    row = sample.enqueue(ada)
    deliver()
    assert outbox.release_held() == outbox.cancel_held() == 0
    assert fresh(row).state == State.HELD


def test_an_address_without_an_account_gets_no_more(sample, server, ada):
    BouncedAddress.objects.create(
        pk=outbox.digest_of_address("x@example.org"),
        last_bounced_at=TUESDAY_NOON,
        stopped_at=TUESDAY_NOON,
    )
    outbox.enqueue("note", to=None, address="X@example.org", about=ada, at=TUESDAY_NOON)
    deliver()
    row = Notification.system.get()
    assert (row.state, row.reason) == (State.CANCELLED, "address-bounced")


def test_an_address_that_bounced_before_its_person_had_an_account_is_theirs(sample, server, ada):
    mark(ada)
    BouncedAddress.objects.update(person=None)
    row = sample.enqueue(ada)
    deliver()
    addresses.follow_addresses(TUESDAY_NOON)
    assert fresh(row).state == State.HELD
    assert bounces.stopped_people() == {ada.pk: TUESDAY_NOON}


# --- the address works again


def test_a_new_address_starts_again(sample, server, ada, sent):
    read(dsn(sent))
    row = sample.enqueue(ada, subject=1)
    deliver()
    ada.email = "new@example.org"
    ada.save()
    for _twice in range(2):
        addresses.follow_addresses(TUESDAY_NOON)
    assert not BouncedAddress.objects.exists()
    assert deliver() == 1
    assert server.messages[-1].to == "new@example.org"
    assert fresh(row).state == State.SENT


def test_a_late_bounce_of_the_old_address_leaves_the_new_one_alone(ada, sent):
    ada.email = "new@example.org"
    ada.save()
    assert read(dsn(sent)).bounces == 1
    assert fresh(sent).bounce == "hard"
    assert not BouncedAddress.objects.exists()


def test_what_was_held_while_the_address_became_good_is_released(sample, server, ada):
    mark(ada)
    row = sample.enqueue(ada)
    deliver()
    BouncedAddress.objects.all().delete()  # between the check and the hold
    addresses.follow_addresses(TUESDAY_NOON)
    assert fresh(row).state == State.PENDING


def test_the_reconciler_leaves_what_still_bounces(sample, server, ada):
    mark(ada)
    row = sample.enqueue(ada)
    deliver()
    addresses.follow_addresses(TUESDAY_NOON)
    assert fresh(row).state == State.HELD
    assert f"{addresses.__name__}.follow_addresses" in RECONCILERS


def test_a_person_says_that_their_address_works(as_user, sample, server, ada, ben):
    mark(ada)
    row = sample.enqueue(ada)
    deliver()
    page = as_user(ada).get(reverse("notifications:preferences"))
    assert "reach you</h2>" in page.text
    assert "reach you</h2>" not in as_user(ben).get(reverse("notifications:preferences")).text
    url = reverse("notifications:address-works")
    as_user(ada).get(url)
    as_user(ben).post(url)
    assert bounces.is_stopped(ada.email)
    for words in ("is being sent now", "send e-mails to your address already"):
        assert words in as_user(ada).post(url, follow=True).text
    assert fresh(row).state == State.PENDING


def test_signing_in_with_a_code_proves_the_address(client, server, ada):
    mark(ada)
    client.post(reverse("account_request_login_code"), {"email": ada.email})
    deliver(at=Notification.system.get().due_at)
    code = _code(server)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session.get("_auth_user_id") == str(ada.pk)
    assert not bounces.is_stopped(ada.email)


def _code(server):
    text = server.messages[-1].message.get_payload(0).get_payload(decode=True).decode()
    return re.search(r"\b[A-Z0-9]{3,}-?[A-Z0-9]{3,}\b", text)[0]


def test_signing_in_otherwise_proves_nothing(as_user, ada):
    mark(ada)
    as_user(ada)
    assert bounces.is_stopped(ada.email)


def test_erasing_a_person_forgets_that_their_address_bounced(ada, sent):
    read(dsn(sent))
    erase_person(ada)
    assert not BouncedAddress.objects.exists()
    assert fresh(sent).sent_to == ""


def test_a_bounce_that_comes_after_the_erasure_marks_nothing(ada, sent):
    erase_person(ada)
    read(dsn(sent))
    assert not BouncedAddress.objects.exists()


# --- the return path


def test_the_return_path_names_the_email_and_people_see_the_sender(settings, sample, server, ada):
    settings.BOUNCE_ADDRESS = "bounces+{token}@example.net"
    row = sample.enqueue(ada)
    deliver()
    token = fresh(row).message_id.strip("<>").partition("@")[0]
    [message] = server.messages
    assert message.sender == f"bounces+{token}@example.net"
    assert len(message.sender.partition("@")[0]) <= 64
    assert str(message.message["From"]).endswith(settings.DEFAULT_FROM_EMAIL.split()[-1])


def test_without_a_bounce_address_the_sender_gets_the_reports(settings, sample, server, ada):
    sample.enqueue(ada)
    deliver()
    assert server.messages[0].sender in settings.DEFAULT_FROM_EMAIL


def test_the_token_in_a_report_is_read_from_any_of_its_parts(sent):
    report = bounces.parse(SAMPLES["without the original"][0](sent))
    assert report.tokens == ((sent.pk, sent.message_id.partition(".")[2].partition("@")[0]),)
    assert report.severity is Severity.HARD
