"""Pairs and scores as files: complete, safe to open, without what the member must not see."""

from __future__ import annotations

import csv
import io

import pytest
import tablib
from django.urls import reverse

from matching.spreadsheets.exports import safe
from programs.models import Conflict
from testkit import factories
from testkit import rounds as make


@pytest.fixture
def read(drafted, as_user, cleo):
    def get(name, user=cleo):
        return as_user(user).get(reverse(f"admin:matching_round_{name}", args=[drafted.public_id]))

    return get


def rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


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
    book = tablib.Dataset().load(read(name).content, format="xlsx")
    assert len(book) == 3


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "  =1", '=HYPERLINK("x")']
)
def test_a_formula_becomes_text(text):
    assert safe(text) == f"'{text}"


def test_numbers_and_plain_text_stay():
    assert [safe(value) for value in (-5, 0, None, "Ann-Sofie", "")] == [
        -5,
        0,
        None,
        "Ann-Sofie",
        "",
    ]


def test_a_hostile_name_is_written_safely(cohort, cleo, as_user):
    make.applicant(cohort, "", person=factories.person("=cmd Hostile"), topics={"tax": 1})
    make.applicant(cohort, "Ruth Adeyemi", "mentor", topics={"tax": 1})
    drafted = make.run_round(cohort, cleo)
    response = as_user(cleo).get(
        reverse("admin:matching_round_pairs.csv", args=[drafted.public_id])
    )
    assert "'=cmd Hostile" in response.content.decode()


def test_a_recused_member_exports_without_the_person(read, kim, people):
    Conflict.objects.create(member=kim, person=people["joel"].person)
    assert "Joel" not in read("pairs.csv", kim).content.decode()
    assert "Joel" not in read("scores.csv", kim).content.decode()
