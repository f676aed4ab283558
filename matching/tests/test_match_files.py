"""Two spreadsheets and a map in, provably best pairs with reasons out.

The people are invented; the tables have the habits of real exports.
"""

import csv
import io
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User

MAP = """
[fields.key]
column = "Id"
[fields.email]
column = "Mail"
[fields.name]
column = "Name"
[fields.employer]
column = "Firm"
[attributes.grade]
column = "Grade"
[attributes.craft]
column = "Craft"
[mentees.attributes.identity]
column = "I would like"
[mentors.attributes.identity]
column = "I am"
split = ","
[matching]
rules = ["same_employer"]
[matching.gap.grade]
order = ["Junior", "Senior", "Head", "Chief"]
points = { 1 = 9, 2 = 12 }
hard = true
[matching.same.craft]
label = "Same craft"
points = 10
[matching.overlap.identity]
points = 6
"""
MENTEES = """Id,Mail,Name,Firm,Grade,Craft,I would like
e1 ,una@example.org,Una,North,Junior,Pay,Newcomer
e2,vic@example.org,Vic,north ,JUNIOR,Law,
e3,wim@example.org,Wim,South,Senior,Law,None
e4,xia@example.org,=Xia,South,Chief,Pay,Newcomer
"""
MENTORS = """Id,Mail,Name,Firm,Grade,Craft,I am
o1,yan@example.org,Yan,South,Senior,Pay,"Newcomer, Parent"
o2,zoe@example.org,Zoe,West,Head,Law,
o3,abe@example.org,Abe,North,Chief,law,parent
"""


@pytest.fixture
def match(tmp_path):
    def run(mentees=MENTEES, mentors=MENTORS, roster=MAP, out="pairs.csv", **options):
        for name, text in (
            ("mentees.csv", mentees),
            ("mentors.csv", mentors),
            ("map.toml", roster),
        ):
            (tmp_path / name).write_text(text, "utf-8-sig" if name.endswith("csv") else "utf-8")
        said = io.StringIO()
        paths = [tmp_path / "mentees.csv", tmp_path / "mentors.csv"]
        call_command(
            "match_files",
            *paths,
            map=tmp_path / "map.toml",
            out=tmp_path / out,
            stdout=said,
            stderr=said,
            **options,
        )
        text = (tmp_path / out).read_text("utf-8-sig") if out.endswith("csv") else ""
        return said.getvalue(), list(csv.DictReader(io.StringIO(text)))

    return run


def points(mentee, mentor):
    """The rules of the map once more, by hand; None where a pair is not allowed."""
    order = ["junior", "senior", "head", "chief"]
    gap = order.index(mentor["Grade"].lower()) - order.index(mentee["Grade"].lower())
    if gap not in (1, 2) or mentee["Firm"].strip().lower() == mentor["Firm"].strip().lower():
        return None
    same = 10 * (mentee["Craft"].lower() == mentor["Craft"].lower())
    asked = mentee["I would like"].lower()
    return (
        {1: 9, 2: 12}[gap]
        + same
        + 6 * (asked not in ("", "none") and asked in mentor["I am"].lower())
    )


def by_hand():
    """(pairs, points) of the best one-to-one plan, by trying all of them."""
    mentees, mentors = (list(csv.DictReader(io.StringIO(text))) for text in (MENTEES, MENTORS))
    best = (0, 0)
    for chosen in permutations([*range(len(mentors)), *[None] * len(mentees)], len(mentees)):
        scores = [
            points(mentee, mentors[j])
            for mentee, j in zip(mentees, chosen, strict=True)
            if j is not None
        ]
        if None not in scores:
            best = max(best, (len(scores), sum(scores)))
    return best


def test_the_plan_is_the_best_that_there_is(match):
    said, rows = match()
    pairs = [row for row in rows if row["Mentor id"]]
    assert (len(pairs), sum(int(row["Points"]) for row in pairs)) == by_hand()
    assert "proven optimal" in said


def test_points_add_up_and_are_those_of_the_map(match):
    for row in match()[1]:
        if row["Mentor id"]:
            assert int(row["Points"]) == sum(
                int(row[name]) for name in ("grade", "Same craft", "identity")
            )


def test_who_is_left_out_hears_why(match):
    left = {row["Mentee"]: row["Why"] for row in match()[1] if not row["Mentor id"]}
    assert "No mentor is possible: grade" in left["'=Xia"]


def test_more_places_place_more_people(match):
    few, many = (match(places=places)[0] for places in (1, 3))
    assert few != many
    assert "9 places" in many


def test_the_order_of_rows_changes_nothing(match):
    head, *rows = MENTEES.strip().split("\n")
    other = "\n".join([head, *reversed(rows)]) + "\n"
    assert match(mentees=other)[1] == match()[1]


@pytest.mark.django_db
def test_nothing_is_stored(match):
    match()
    assert not User.objects.exists()


def test_a_workbook_can_be_written(match, tmp_path):
    match(out="pairs.xlsx")
    assert (tmp_path / "pairs.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"Chief"', '"Boss"'), "“Chief” is not in the order"),
        (("[matching.same.craft]", "[matching.same.crafts]"), "no column “crafts” is mapped"),
        (("[matching.gap.grade]", "[matching.gapp.grade]"), "Did you mean “gap”"),
        (("points = 10", 'points = "many"'), "not a whole number"),
        (('"same_employer"', '"same_employers"'), "Did you mean “same_employer”"),
        (("points = { 1 = 9, 2 = 12 }", "points = 9"), "points must be a table"),
    ],
)
def test_terms_that_are_not_clear_are_refused(match, change, says):
    with pytest.raises(CommandError, match=says):
        match(roster=MAP.replace(*change))


def test_terms_that_value_nothing_are_refused(match):
    with pytest.raises(CommandError, match="needs weights"):
        match(roster=MAP.split("[matching]")[0])


def test_a_bad_row_stops_everything(match, tmp_path):
    with pytest.raises(CommandError, match=r"1 problems in mentees.csv"):
        match(mentees=MENTEES.replace("una@example.org", "una"))
    assert not (tmp_path / "pairs.csv").exists()
