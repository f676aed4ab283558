"""The trend of a survey: charts, their tables, response rates, and the same as a file."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from checkins.line_charts import Series, line_chart
from checkins.models import CheckIn, Wave
from checkins.results import publish_waves
from testkit import checkins as make
from testkit import factories

DAY = timedelta(days=1)


# --- the geometry alone


def drawn(*values):
    return line_chart(
        [Series("All", values)],
        labels=[str(n) for n in range(len(values))],
        ticks=[(1.0, "1"), (5.0, "5")],
        title="t",
        description="d",
        gap="too few",
    )


def test_a_line_goes_from_the_bottom_to_the_top():
    chart = drawn(1.0, 5.0)
    assert [label.y for label in chart.up] == ["148.0", "12.0"]
    assert chart.lines[0].path == "M107.0 148.0L241.0 12.0"
    assert chart.gaps == []


def test_no_line_crosses_a_gap():
    chart = drawn(2.0, None, 3.0, 4.0)
    assert chart.lines[0].path.count("M") == 2
    assert chart.lines[0].path.count("L") == 1
    assert [gap.text for gap in chart.gaps] == ["too few"]
    assert chart.gaps[0].x == chart.across[1].x


def test_lines_differ_by_more_than_their_colour():
    values = [1.0, 2.0]
    chart = line_chart(
        [Series(str(n), values) for n in range(6)],
        labels=["a", "b"], ticks=[(0.0, "0"), (5.0, "5")], title="t", description="d", gap="g",
    )  # fmt: skip
    assert len({line.dash for line in chart.lines}) == 6
    assert len({line.marker for line in chart.lines}) == 6


# --- the page

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort_of_twelve(program):
    cohort = factories.cohort(program=program)
    return cohort, [
        factories.match(
            factories.person(), factories.person(), cohort,
            introduced_at=timezone.now() - 400 * DAY,
        )
        for _n in range(12)
    ]  # fmt: skip


def ask(matches, days_ago, useful, *, answering=99, ordinal=1):
    """Ask both of each pair; those of the first `answering` pairs answer, mentors one step more."""
    at = timezone.now() - days_ago * DAY
    for place, match in enumerate(matches):
        for person, step in zip(match.people, (useful, useful + 1), strict=True):
            checkin = make.opened(match, person, at=at, ordinal=ordinal)
            if place < answering:
                make.answer(
                    checkin, by=person, answers={"useful": str(step), "rhythm": "less"}, at=at
                )
            else:
                CheckIn.objects.filter(pk=checkin.pk).update(state="lapsed")


@pytest.fixture
def year(cohort_of_twelve):
    """Everyone answered, then two pairs, then half of them."""
    _cohort, matches = cohort_of_twelve
    ask(matches, 250, 2)
    ask(matches, 180, 3, answering=2, ordinal=2)
    ask(matches, 110, 4, answering=6, ordinal=3)
    publish_waves(timezone.now())
    return Wave.objects.order_by("-month")


@pytest.fixture
def reader(program, as_user):
    return as_user(factories.member(program=program, role="reader"))


def trend(client, wave, **query):
    response = client.get(reverse("admin:checkins_wave_trend", args=[wave.pk]), query)
    assert response.status_code == 200
    return response.context["found"], response.content.decode()


def test_each_question_has_a_chart_and_its_table(year, reader):
    found, html = trend(reader, year[0])
    useful = next(one for one in found.questions if one.title.startswith("How useful"))
    assert [[text for _name, text in line.cells] for line in useful.lines] == [
        ["2.5 (24 answers)", "2.0 (12 answers)", "3.0 (12 answers)"],
        ["too few", "too few", "too few"],
        ["4.5 (12 answers)", "4.0 (6 answers)", "5.0 (6 answers)"],
    ]
    assert [line.name for line in useful.chart.lines] == ["All", "Mentees", "Mentors"]
    assert [gap.text for gap in useful.chart.gaps] == ["too few"]
    assert html.count("<svg viewBox") == 3 == html.count("<desc id=")
    assert "style=" not in html.split("<main", 1)[-1].split("wm-chart", 1)[1]


def test_a_choice_is_drawn_as_shares_of_each_answer(year, reader):
    found, _html = trend(reader, year[0])
    rhythm = next(one for one in found.questions if one.title.startswith("Are you meeting"))
    assert [line.name for line in rhythm.chart.lines] == ["Yes", "Less often", "Not at the moment"]
    assert rhythm.headings == ["Answers", "Yes", "Less often", "Not at the moment"]
    assert [text for _name, text in rhythm.lines[0].cells] == [
        "24 answers", "0 percent", "100 percent", "0 percent",
    ]  # fmt: skip


def test_response_rates_are_shown_by_role_also_where_figures_are_hidden(year, reader):
    found, _html = trend(reader, year[0])
    assert [[text for _name, text in line.cells] for line in found.rate_trend.lines] == [
        ["100 percent (24 of 24)", "100 percent (12 of 12)", "100 percent (12 of 12)"],
        ["17 percent (4 of 24)", "17 percent (2 of 12)", "17 percent (2 of 12)"],
        ["50 percent (12 of 24)", "50 percent (6 of 12)", "50 percent (6 of 12)"],
    ]


def test_a_page_ends_with_the_month_it_was_opened_from(year, reader):
    found, _html = trend(reader, year[2])
    assert [wave.pk for wave in found.waves] == [year[2].pk]
    assert (found.older, found.newer) == (None, year[0])


def test_a_result_from_before_means_were_kept_has_its_median(year, reader):
    wave = year[0]
    for table in wave.figures:
        for figure in (table["total"], *table["parts"].values()):
            del figure["mean"]
    wave.save()
    found, _html = trend(reader, wave)
    useful = next(one for one in found.questions if one.title.startswith("How useful"))
    assert useful.lines[2].cells[0][1] == "median 4.5 (12 answers)"
    assert useful.chart.lines[0].path.count("L") == 0


def test_another_wording_has_a_chart_of_its_own(year, reader, program):
    chair = factories.member(program=program, role="chair")
    draft = make.draft(program, chair)
    draft.questions.filter(code="useful").update(texts={"en": "Does it help?", "fr": "Utile?"})
    newer = year[0]
    old, new = (survey.questions.get(code="useful") for survey in (draft.based_on, draft))
    for table in newer.figures:
        table["question"] = new.pk if table["question"] == old.pk else table["question"]
    newer.save()
    found, _html = trend(reader, newer)
    titles = [one.title for one in found.questions]
    assert "Does it help?" in titles
    assert len(titles) == 3


def test_a_recused_member_is_not_told_what_a_few_have_done(year, program, as_user):
    """Their own pair's three are too few to hide in."""
    member = factories.member(program=program, role="reader")
    match = CheckIn.objects.filter(wave=year[0]).first().match
    match.mentor.person = member
    match.mentor.save()
    found, html = trend(as_user(member), year[0])
    assert all(rate.answered is None for rates in found.rates.values() for rate in rates.values())
    assert "hidden, 24 asked" in html
    assert "number hidden" in html


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_has_what_the_page_shows(kind, year, reader):
    url = reverse("admin:checkins_wave_trend-export", args=[year[0].pk])
    assert "hidden in the file" in reader.get(url).content.decode()
    response = reader.post(url, {"format": kind})
    data = b"".join(response.streaming_content)
    if kind == "csv":
        lines = data.decode("utf-8-sig").splitlines()
    else:
        rows = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    assert lines[0] == "Month,Question,Group,Figure,Value,Answers"
    useful = [line for line in lines if "How useful" in line and ",All," in line]
    assert [line.split(",All,")[1] for line in useful if "percent" not in line] == [
        "mean,2.5,24", "median,2.5,24", ",too few,hidden", "mean,4.5,12", "median,4.5,12",
    ]  # fmt: skip


def test_a_file_runs_no_formula(year, reader):
    make.change_published("useful", texts={"en": "=1+1", "fr": "=1+1"})
    url = reverse("admin:checkins_wave_trend-export", args=[year[0].pk])
    data = b"".join(reader.post(url, {"format": "csv"}).streaming_content).decode()
    assert ",'=1+1," in data
    assert ",=1+1," not in data


@pytest.mark.parametrize("name", ["trend", "trend-export"])
def test_the_committee_of_another_program_finds_nothing(name, year, as_user):
    stranger = factories.member(program=factories.program(), role="chair")
    url = reverse(f"admin:checkins_wave_{name}", args=[year[0].pk])
    assert as_user(stranger).get(url).status_code == 404


def test_the_cost_does_not_depend_on_the_months(cohort_of_twelve, program, as_user):
    client = as_user(factories.member(program=program, role="chair"))
    _cohort, matches = cohort_of_twelve
    costs = []
    for ordinal, days_ago in enumerate((360, 320, 280, 240, 200, 160), start=1):
        ask(matches, days_ago, 3, ordinal=ordinal)
        publish_waves(timezone.now())
        url = reverse("admin:checkins_wave_trend", args=[Wave.objects.first().pk])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        costs.append(len(queries))
    assert len(set(costs)) == 1, costs
