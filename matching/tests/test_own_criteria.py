"""Questions of a program as criteria of a round, made on the page: the same best totals as files.

The people are invented; the tables have the headings of the two example maps.
"""

import csv
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.importing import read_map, read_records, read_table, save_records
from applications.models import Application, QuestionAnswer, RosterUpload
from matching.models import Proposal, Round
from matching.rounds import lifecycle
from matching.spreadsheets import propose, read_criteria
from programs.models import ProgramQuestion
from testkit import factories
from workflow import jobs

pytestmark = pytest.mark.django_db

EXAMPLES = Path(settings.BASE_DIR) / "docs" / "examples"
GRADES = ["AA", "AO", "EO", "HEO", "SEO", "Grade 7", "Grade 6", "SCS1", "SCS2", "SCS3", "SCS4"]
PROFESSIONS = ["Policy", "Security", "Digital", "Finance"]
FIRMS = ["Harbour office", "Forest office", "harbour  office", "Rail office", "Water office"]
TRAITS = ["Newcomer", "Carer", "", "First in the family", "None"]
SITES = ["Fort Washington", "Malvern", "Spring House", "West Chester", "Horsham", "Titusville"]
LIKES = ["Definitely Yes", "Not my first preference, but I'd make it work.", "No", ""]


def as_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def officials(role, count, first):
    """People as the form of a public service exports them."""
    return [
        {
            "first name": f"{role.title()}{n}",
            "last name": "Doe",
            "email address": f"{role}{n}@example.org",
            "both mentor and mentee": "no",
            "job title": "Analyst",
            "grade": GRADES[(first + n * 5) % len(GRADES)],
            "organisation": FIRMS[n * 3 % len(FIRMS)],
            "profession": PROFESSIONS[(n * n + n // 3) % len(PROFESSIONS)],
            **(
                {
                    "match with similar identity": "yes",
                    "identity to match": TRAITS[n % len(TRAITS)],
                }
                if role == "mentee"
                else {"characteristics": f"{TRAITS[n * 2 % 5]}, {TRAITS[n % 4]}".strip(", ")}
            ),
            "biography": "",
        }
        for n in range(count)
    ]


def best_in_files(name, files, **options):
    """Return (pairs, total) that `match_files` finds with an example map."""
    text = (EXAMPLES / name).read_text("utf-8")
    both = []
    for role, content in files.items():
        roster = read_map(text, role=role)
        records, problems = read_records(read_table(content.encode()), roster, role=role)
        assert not problems
        both.append([one for one in records if one.role == role])
    found = propose(*both, read_criteria({**read_map(text, role="mentee").matching, **options}))
    assert found.is_proven
    return found.plan.pairs, found.plan.total


@pytest.fixture
def round_(cohort, cleo):
    return lifecycle.open_round(cohort, by=cleo)


@pytest.fixture
def committee(as_user, cleo):
    return as_user(cleo)


def url(name, one):
    return reverse(f"admin:matching_round_{name}", args=[one.public_id])


def fresh(one):
    return Round.system.get(pk=one.pk)


def question(heading):
    return ProgramQuestion.objects.get(heading=heading)


def add(client, one, kind, mentees, mentors="", page="use-own-criterion", **choices):
    """Make a criterion on the page, with what it shows unless `choices` say otherwise."""
    first = {"kind": kind, "mentees": question(mentees).pk}
    first["mentors"] = question(mentors).pk if mentors else ""
    form = client.get(url("own-criterion", one), first).context["form"]
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(url(page, one), {**data, **first, **choices})


def use_weights(client, one, **changes):
    form = client.get(url("criteria", one)).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    response = client.post(url("use-criteria", one), {**data, **changes})
    assert response.status_code == 302, response.content.decode()


def import_on_the_page(client, cohort, role, content, fields):
    """Import a file: `fields` says what each column is, all others are left out."""
    file = SimpleUploadedFile("people.csv", content.encode())
    add_url = reverse("admin:applications_rosterupload_add")
    client.post(add_url, {"cohort": cohort.pk, "role": role, "file": file})
    jobs.run_due()
    upload = RosterUpload.system.latest("pk")

    def page(name):
        return reverse(f"admin:applications_rosterupload_{name}", args=[upload.public_id])

    form = client.get(page("columns")).context["form"]
    data = {name: field.initial or "" for name, field in form.fields.items()}
    for n, heading in enumerate(form.table.headers):
        data[f"field-{n}"] = fields.get(heading, "")
        data[f"split-{n}"] = "," if heading == "characteristics" else ""
    accepted = {"state": "accepted", "code_accepted": "on", "orientation_passed": "on"}
    client.post(page("columns"), {**data, **accepted})
    jobs.run_due()
    client.post(page("import"))
    jobs.run_due()


class TestThePublicService:
    """Another organisation, one or two grades up, same profession, the identity asked for."""

    FIELDS = {
        "first name": "first_name",
        "last name": "last_name",
        "email address": "email",
        "organisation": "employer",
        "grade": "own",
        "profession": "own",
        "identity to match": "own",
        "characteristics": "own",
    }

    @pytest.fixture
    def files(self, cohort, committee):
        files = {
            "mentee": as_csv(officials("mentee", 17, 0)),
            "mentor": as_csv(officials("mentor", 15, 2)),
        }
        for role, content in files.items():
            questions = ProgramQuestion.objects.in_bulk(field_name="pk").values()
            known = {one.heading: f"own-known-{one.pk}" for one in questions}
            import_on_the_page(committee, cohort, role, content, self.FIELDS | known)
        assert Application.objects.ready().count() == 32
        return files

    def make_rules(self, client, one):
        steps = {"step_-1": "never", "step_0": "never", "step_1": "good", "step_2": "best"}
        steps |= {"step_3": "never", "step_4": "never", "points": 12}
        add(client, one, "levels", "grade", order="\n".join(GRADES), label="Grade", **steps)
        add(client, one, "same", "profession", points=10, label="Profession")
        add(client, one, "shared", "identity to match", "characteristics", points=6)
        assert len(fresh(one).criteria["own"]) == 3
        none = {f"importance_{name}": 0 for name in fresh(one).criteria["weights"]}
        use_weights(client, one, **none, rules=["same_employer"])

    @pytest.mark.parametrize("places", [1, 3])
    def test_the_round_reaches_the_best_total_of_the_files(
        self, files, committee, round_, cohort, places
    ):
        Application.objects.mentors().update(capacity=places)
        self.make_rules(committee, round_)
        found = fresh(round_)
        assert found.has_certificate
        assert (found.pairs, found.total) == best_in_files(
            "civil-service.toml", files, places=places
        )
        assert found.total > 100

    def test_the_words_say_why_and_why_not(self, files, committee, round_):
        self.make_rules(committee, round_)
        code = fresh(round_).criteria["own"][1]["code"]
        committee.post(
            url("use-own-criterion", round_),
            {
                "code": code,
                "label": "Profession",
                "importance": 10,
                "points": 10,
                "rule": "",
                "why": "both work in one profession",
                "why_not": "",
            },
        )
        assert fresh(round_).criteria["own"][1]["why"], "not saved"
        page = committee.get(url("workbench", round_)).content.decode()
        assert "Both work in one profession" in page
        code = fresh(round_).criteria["own"][0]["code"]
        row = Proposal.system.filter(round=round_, mentor__isnull=False).in_plan().first()
        compare = reverse(
            "admin:matching_round_compare", args=[round_.public_id, row.mentee.public_id]
        )
        text = committee.get(compare).content.decode()
        assert "not the right step: Grade" in text
        assert code not in text
        file = committee.post(url("export", round_), {"table": "pairs", "format": "csv"})
        assert "Profession" in file.getvalue().decode()
        assert "Profession" in committee.get(url("minutes", round_)).content.decode()

    def test_no_answer_is_stored_with_the_round_in_words(self, files, committee, round_):
        self.make_rules(committee, round_)
        stored = str(list(Proposal.system.filter(round=round_).values("why", "parts", "cautions")))
        assert not any(word in stored for word in ("Policy", "Newcomer", "SCS"))


def employees(role, count):
    """People as the form of a company exports them."""
    skills = ["Public Speaking", "Managing Up", "Large career shifts"]
    rows = []
    for n in range(count):
        grid = {
            f"{site} ({'Janssen' if site != 'Fort Washington' else 'Consumer Inc'})": LIKES[
                (n * 3 + k) % 4
            ]
            for k, site in enumerate(SITES)
            if role == "mentee" or site != "Titusville"
        }
        grid["West Chester (DePuy Synthes)"] = grid.pop("West Chester (Janssen)")
        picked = ";".join(skills[n % 3 :][:2]) + ";"
        row = {
            "WWID": f"{'1' if role == 'mentee' else '2'}00{n:02d}",
            "J&J Email Address": f"{role}{n}@example.org",
            "First Name": f"{role.title()}{n}",
            "Last Name": "Roe",
            "Job Title": "Engineer",
            "Department and/or job function": "",
            "Which is your home office?": SITES[n * 2 % len(SITES)],
            "Years of Experience": str(n + 3),
            "Position Level": "Manager",
            "function": "legal",
            "Gender": ["Female", "Male"][n % 2],
            **grid,
            "Female": LIKES[n % 4],
            "Male": LIKES[(n + 1) % 4],
            "Please confirm you are willing and able to meet at least once a month with your "
            "mentor between April and December 2020.": "Yes",
            "Comments for the mentoring committee": "",
        }
        if role == "mentee":
            row["Part 3 of 3 Which of these mentor skills are important to you?"] = picked
            row["WWIDs of Preferred Mentor"] = f"200{n % 5:02d}, 200{(n + 2) % 5:02d}"
        else:
            row['"Elevator Pitch"'] = ""
            row["Which of these do you think are good at?"] = picked
            row["How many mentees are you willing to mentor?"] = [
                "One mentee only, please!",
                "I'm willing to take on two mentees.",
                "I can handle this! Give me three mentees.",
            ][n % 3]
        rows.append(row)
    return rows


class TestTheCompany:
    """Skills and named wishes, then places and partners that suit both."""

    @pytest.fixture
    def files(self, cohort):
        files = {
            "mentee": as_csv(employees("mentee", 13)),
            "mentor": as_csv(employees("mentor", 7)),
        }
        text = (EXAMPLES / "msforms.toml").read_text("utf-8")
        for role, content in files.items():
            roster = read_map(text, role=role)
            records, problems = read_records(read_table(content.encode()), roster, role=role)
            assert not problems, [str(one) for one in problems]
            save_records(records, roster, cohort=cohort, by=None)
        return files

    def test_the_round_reaches_the_best_total_of_the_files(self, files, committee, round_):
        for mentees, mentors in (("partner_office", "office"), ("office", "partner_office")):
            add(committee, round_, "shared", mentees, mentors, points=400)
        for mentees, mentors in (("partner_gender", "gender"), ("gender", "partner_gender")):
            add(committee, round_, "shared", mentees, mentors, points=400)
        weights = dict.fromkeys(fresh(round_).criteria["weights"], 0)
        weights |= {"can_help": 3, "wishes": 1}
        exact = {f"weight_{name}": number for name, number in weights.items()}
        use_weights(committee, round_, **exact, rules=[])
        found = fresh(round_)
        assert found.has_certificate
        assert (found.pairs, found.total) == best_in_files("msforms.toml", files)


@pytest.fixture
def asked(cohort):
    """Two mentees and two mentors who said where they work."""
    site = ProgramQuestion.objects.create(program=cohort.program, heading="Site", kind="one")
    for role, places in (("mentee", "NS"), ("mentor", "SN")):
        for n, place in enumerate(places):
            person = factories.person(f"{role.title()} {n}")
            one = factories.application(person, cohort, role, external_key=str(n))
            answer = QuestionAnswer(application=one, question=site)
            answer.values = [{"N": "North", "S": "South"}[place]]
            answer.save()
    return site


class TestOnThePage:
    def test_a_preview_writes_nothing_and_names_who_would_move(
        self, asked, committee, round_, cleo
    ):
        lifecycle.run(round_, by=cleo)
        before = fresh(round_)
        page = add(committee, round_, "same", "Site", page="own-criterion", importance=30)
        text = page.content.decode()
        assert "2 people would move" in text
        assert "Mentee 0" in text
        assert fresh(round_).criteria == before.criteria
        assert fresh(round_).plan_version == before.plan_version
        add(committee, round_, "same", "Site", importance=30)
        assert fresh(round_).criteria["own"][0]["points"] == 3000
        again = add(committee, round_, "same", "Site", page="own-criterion", importance=30)
        assert "No one would move" in again.content.decode()

    def test_a_table_of_pairs_scores_and_forbids(self, asked, committee, round_):
        cells = {"cell_0_0": "never", "cell_0_1": "best", "cell_1_0": "good", "cell_1_1": "none"}
        add(committee, round_, "pairs", "Site", importance=10, **cells)
        rows = Proposal.system.filter(round=round_, mentor__isnull=False).in_plan()
        found = {
            (row.mentee.person.name, row.mentor.person.name): row.parts["own_1"] for row in rows
        }
        assert found == {("Mentee 0", "Mentor 0"): 1000, ("Mentee 1", "Mentor 1"): 750}

    def test_a_criterion_is_removed_once_and_the_question_stays(self, asked, committee, round_):
        add(committee, round_, "same", "Site")
        gone = {"code": fresh(round_).criteria["own"][0]["code"]}
        committee.post(url("remove-own-criterion", round_), gone)
        version = fresh(round_).plan_version
        assert fresh(round_).criteria["own"] == []
        page = committee.post(url("remove-own-criterion", round_), gone, follow=True)
        assert "removed already" in page.content.decode()
        assert fresh(round_).plan_version == version
        assert QuestionAnswer.system.filter(question=asked).count() == 4

    def test_levels_must_have_every_answer(self, asked, committee, round_):
        page = add(committee, round_, "levels", "Site", order="North")
        assert "Add this answer, which someone gave: South." in page.content.decode()

    def test_a_criterion_without_effect_is_refused(self, asked, committee, round_):
        page = add(committee, round_, "same", "Site", importance=0)
        assert "This would change nothing" in page.content.decode()

    def test_a_reader_makes_none(self, asked, as_user, program, round_):
        reader = as_user(factories.member("Rhea Lind", program=program, role="reader"))
        first = {"kind": "same", "mentees": asked.pk, "mentors": "", "label": "x"}
        first["importance"] = 10
        for page in ("own-criterion", "use-own-criterion"):
            reader.post(url(page, round_), first)
        assert "own" not in fresh(round_).criteria

    def test_a_published_round_keeps_its_criteria(self, asked, committee, round_):
        Round.system.filter(pk=round_.pk).update(state="discarded")
        add_url = url("use-own-criterion", round_)
        committee.post(
            add_url,
            {"kind": "same", "mentees": asked.pk, "mentors": "", "label": "x", "importance": 10},
        )
        assert "own" not in fresh(round_).criteria

    def test_the_next_round_of_the_program_starts_with_them(
        self, asked, committee, round_, cohort, cleo
    ):
        add(committee, round_, "same", "Site", label="Same site")
        later = lifecycle.open_round(cohort, by=cleo)
        assert [one["label"] for one in later.criteria["own"]] == ["Same site"]

    def test_a_changed_answer_is_news_for_the_round(self, asked, committee, round_):
        add(committee, round_, "same", "Site")
        answer = QuestionAnswer.system.first()
        answer.values = ["South"]
        answer.changed_at = answer.changed_at.replace(year=2030)
        answer.save()
        page = committee.get(url("workbench", round_)).content.decode()
        assert "1 person changed an answer since this draft." in page
