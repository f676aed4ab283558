"""Invented rosters in the shape of two real exports; the maps of `docs/examples` fit them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from django.conf import settings

GRADES = ("HEO", "SEO", "Grade 7", "SCS1")
IDENTITIES = ("Gay, Non-binary", "", "Asexual or aromantic", "None")
SURE, COULD, NO = "Definitely Yes", "Not my first preference, but I'd make it work.", "No"
OFFICES = (
    "Fort Washington (Consumer Inc)", "Malvern (Janssen)", "Spring House (Janssen)",
    "West Chester (DePuy Synthes)", "Horsham (Janssen)",
)  # fmt: skip
AGREES = (
    "Please confirm you are willing and able to meet at least once a month with your mentor "
    "between April and December 2020."
)
COMMENTS = "Comments for the mentoring committee"


def roster_map(name: str) -> str:
    """Return the text of a map of `docs/examples`."""
    return (Path(settings.BASE_DIR) / "docs" / "examples" / f"{name}.toml").read_text("utf-8")


def as_csv(rows: list[dict[str, str]], mark: str = "") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return (mark + text.getvalue()).encode()


def civil_service(role: str) -> bytes:
    """Four people of a scheme with grades, professions and identities; two answer "both"."""
    rows = [
        {
            "first name": role,
            "last name": f"{n:02}",
            "email address": f"{role}.{n:02}@example.org",
            "both mentor and mentee": "yes" if n % 2 else "no",
            "job title": "Some role",
            "grade": grade,
            "organisation": ("Department of Tides", "Department of Maps")[n % 2],
            "profession": "DDaT",
            **({"match with similar identity": "yes"} if role == "mentee" else {}),
            "identity to match" if role == "mentee" else "characteristics": IDENTITIES[n],
            "biography": f"=My name is {role} {n:02}. ",
        }
        for n, grade in enumerate(GRADES)
    ]
    return as_csv(rows)


def form_tool(role: str) -> bytes:
    """Three people of a form tool's export: grids, sentences as capacity, ids with stray marks."""
    return as_csv([_form_row(role, n) for n in range(3)], "\ufeff")


def _form_row(role: str, n: int) -> dict[str, str]:
    start = {"mentee": 100, "mentor": 200}[role]
    grid = dict(zip(OFFICES, (SURE, COULD, NO, "", SURE), strict=True))
    row = {
        "ID": "" if n == 2 else str(n),  # one was added by hand
        "Start time": "2026-01-05 10:00:00",
        "Completion time": "2026-01-05 10:04:00",
        "Email": "anonymous",
        "Name": "",
        "First Name": f"Zoë{n}",
        "Nickname": "Zo",
        "Last Name": ("O’Neil", "Null", "Lind-Roy")[n],
        "Gender": ("Female", "Male", "Female")[n],
        "WWID": f"{start + n}{' ,'[n % 2] if n else ''}".strip(","),
        "J&J Email Address": f"{role}.{n}@example.org",
        "Job Title": "Scientist",
        "Department and/or job function": "Small Molecule; Trials",
        "Which is your home office?": ("Malvern", "Horsham", "Horsham")[n],
        "Years of Experience": ("10.5", "3", "31")[n],
        "Years with JNJ": "7",
        "Position Level": "Manager Level 30-39",
        **grid,
        "Female": SURE,
        "Male": NO,
        AGREES: "Yes",
        COMMENTS: ("None", "You're “great”", "")[n],
        "function": "Legal",
    }
    if role == "mentor":
        return row | {
            '"Elevator Pitch"': "- I build,\nthings",
            "LinkedIn Profile URL": "",
            "Which of these do you think are good at?": "Public Speaking;Managing Up;",
            "How many mentees are you willing to mentor?": (
                "One mentee only, please!",
                "I’m willing to take on two mentees.",
                "I can handle this! Give me three mentees.",
            )[n],
        }
    return row | {
        "Titusville (Janssen)": NO,
        "Would you like to enter one to five preferred mentors?": "Yes",
        "WWIDs of Preferred Mentor": ("200 201", "200", "")[n],
        "Thanks for taking the time to enter some preferred mentors! "
        "How would you like to proceed?": "Finish.",
        "Part 3 of 3\nWhich of these mentor skills are important to you?": (
            "Skill: Public Speaking;Skill: Large, sudden career shifts;"
        ),
        "preferred_functions": "",
    }


ROSTERS = {"civil-service": civil_service, "msforms": form_tool}
