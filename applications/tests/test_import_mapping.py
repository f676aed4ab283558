"""Choices of the mapping page: grids, one row per answer, usual times, and what answers mean."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from applications.importing import BadMap, read_map
from applications.importing.answer_meanings import AskedAnswer
from applications.importing.grids import GRID, option_of
from applications.importing.import_undo import undo_import
from applications.importing.stored_answers import read_answers
from applications.importing.usual_times import read_times
from applications.models import (
    Application,
    NamedWish,
    RosterJob,
    RosterUpload,
)
from programs.models import Cohort, Topic
from programs.word_merging import merge_words, undo_merge
from workflow import jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def mapping(as_user, cleo, cohort):
    """Upload a file; `mapping(choices)` answers its mapping page until nothing more is asked."""
    client = as_user(cleo)

    def url(name, one):
        return reverse(f"admin:applications_rosterupload_{name}", args=[one.public_id])

    def upload(content, role="mentee"):
        file = SimpleUploadedFile("in.csv", content.encode())
        add = reverse("admin:applications_rosterupload_add")
        client.post(add, {"cohort": cohort.pk, "role": role, "file": file})
        jobs.run_due()
        return form()

    def form():
        response = client.get(url("columns", RosterUpload.system.latest("pk")))
        return response.context["form"]

    def post(meanings=None, **choices):
        shown = form()
        data = {name: shown[name].value() for name in shown.fields}
        data = {name: one for name, one in data.items() if one not in (None, False)}
        for name, asked in shown.answers.items():
            data[name] = (meanings or {}).get(asked.answer, "")
        data |= {"state": "submitted", **choices}
        client.post(url("columns", RosterUpload.system.latest("pk")), data)
        jobs.run_due()
        job = RosterJob.system.latest()
        if job.purpose == "check" and not job.counts["problems"]:
            client.post(url("import", job.upload))
            jobs.run_due()
        return RosterJob.system.latest()

    upload.form, upload.post = form, post
    return upload


@pytest.fixture
def words(program):
    for n, name in enumerate(["Pay", "Change", "Hiring"]):
        Topic.objects.create(program=program, code=f"t{n}", names={"en": name}, position=n)


def topics():
    return sorted(str(row) for row in Application.objects.get().topic_rows.all())


class TestGrids:
    FILE = (
        "Email,Name,Topics [Pay],Topics [Change],Topics [Hiring]\n"
        "a@example.org,A Holm,Definitely,x,No\n"
    )
    COLUMNS = {f"{kind}-{n}": value for n in (2, 3, 4)
               for kind, value in (("field", "topics"), ("split", GRID))}  # fmt: skip

    def test_the_headings_are_the_answers_and_unclear_cells_are_asked(self, mapping, words):
        mapping(self.FILE)
        mapping.post(**self.COLUMNS)
        asked = mapping.form().answers
        assert list(asked.values()) == [AskedAnswer("topics", "Definitely", in_grid=True)]
        mapping.post({"Definitely": "true"})
        assert topics() == ["Change", "Pay"]

    def test_what_a_cell_means_is_remembered(self, mapping, words):
        mapping(self.FILE)
        mapping.post(**self.COLUMNS)
        mapping.post({"Definitely": "false"})
        assert topics() == ["Change"]
        again = mapping(self.FILE.replace("a@", "b@"), role="mentor")
        assert [again.fields[f"split-{n}"].initial for n in (2, 3, 4)] == [GRID] * 3
        mapping.post()
        assert Application.objects.get(role="mentor").topic_rows.count() == 1

    def test_a_cell_that_no_one_has_explained_stops_the_import(self, mapping, words):
        mapping(self.FILE)
        mapping.post(**self.COLUMNS)
        job = mapping.post({"Definitely": ""})
        assert job.purpose == "read"  # asked again
        assert not Application.objects.exists()

    @pytest.mark.parametrize(
        ("heading", "option"),
        [
            ("Topics [Pay]", "Pay"),
            ("Which topics?: Pay and benefits", "Pay and benefits"),
            ("Skill: Public speaking", "Public speaking"),
            ("Pay", "Pay"),
        ],
    )
    def test_the_option_is_found_in_the_heading(self, heading, option):
        assert option_of(heading) == option


class TestOneRowPerAnswer:
    FILE = (
        "Email,Name,Interest,Rank,Not with\n"
        "a@example.org,A Holm,Change,2,\n"
        "b@example.org,B Rask,Pay,,\n"
        "a@example.org,A Holm,Hiring,1,Bo Lu\n"
        "a@example.org,A Holm,Pay,3,\n"
    )
    COLUMNS = {"field-2": "topics", "field-3": "rank", "field-4": "avoid"}

    def test_the_rows_of_a_person_are_one_application(self, mapping, words):
        mapping(self.FILE)
        mapping.post(**self.COLUMNS, twice="join")
        assert Application.objects.count() == 2
        ranked = Application.objects.get(person__name="A Holm").topic_rows.order_by("-weight")
        assert [(str(row), row.weight) for row in ranked] == [
            ("Hiring", 3),
            ("Change", 2),
            ("Pay", 1),
        ]
        assert NamedWish.system.get().written == "Bo Lu"

    def test_rows_that_contradict_each_other_are_reported(self, mapping, words):
        mapping(self.FILE.replace("A Holm,Hiring", "A. Holm,Hiring"))
        job = mapping.post(**self.COLUMNS, twice="join")
        assert "This differs from row 2 of the same person" in str(job.report["problems"])

    def test_a_rank_without_joined_rows_is_refused(self):
        text = '[fields.email]\ncolumn = "E"\n[fields.name]\ncolumn = "N"\n'
        with pytest.raises(BadMap, match="A rank counts only if"):
            read_map(text + '[fields.rank]\ncolumn = "R"\n')


class TestUsualTimes:
    @pytest.mark.parametrize(
        ("text", "slots"),
        [
            ("Tuesday evening", ["tue-evening"]),
            ("mon-morning", ["mon-morning"]),
            ("Saturday and Sunday mornings", ["sat-morning", "sun-morning"]),
            ("Jeudi soir", ["thu-evening"]),
            ("Weekend afternoons", ["sat-afternoon", "sun-afternoon"]),
            ("Evenings", None),
            ("Tuesday", None),
            ("Tuesday evening after 7", None),
            ("Whenever", None),
        ],
    )
    def test_they_are_read_as_people_write_them(self, text, slots):
        assert read_times(text) == slots

    def test_others_are_asked_and_stored_as_chosen(self, mapping):
        mapping("Email,Name,When\na@example.org,A Holm,Tuesday evening;Evenings;Whenever\n")
        mapping.post(**{"field-2": "availability", "split-2": ";"})
        asked = {one.answer: one.choices() for one in mapping.form().answers.values()}
        assert asked.keys() == {"Evenings", "Whenever"}
        workdays = "mon-evening tue-evening wed-evening thu-evening fri-evening"
        assert (workdays, "Monday to Friday, Evening") in asked["Evenings"]
        mapping.post({"Evenings": workdays, "Whenever": "-"})
        assert Application.objects.get().person.profile.availability == workdays.split()

    def test_the_choices_are_translated(self):
        with translation.override("fr"):
            labels = dict(AskedAnswer("availability", "Mardi").choices())
        assert labels["tue-evening"] == "mardi, Soir"


class TestMeanings:
    @pytest.mark.parametrize(
        ("field", "answer", "nearest"),
        [
            ("capacity", "2 or 3", "2"),
            ("capacity", "I am willing to take on two mentees.", "2"),
            ("capacity", "I can do this one! Give me three mentees.", "3"),
            ("capacity", "Deux personnes", "2"),
            ("years_experience", "more than 10 years", "10"),
            ("level", "Mid-career professional", "3"),
            ("rhythm_days", "each month", "30"),
            ("mode", "on-line", "online"),
            ("time_zone", "Europe, Berlin", "Europe/Berlin"),
            ("language", "Francais", "fr"),
        ],
    )
    def test_each_kind_of_word_is_asked_with_the_nearest_first(self, field, answer, nearest):
        assert AskedAnswer(field, answer).choices()[0][0] == nearest

    def test_an_answer_can_mean_nothing(self, mapping):
        mapping("Email,Name,Mentees\na@example.org,A Holm,it depends\n", role="mentor")
        mapping.post(**{"field-2": "capacity"})
        mapping.post({"it depends": "-"})
        assert Application.objects.get().capacity is None

    @pytest.mark.parametrize(
        ("field", "understood", "asked", "stored"),
        [
            ("capacity", "2", "Three please", "3"),
            ("years_experience", "7", "more than 10", "10"),
            ("level", "Mid career", "Middle", "3"),
            ("mode", "online", "By phone", "online"),
            ("rhythm_days", "30", "each month", "30"),
            ("language", "Français", "Francais", "fr"),
            ("time_zone", "Eastern Time (US & Canada)", "Berlin", "Europe/Berlin"),
            ("is_first_time", "no", "Never before", "true"),
            ("commitment", "yes", "Of course", "true"),
        ],
    )
    def test_explaining_one_answer_leaves_the_others_understood(
        self, mapping, field, understood, asked, stored
    ):
        rows = "".join(
            f'{letter}@example.org,{name},"{text}"\n'
            for letter, name, text in (("a", "A Holm", understood), ("b", "B Li", asked))
        )
        mapping(f"Email,Name,Column\n{rows}", role="mentor")
        mapping.post(**{"field-2": field})
        job = mapping.post({asked: stored})
        assert (job.report.get("problems"), Application.objects.count()) == ([], 2)

    def test_they_are_offered_for_the_other_role(self, mapping):
        file = "Email,Name,Stage\na@example.org,A Holm,Middle\n"
        mapping(file)
        mapping.post(**{"field-2": "level"})
        mapping.post({"Middle": "3"})
        again = mapping(file.replace("a@", "b@"), role="mentor")
        assert again.fields["field-2"].initial == "level"
        mapping.post()
        assert Application.objects.get(role="mentor").person.profile.level == 3


class TestEachColumnHasItsOwnChoices:
    def test_empty_cells_erase_only_for_the_chosen_column(self, mapping):
        mapping("Email,Name,Town,Town\na@example.org,A Holm,,Elora\n")
        mapping.post(**{"field-2": "place", "field-3": "place", "clear-3": "clear", "field-9": ""})
        shown = read_map(RosterUpload.system.get().map_text)
        assert shown.fields["place"].clears == {"town (2)"}

    def test_a_yes_or_no_column_makes_two_applications(self, mapping):
        file = (
            "Email,Name,Both mentor and mentee\na@example.org,A Holm,yes\nb@example.org,B Li,no\n"
        )
        assert mapping(file).fields["field-2"].initial == "both"
        mapping.post()
        assert sorted(Application.objects.values_list("person__name", "role")) == [
            ("A Holm", "mentee"),
            ("A Holm", "mentor"),
            ("B Li", "mentee"),
        ]

    def test_another_word_than_yes_or_no_is_asked_and_remembered(self, mapping):
        file = "Email,Name,Two roles\na@example.org,A Holm,Both please\nb@example.org,B Li,Later\n"
        mapping(file)
        mapping.post(**{"field-2": "both"})
        asked = mapping.form().answers
        assert [one.answer for one in asked.values()] == ["Both please", "Later"]
        assert mapping.post().purpose == "read"  # asked again
        mapping.post({"Both please": "true", "Later": "false"})
        assert sorted(Application.objects.values_list("person__name", "role")) == [
            ("A Holm", "mentee"),
            ("A Holm", "mentor"),
            ("B Li", "mentee"),
        ]
        assert mapping(file.replace("@", "2@")).fields["field-2"].initial == "both"
        mapping.post()
        assert Application.objects.count() == 6

    @pytest.mark.parametrize("heading", ["Languages", "Langues parlées", "Languages to meet in:"])
    def test_the_languages_to_meet_in_are_found_by_their_heading(self, mapping, heading):
        form = mapping(f'Email,Name,{heading}\na@example.org,A Holm,"English, French"\n')
        assert [form.fields[f"{kind}-2"].initial for kind in ("field", "split")] == [
            "languages",
            ",",
        ]

    def test_what_only_a_maps_text_can_say_is_kept(self, mapping, words):
        mapping("Email,Name,Topics\na@example.org,A Holm,Skill: Pay\n")
        upload = RosterUpload.system.get()
        upload.map_text = (
            '[fields.email]\ncolumn = "Email"\n[fields.name]\ncolumn = "Name"\n'
            '[fields.topics]\ncolumn = "Topics"\nremove = "Skill: "\nweight = 3\n'
            '[fields.mode]\ndefault = "online"\n'
        )
        upload.save()
        mapping.post()
        assert [(str(row), row.weight) for row in Application.objects.get().topic_rows.all()] == [
            ("Pay", 3)
        ]
        assert Application.objects.get().mode == "online"


def test_a_grid_can_be_a_question_of_the_program(mapping, program):
    file = "Email,Name,Where? [North],Where? [South]\na@example.org,A Holm,Maybe,Yes\n"
    mapping(file)
    mapping.post(**{"field-2": "own", "split-2": GRID, "field-3": "own", "split-3": GRID})
    assert [one.answer for one in mapping.form().answers.values()] == ["Maybe"]
    mapping.post({"Maybe": "true"})
    question = program.questions.get()
    assert question.heading == "Where?"
    (answers,) = read_answers(Application.objects.all()).values()
    assert answers["attributes.Where?"] == ["North", "South"]


def test_an_empty_answer_to_a_question_of_the_program_is_no_answer(mapping):
    mapping("Email,Name,Shoe size\na@example.org,A Holm,38\nb@example.org,B Li,\n")
    job = mapping.post(**{"field-2": "own", "clear-2": "clear"})
    assert (job.error, job.counts["created"]) == ("", 2)


@pytest.mark.parametrize("field", ["role", "both", "level", "mode", "rhythm_days", "commitment"])
def test_what_an_answer_may_mean_is_said_in_the_members_language(field):
    asked = AskedAnswer(field, "?")
    with translation.override("fr"):
        french = dict(asked.choices())
    english = dict(asked.choices())
    assert french.keys() == english.keys()
    assert not set(french.values()) & set(english.values()) - {"mentor"}


class TestMergedWords:
    FILE = "Email,Name,Topics\na@example.org,A Holm,Skill: Pay;Change\n"

    def test_a_later_file_with_a_merged_word_means_the_kept_one(self, mapping, words):
        mapping(self.FILE)
        mapping.post(create="on")
        merge_words(Topic.objects.get(code="t0"), [Topic.objects.get(names__en="Skill: Pay")])
        mapping(self.FILE.replace("a@", "b@"))
        job = mapping.post(create="on")
        assert job.report["words"] == []
        rows = Application.objects.get(person__email="b@example.org").topic_rows.all()
        assert sorted(str(row) for row in rows) == ["Change", "Pay"]

    def test_an_import_can_be_undone_after_its_words_were_merged(self, mapping, words):
        mapping(self.FILE)
        mapping.post(create="on")
        added = Topic.objects.get(names__en="Skill: Pay")
        merge = merge_words(Topic.objects.get(code="t0"), [added])
        undone = undo_import(RosterJob.system.latest(), cohort=Cohort.objects.get(), at=merge.at)
        assert (undone.undone, undone.refused) == (1, [])
        assert not Application.objects.exists()
        assert undo_merge(merge, at=merge.at).refused == 1  # no one has chosen it any more
        added.refresh_from_db()
        assert added.retired_on is None
