"""Faults of the tables themselves: separators, headings, encodings, workbooks, grids."""

from __future__ import annotations

from datetime import date

from applications.models import Application

from .fault_files import Upload, fault, names, of, private, topics, workbook
from .roster_files import ROSTERS, roster_map


@fault(
    Upload(
        'Email;"Name, as on your badge";"Town, if any"\nsc@example.org;Sem Col;Elora\n',
        columns={"Name, as on your badge": "name", "Town, if any": "place"},
    )
)
def separators_inside_headings(cohort, previews):
    assert of(cohort, "sc@example.org").person.profile.place == "Elora"


@fault(
    Upload(
        'Email,"Which topics, exactly,\nwould you like (choose any)",Name\n'
        "hl@example.org,Onboarding,Hea Lin\n",
        columns={"Which topics, exactly, would you like (choose any)": "topics"},
    )
)
def a_heading_over_two_lines(cohort, previews):
    assert topics(cohort, "hl@example.org") == ["Onboarding"]


@fault(Upload("Email\tName\tTown\ntb@example.org\tTab, Bo\tElora, Ontario\n", name="people.txt"))
def tabs_with_commas_in_cells(cohort, previews):
    assert of(cohort, "tb@example.org").person.profile.place == "Elora, Ontario"


@fault(Upload("\ufeffsep=;\nEmail;Name\nse@example.org;Sep Ar\n"))
def the_first_line_of_excel(cohort, previews):
    assert names(cohort) == ["Sep Ar"]


@fault(
    Upload(
        "Respondent ID,Email,Name,Which topics?,,,Town\n"
        ",Open-Ended Response,Open-Ended Response,Onboarding,Payroll and operations,Change,"
        "Open-Ended Response\n11,tr@example.org,Two Rows,Onboarding,,Change,Elora\n",
        columns={
            "Which topics?: Onboarding": "topics",
            "Which topics?: Payroll and operations": "topics",
            "Which topics?: Change": "topics",
        },
    )
)
def two_rows_of_headings(cohort, previews):
    assert topics(cohort, "tr@example.org") == ["Change", "Onboarding"]
    assert of(cohort, "tr@example.org").person.profile.place == "Elora"


@fault(
    Upload(
        workbook(["Sign-up 2026"], ["Email", "Name"], ["ti@example.org", "Ti Tle"]),
        name="people.xlsx",
    )
)
def a_title_above(cohort, previews):
    assert names(cohort) == ["Ti Tle"]


@fault(
    Upload(
        "Email Address,Name,I am a,What is your employer?,What is your employer?\n"
        "br@example.org,Bran Ch,Mentee,,Orford Foods\n",
        columns={"What is your employer?": "employer", "What is your employer? (2)": "employer"},
    )
)
def the_same_heading_twice(cohort, previews):
    assert of(cohort, "br@example.org").person.profile.employer.name == "Orford Foods"


@fault(
    Upload(
        'Email,Name,About\nsq@example.org,"Ann "Annie" Moss",likes tea\n',
        stops="Row 2",
    )
)
def a_stray_quotation_mark(cohort, previews):
    assert not names(cohort)
    assert "expected after" not in previews[0]


@fault(
    Upload(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        name="people.xls",
        stops="old Excel workbook (XLS) or one with a password",
    )
)
def an_old_or_locked_workbook(cohort, previews):
    assert not names(cohort)


@fault(
    Upload(
        "ID,Start time,Completion time,Email,Name,Email2\n"
        "1,1/5/26 9:00:00,1/5/26 9:04:00,anonymous,Ano Nym,an@example.org\n"
    )
)
def an_anonymous_form(cohort, previews):
    one = of(cohort, "an@example.org")
    assert one.external_key == "an@example.org"


@fault(
    Upload(
        workbook(["Email", "Name"], ["fc@example.org", "Far Cell"], far=(60_000, 1)),
        name="people.xlsx",
        ticks=("Leave out rows without an e-mail address, such as a total",),
    )
)
def a_stray_cell_far_below(cohort, previews):
    assert names(cohort) == ["Far Cell"]


@fault(Upload("Email,Name\nen@example.org,Se&aacute;n O&#39;Casey\n"))
def broken_letters(cohort, previews):
    assert "Se&aacute;n" in previews[0]
    assert "Worth knowing" in previews[0]


@fault(
    Upload(
        "Email,Name\nto@example.org,To Tal\nTotal: 1 mentee,\n",
        ticks=("Leave out rows without an e-mail address, such as a total",),
        stops="",
    )
)
def a_total_below(cohort, previews):
    assert names(cohort) == ["To Tal"]


@fault(Upload("Email\tName\nu1@example.org\tZoë Oenal\n".encode("utf-16"), name="people.txt"))
def utf_16(cohort, previews):
    assert names(cohort) == ["Zoë Oenal"]


@fault(Upload("Email,Name\nu2@example.org,Zoë\n".encode("utf-16-le")))
def utf_16_without_a_mark(cohort, previews):
    assert names(cohort) == ["Zoë"]


@fault(
    Upload(
        "Email;Name\nu3@example.org;Zoë Oenal\n".encode("cp1252"),
        reading={"Encoding": "cp1252"},
    )
)
def western_european(cohort, previews):
    assert names(cohort) == ["Zoë Oenal"]


@fault(Upload("Email,Name,,Town\nbh@example.org,Bla Nk,Joe Bard,Elora\n"))
def a_column_without_heading(cohort, previews):
    assert of(cohort, "bh@example.org").person.profile.place == "Elora"
    assert "(C)" in previews[0]


@fault(
    Upload(
        workbook(
            ["Email", "Name", "Phone", "Capacity"], ["xn@example.org", "Num Ber", 5195550100, 2.0]
        ),
        role="mentor",
        name="people.xlsx",
    )
)
def numbers_in_a_workbook(cohort, previews):
    one = of(cohort, "xn@example.org")
    assert (one.person.profile.phone, one.capacity) == ("5195550100", 2)


@fault(Upload("Email,Name\rcr@example.org,Car Ret\r"))
def old_line_ends(cohort, previews):
    assert names(cohort) == ["Car Ret"]


@fault(Upload('Email,Name,Comments\nfo@example.org,"=HYPERLINK(""x"",""Ann"")",=1+1\n'))
def formulas_stay_text(cohort, previews):
    assert of(cohort, "fo@example.org").person.name.startswith("=HYPERLINK")
    assert private(cohort, "fo@example.org").needs == "=1+1"


@fault(Upload("Email,Name,Topics\nsm@example.org,Se Mi,Onboarding;Change;\n"))
def a_trailing_separator(cohort, previews):
    assert topics(cohort, "sm@example.org") == ["Change", "Onboarding"]


@fault(
    Upload(
        workbook(["Email", "Name", "Joined"], ["da@example.org", "Da Te", date(2026, 1, 5)]),
        name="people.xlsx",
        columns={"Joined": "own"},
    )
)
def dates_in_a_workbook(cohort, previews):
    assert names(cohort) == ["Da Te"]
    assert "2026-01-05" in previews[0]


@fault(
    Upload(
        "Email,Name,Topics\nlf@example.org,Lon G,Onboarding\nlf@example.org,Lon G,Change\n",
        options={"If a person is there twice": "join"},
    )
)
def one_row_for_each_answer(cohort, previews):
    assert topics(cohort, "lf@example.org") == ["Change", "Onboarding"]


@fault(Upload("Email,Name,Topics\nbk@example.org,Bra Ck,\"['Onboarding', 'Change']\"\n"))
def lists_in_brackets(cohort, previews):
    assert topics(cohort, "bk@example.org") == ["Change", "Onboarding"]


@fault(
    *(
        Upload(ROSTERS[name](role), role=role, map_text=roster_map(name))
        for name in ROSTERS
        for role in ("mentee", "mentor")
    )
)
def whole_rosters_with_their_maps(cohort, previews):
    assert Application.objects.filter(cohort=cohort).count() == 4 + 4 + 3 + 3
    first = of(cohort, "mentee.0@example.org", role="mentee")
    assert first.person.name == "Zoë0 O’Neil"
    assert of(cohort, "mentor.2@example.org").capacity == 3


@fault(
    Upload(
        workbook(
            ["Email", "First name", "Name"],
            ["fo@example.org", "Fo", '=B2&" Mula"'],
        ),
        name="people.xlsx",
        stops="1 cell has a formula whose result is not in the file: C2.",
    )
)
def a_formula_without_its_result(cohort, previews):
    assert not names(cohort)
