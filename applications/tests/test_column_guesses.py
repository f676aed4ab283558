"""What the columns of form tools are proposed to be; the committee sees each proposal."""

import csv
import io

import pytest

from applications.importing import read_table
from applications.importing.column_guesses import guess_fields, guess_separator
from applications.importing.summaries import summarize


def summary(columns):
    """Return the summary of a table with {heading: cells}."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([columns, *zip(*columns.values(), strict=True)])
    return summarize(read_table(text.getvalue().encode()))


def guess(heading, *cells):
    return guess_fields(summary({"Email": ["a@example.org"] * len(cells), heading: cells})).get(
        heading, ""
    )


@pytest.mark.parametrize(
    ("heading", "cell", "field"),
    [
        ("Full name, as on your badge", "Ann Vale", "name"),
        ("Town, if you like", "Guelph", "place"),
        ("Which is your home office?", "Malvern Hill", "place"),
        ("What is your employer?", "Acme", "employer"),
        ("Position Level", "Manager Level 3", "level"),
        ("Stage", "Mid-career", "level"),
        ("How often", "Every other week", "rhythm_days"),
        ("How often would you like to meet?", "Monthly", "rhythm_days"),
        ("How would you like to meet?", "Video", "mode"),
        ("When can you meet?", "Mondays", "availability"),
        ("Mentees", "1-2", "capacity"),
        ("12. How many mentees could you take?", "Two, please", "capacity"),
        ("Part 3 of 3\nWhich of these mentor skills matter to you?", "Pay", "topics"),
        ("Which of these are you good at?", "Pay", "topics"),
        ("“Elevator Pitch”", "I build things.", "about"),
        ("Comments for the mentoring committee", "Thanks", "needs"),
        ("Please confirm that you can meet at least once a month", "Yes", "commitment"),
        ("Agree", "Yes, I agree", "commitment"),
        ("Prefer", "Chris Lee; Bo Ek", "prefer"),
        ("Preferred Mentor", "Chris Lee", "prefer"),
        ("Please do not pair me with", "Chris Lee", "avoid"),
        ("Who would you rather not be matched with?", "Chris Lee", "avoid"),
        ("Language", "Français", "language"),
        ("Language", "English, French", "languages"),
        ("Which languages do you speak?", "English; French", "languages"),
        ("Industry", "Health", "industries"),
        ("Quels sujets vous intéressent ?", "Paie", "topics"),
        ("Disponibilités", "lundi soir", "availability"),
    ],
)
def test_what_a_heading_asks_for_is_proposed(heading, cell, field):
    assert guess(heading, cell) == field


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Would you like to enter preferred mentors?", "Yes"),
        ("Thanks for the preferred mentors! How do you want to proceed?", "Finish."),
        ("Prefer", "2"),  # the number of a response may be a stranger's
        ("Please confirm that you can meet once a month", "It depends"),
        ("Years with us", "7"),
        ("Gender", "Female"),
        ("Identity to match", "Any"),
        ("Name of your cat", "Tom"),
        ("ID", "7"),
        ("Completion time", "2026-01-05 10:00"),
        ("Profile URL", "https://example.org/me"),
    ],
)
def test_what_is_no_field_is_left_to_the_committee(heading, cell):
    assert guess(heading, cell) == ""


def test_the_columns_of_a_grid_are_proposed_together():
    headings = ["Which topics?: Pay", "Which topics?: Change", "Which topics?: Law"]
    cells = {headings[0]: ["Pay"], headings[1]: [""], headings[2]: ["x"]}
    table = summary({"Email": ["a@example.org"], **cells})
    assert guess_fields(table) == {"Email": "email", **dict.fromkeys(headings, "topics")}
    assert [guess_separator(table, one, "topics") for one in headings] == ["grid"] * 3
