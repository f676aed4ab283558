"""Sweepers are killed at random while 500 letters leave: nothing is lost, and what comes twice stays within its bound."""

import pytest
from django.db import connection

from testkit import chaos

pytestmark = [pytest.mark.chaos, pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


def url_of_the_test_database(folder):
    """Where other processes find the database of this test; the one in memory is copied to a file."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        path = folder / "chaos.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        return f"sqlite:///{path}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)


def test_nothing_is_lost_when_sweepers_are_killed(tmp_path):
    due, kills = 500, 10
    chaos.owe(due)
    report = chaos.run(url_of_the_test_database(tmp_path), due=due, kills=kills, folder=tmp_path, limit=100)
    assert report.states == {"sent": due}, report
    assert report.lost == 0, report
    assert report.extra <= kills, report
    assert report.most <= 5, report
