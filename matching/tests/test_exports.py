"""Pairs and scores as files: complete, safe to open, without what the member must not see."""

from __future__ import annotations

import csv
import io

import pytest
import tablib
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from matching.rounds import lifecycle
from programs.models import Conflict
from testkit import factories
from testkit import rounds as make


@pytest.fixture
def read(drafted, as_user, cleo):
    def get(name, user=cleo):
        return download(as_user(user), drafted, name)

    return get


def download(client, round_, name):
    """Return the content of "pairs.csv" and the like."""
    table, kind = name.split(".")
    address = reverse("admin:matching_round_export", args=[round_.public_id])
    return client.post(address, {"table": table, "format": kind}).getvalue()


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_every_mentee_has_a_line(read):
    found = {row["Mentee"]: (row["Mentor"], row["Fit"]) for row in rows(read("pairs.csv"))}
    assert found["Amina Farah"] == ("Ruth Adeyemi", "Strong")
    assert found["Sofia Marin"] == ("", "")


def test_parts_add_up_in_the_file_too(read):
    parts = [
        "Understands",
        "Can help",
        "Practical",
        "Wishes",
        "Experience ahead",
        "Industry",
        "Waiting",
    ]
    for row in rows(read("pairs.csv")):
        if row["Mentor"]:
            assert sum(int(row[part]) for part in parts) == int(row["Points"])


def test_scores_are_a_table_of_everybody(read):
    found = rows(read("scores.csv"))
    assert len(found) == 3
    assert len(found[0]) == 3  # the mentee and two mentors


@pytest.mark.parametrize("name", ["pairs.xlsx", "scores.xlsx"])
def test_workbooks_open(read, name):
    book = tablib.Dataset().load(read(name), format="xlsx")
    assert len(book) == 3


def test_a_hostile_name_is_written_safely(cohort, cleo, as_user):
    make.applicant(cohort, "", person=factories.person("=cmd Hostile"), topics={"tax": 1})
    make.applicant(cohort, "Ruth Adeyemi", "mentor", topics={"tax": 1})
    drafted = make.run_round(cohort, cleo)
    assert "'=cmd Hostile" in download(as_user(cleo), drafted, "pairs.csv").decode()


def test_a_recused_member_exports_without_the_person(read, kim, people):
    Conflict.objects.create(member=kim, person=people["joel"].person)
    assert "Joel" not in read("pairs.csv", kim).decode()
    assert "Joel" not in read("scores.csv", kim).decode()


def test_who_exported_a_round_is_in_the_history_of_the_program(read, as_user, drafted, cleo):
    client, program = as_user(cleo), drafted.program
    client.get(reverse("admin:matching_round_export", args=[drafted.public_id]))
    assert not LogEntry.objects.exists()
    read("pairs.csv")
    history = client.get(reverse("admin:programs_program_history", args=[program.pk]))
    text = f"Exported as CSV: proposals ({drafted.name}), 3 rows"
    assert text in history.content.decode()
    assert LogEntry.objects.get().user == cleo


def test_a_round_that_was_not_run_has_nothing_to_export(cohort, as_user, cleo):
    empty = lifecycle.open_round(cohort, by=cleo)
    address = reverse("admin:matching_round_export", args=[empty.public_id])
    client = as_user(cleo)
    assert "nothing to export" in client.get(address).content.decode()
    assert client.post(address, {"table": "scores", "format": "csv"}).status_code == 302
    assert not LogEntry.objects.exists()
