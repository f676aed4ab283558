"""Worker, broker or mail server is down: the site works, and e-mail is sent later."""

import time
from datetime import timedelta

import pytest
from celery import Celery
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications import outbox
from notifications.dispatch import Dispatcher, send_due_emails
from notifications.models import Notification, OutboxState
from testkit import chaos, factories, services, smtp
from testkit.celery_processes import supervised

State = Notification.State


def rows():
    return Notification.system.all()


def use_the_site(person, as_user):
    """Ask for a code as a stranger, choose letters as a person; return the worst status."""
    stranger, mine = Client(), as_user(person)
    answers = [
        stranger.get("/"),
        stranger.post(reverse("account_request_login_code"), {"email": person.email}),
        mine.get(reverse("notifications:preferences")),
        mine.post(reverse("notifications:preferences"), {"streams": ["optional"]}),
        mine.post(reverse("notifications:preferences-pause")),
    ]
    return max(answer.status_code for answer in answers)


@pytest.fixture
def dead_port():
    return services.free_port()


@pytest.fixture
def dead_mail_server(settings, dead_port):
    smtp.use(settings, dead_port)


@pytest.mark.django_db
def test_without_worker_and_broker_the_site_answers_and_the_letters_wait(
    ada, as_user, settings, dead_port
):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{dead_port}/0"
    began = time.monotonic()
    assert use_the_site(ada, as_user) < 400
    assert time.monotonic() - began < 10
    assert rows().get().state == State.PENDING


@pytest.mark.django_db
@pytest.mark.usefixtures("dead_mail_server")
def test_without_a_mail_server_nothing_fails_and_nothing_is_lost(ada, as_user, settings):
    OutboxState.objects.create(instance_id=settings.INSTANCE_ID)
    assert use_the_site(ada, as_user) < 400
    for number in range(5):
        person = factories.person(f"Person {number}")
        outbox.enqueue("test-email", to=ada, about=person)
    now = timezone.now()
    for minutes in range(0, 600, 20):
        Dispatcher(clock=lambda: now + timedelta(minutes=minutes)).run()  # noqa: B023  # called in this turn
    assert set(rows().filter(kind="test-email").values_list("state", "attempts")) == {
        (State.PENDING, 0)
    }
    with smtp.sink() as server:
        smtp.use(settings, server.port)
        Dispatcher(clock=lambda: now + timedelta(hours=11)).run()
        assert len(server.messages) == 5


@pytest.mark.django_db
@pytest.mark.usefixtures("dead_mail_server")
def test_the_probe_says_that_letters_do_not_leave(ada, tmp_path, settings):
    settings.OUTBOX_EPOCH_FILE = tmp_path / "epoch"
    outbox.enqueue("test-email", to=ada, about=ada)
    assert send_due_emails() == 0
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, "up")
    assert "the mail server is unavailable" in str(answer.json()["problems"])


def sweeps(url):
    with chaos.connect(url) as cursor:
        cursor.execute("SELECT epoch FROM notifications_outboxstate")
        return (cursor.fetchone() or [0])[0]


def wake_until_it_sweeps(broker, url, process, log, seconds=60):
    """Send a wake-up a second until the count of sweeps rises; fails when the worker has gone."""
    before, end = sweeps(url), time.monotonic() + seconds
    app = Celery(
        broker=broker, broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 1}
    )
    while sweeps(url) == before:
        assert process.poll() is None, f"the worker has ended: {log.read_text()[-3000:]}"
        assert time.monotonic() < end, f"the worker does not answer: {log.read_text()[-3000:]}"
        with app.connection_for_write() as line:
            app.send_task("notifications.tasks.send_due_emails", expires=10, connection=line)
        next_one = time.monotonic() + 1
        while sweeps(url) == before and time.monotonic() < next_one:
            time.sleep(0.2)


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_the_worker_goes_on_when_redis_is_stopped_and_emptied(tmp_path, monkeypatch):
    url = chaos.url_of_the_test_database(tmp_path)
    with (
        services.redis() as broker,
        supervised("worker", url=url, broker=broker.url, folder=tmp_path) as celery,
    ):
        process = celery.processes["worker"]  # not started again: it has to go on by itself
        monkeypatch.setenv("CELERY_BROKER_URL", broker.url)  # Celery prefers it to what it is told
        wake_until_it_sweeps(broker.url, url, process, celery.log_of("worker"))
        for _ in range(2):
            broker.stop()  # it keeps nothing on disk: starting again it is empty
            broker.start()
            wake_until_it_sweeps(broker.url, url, process, celery.log_of("worker"))
