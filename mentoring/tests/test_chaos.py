"""Outbox workers are killed at random: no e-mail is lost, duplicates stay within a bound."""

import pytest

from testkit import chaos

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),  # 20 s on an idle machine; a busy one may take long
]


def send(folder, *, due, kills, **options):
    chaos.enqueue(due)
    url = chaos.url_of_the_test_database(folder)
    return chaos.run(url, due=due, kills=kills, folder=folder, limit=240, **options)


def test_nothing_is_lost_when_workers_are_killed(tmp_path):
    report = send(tmp_path, due=500, kills=10)
    assert report.states == {"sent": 500}, report
    assert report.lost == 0, report
    assert report.extra <= report.bound, report
    assert report.most <= 5, report


def test_restarts_lose_nothing_and_copy_nothing(tmp_path):
    report = send(tmp_path, due=150, kills=5, workers=3, restart=True)
    assert (report.states, report.lost) == ({"sent": 150}, 0), report
    # No duplicate by a restart; on a slow machine a worker may end itself by its alarm.
    assert report.extra <= report.alarms, report


def test_faults_of_the_mail_server_lose_nothing(tmp_path):
    report = send(tmp_path, due=150, kills=2, faults=True)
    assert report.is_good, report
    assert set(report.states) <= {"sent", "failed"}, report
