"""The preview shows people, new words and what is left out; an import can be undone for a day."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from applications.importing.import_jobs import erase_expired_uploads
from applications.models import Application, ImportedRow, NamedWish, RosterJob, RosterUpload
from applications.named_wishes import decide_wish
from programs.models import Topic
from testkit import factories
from workflow import jobs
from workflow.models import Transition

pytestmark = pytest.mark.django_db

FILE = (
    "Email,Name,Topics,Please not with,Employer,Shoe size\n"
    "iva@example.org,Iva Horn,Hiring;Change,Bo Rask,Fjord Co,38\n"
    "ude@example.org,Ud&eacute; Lim,Hiring,,Fjord Co,40\n"
)
FIELDS = ("email", "name", "topics", "avoid", "employer", "")
# Of an import itself: what is stored about it stays.
TOUCHED = {"accounts", "account", "applications", "programs", "workflow"}
ABOUT_IMPORTS = {"RosterUpload", "RosterJob", "Session", "UserSession", "LogEntry"}


def tables():
    """Return {table: rows as text} of everything that an import may touch."""
    found = {}
    for model in apps.get_models():
        app = model._meta.app_label
        if app in TOUCHED and model.__name__ not in ABOUT_IMPORTS:
            rows = getattr(model, "system", model._base_manager).values()
            found[model._meta.label] = sorted(str({**row, "last_login": None}) for row in rows)
    return found


@pytest.fixture
def press(as_user, cleo):
    """Press a button of a job and let the worker do its work; returns the page of the last job."""

    def press(name, job, user=cleo, **data):
        client = as_user(user)
        url = reverse(f"admin:applications_rosterupload_{name}", args=[job.public_id])
        response = client.post(url, data)
        jobs.run_due()
        if response.status_code != 302:
            return response
        last = RosterJob.system.order_by("pk").last()
        return (
            last
            and client.get(
                reverse("admin:applications_rosterupload_job", args=[last.public_id])
            ).content.decode()
        )

    return press


def last_import():
    return RosterJob.system.filter(purpose="import").latest()


class TestPreview:
    def test_it_shows_people_as_they_would_be_stored(self, bring):
        check, _done = bring(FILE, *FIELDS, create="on")
        assert "As they would be stored" in check
        for text in ("Iva Horn", "iva@example.org", "Hiring (new), Change (new)", "Fjord Co"):
            assert text in check
        assert "“Bo Rask” fits no one who has applied so far." in check

    def test_a_wish_that_was_found_says_whom_it_means(self, bring):
        bring("Email,Name\nbo@example.org,Bo Rask\n", role="mentor")
        check, _done = bring(FILE, *FIELDS, create="on")
        assert "“Bo Rask” is Bo Rask." in check

    def test_columns_that_are_left_out_are_named(self, bring):
        check, _done = bring(FILE, *FIELDS, create="on")
        assert "Columns left out" in check
        assert "<li>Shoe size</li>" in check

    def test_broken_letters_are_shown(self, bring):
        check, _done = bring(FILE, *FIELDS, create="on")
        assert "Row 3, Name: “Ud&amp;eacute; Lim”: letters look broken." in check


class TestNewWords:
    @pytest.fixture
    def check(self, bring, program):
        """A check of a file with a word that is nearly known, without leave to add words."""
        for n, name in enumerate(["Work–life balance", "Pay"]):
            Topic.objects.create(program=program, code=f"t{n}", names={"en": name})
        file = "Email,Name,Topics\na@example.org,A B,Work life ballance;Falconry;Other\n"
        bring(file, "email", "name", "topics")
        return RosterJob.system.filter(purpose="check").latest()

    def test_each_can_be_a_known_word_a_new_one_or_left_out(self, check, press):
        words = {word["word"]: n for n, word in enumerate(check.report["words"])}
        assert check.report["words"][words["Work life ballance"]]["nearest"][0] == (
            "Work–life balance"
        )
        choices = {
            f"word-{words['Work life ballance']}": "=Work–life balance",
            f"word-{words['Falconry']}": "+",
            f"word-{words['Other']}": "-",
        }
        assert "Falconry (new)" in press("words", check, **choices)
        press("import", check.upload)
        topics = Application.objects.get().topic_rows.all()
        assert sorted(str(row) for row in topics) == ["Falconry", "Work–life balance"]

    def test_the_choices_stay_when_the_columns_are_mapped_again(self, check, press):
        press("words", check, **{f"word-{n}": "-" for n in range(3)})
        columns = {"field-0": "email", "field-1": "name", "field-2": "topics", "split-2": ";"}
        press("columns", check.upload, state="submitted", **columns)
        press("import", check.upload)
        assert not Application.objects.get().topic_rows.exists()

    def test_without_new_words_nothing_is_checked_again(self, bring, press):
        bring("Email,Name\na@example.org,A\n")
        before = RosterJob.system.count()
        press("words", RosterJob.system.filter(purpose="check").latest())
        assert RosterJob.system.count() == before

    def test_another_programs_chair_chooses_nothing(self, check, press):
        other = factories.member(program=factories.program(), role="chair")
        assert press("words", check, user=other).status_code == 404


class TestUndo:
    def test_it_puts_back_exactly_what_was(self, bring, press):
        before = tables()
        bring(FILE, *FIELDS, create="on")
        assert tables() != before
        page = press("undo", last_import())
        assert "2 applications were put back" in page
        assert tables() == before

    def test_import_undo_and_import_again_is_as_if_imported_once(self, bring, press):
        bring(FILE, *FIELDS, create="on")
        press("undo", last_import())
        bring(FILE, *FIELDS, create="on")
        assert Application.objects.count() == 2
        assert last_import().counts["created"] == 2

    def test_people_who_were_changed_get_their_old_answers_back(self, bring, press):
        bring(FILE, *FIELDS, create="on")
        before = tables()
        changed = FILE.replace("Hiring;Change", "Pay").replace("Fjord Co", "Rim")
        bring(changed, *FIELDS, create="on")
        press("undo", last_import())
        after = tables()
        for rows in (before, after):  # new rows of the same wish have new ids
            rows.pop("applications.ApplicationTopic")
        assert before.pop("applications.ReviewStep") == []
        steps = after.pop("applications.ReviewStep")  # their history says that it was undone
        assert steps
        assert all("'import_undone'" in row for row in steps)
        assert after == before
        iva = Application.objects.get(person__email="iva@example.org")
        assert sorted(str(row) for row in iva.topic_rows.all()) == ["Change", "Hiring"]

    @pytest.mark.parametrize(
        ("act", "reason"),
        [
            (lambda one: User.objects.filter(pk=one.person_id).update(name="I. H."), "changed"),
            (lambda one: Application.objects.filter(pk=one.pk).update(version=1), "worked on"),
            (
                lambda one: User.objects.filter(pk=one.person_id).update(last_login=timezone.now()),
                "signed in",
            ),
            (
                lambda one: Transition.objects.create(
                    about_type="applications.application", about_id=one.pk, from_state="submitted",
                    to_state="accepted", at=timezone.now(),
                ),
                "The committee has worked",
            ),
        ],
    )  # fmt: skip
    def test_a_person_who_has_acted_since_stays_and_is_listed(self, bring, press, act, reason):
        bring(FILE, *FIELDS, create="on")
        act(Application.objects.get(person__email="iva@example.org"))
        page = press("undo", last_import())
        assert [one.person.email for one in Application.objects.all()] == ["iva@example.org"]
        assert reason in page

    def test_it_is_refused_after_a_day_and_the_second_time(self, bring, press, as_user, cleo):
        bring(FILE, *FIELDS, create="on")
        RosterJob.system.update(created_at=timezone.now() - timedelta(hours=25))
        press("undo", last_import())
        assert Application.objects.count() == 2
        RosterJob.system.update(created_at=timezone.now())
        press("undo", last_import())
        press("undo", last_import())
        assert RosterJob.system.filter(purpose="undo").count() == 1

    def test_what_was_before_is_erased_after_a_day(self, bring):
        bring(FILE, *FIELDS, create="on")
        erase_expired_uploads(timezone.now())
        assert ImportedRow.system.filter(changes_json__isnull=False).count() == 2
        erase_expired_uploads(timezone.now() + timedelta(hours=25))
        assert not ImportedRow.system.filter(changes_json__isnull=False).exists()

    def test_a_reader_and_another_programs_chair_undo_nothing(self, bring, press, program):
        bring(FILE, *FIELDS, create="on")
        for user in (
            factories.member(program=program, role="reader"),
            factories.member(program=factories.program(), role="chair"),
        ):
            assert press("undo", last_import(), user=user).status_code == 404


def test_a_wish_that_stays_keeps_whom_it_means(bring, cleo):
    bring(FILE, *FIELDS, create="on")
    decide_wish(NamedWish.system.get(), [], by=cleo)
    bring(FILE.replace("Bo Rask", "Bo Rask;Lu Xo"), *FIELDS, **{"split-3": ";"})
    decided = {wish.written: bool(wish.decided_at) for wish in NamedWish.system.all()}
    assert decided == {"Bo Rask": True, "Lu Xo": False}


class TestOrigin:
    def test_the_application_and_the_person_say_where_they_came_from(self, bring, as_user, cleo):
        bring(FILE, *FIELDS, create="on")
        iva = Application.objects.get(person__email="iva@example.org")
        history = reverse("admin:applications_application_history", args=[iva.pk])
        page = as_user(cleo).get(history).content.decode()
        assert "Application made from people.csv, row 2" in page
        person = reverse("admin:accounts_user_change", args=[iva.person_id])
        assert "people.csv, row 2, on" in as_user(cleo).get(person).content.decode()


class TestList:
    def test_it_says_how_far_each_import_is(self, bring, as_user, cleo, press):
        url = reverse("admin:applications_rosterupload_changelist")
        bring(FILE, *FIELDS)  # words are not known and may not be added
        assert "Go on: fix what the check found" in as_user(cleo).get(url).content.decode()
        bring(FILE, *FIELDS, create="on")
        assert "Imported" in as_user(cleo).get(url).content.decode()
        press("undo", last_import())
        assert "Undone" in as_user(cleo).get(url).content.decode()

    def test_a_file_that_was_not_imported_can_be_deleted(self, bring, press):
        bring(FILE, *FIELDS)
        RosterJob.system.filter(purpose="import").delete()
        press("discard", RosterUpload.system.get())
        assert not RosterUpload.system.exists()

    def test_a_file_that_was_imported_stays_in_the_list(self, bring, press):
        bring(FILE, *FIELDS, create="on")
        press("discard", RosterUpload.system.get())
        assert RosterUpload.system.exists()

    def test_going_on_opens_the_last_page(self, bring, as_user, cleo):
        bring(FILE, *FIELDS)
        upload = RosterUpload.system.get()
        url = reverse("admin:applications_rosterupload_change", args=[upload.pk])
        job = RosterJob.system.latest()
        assert as_user(cleo).get(url).url == reverse(
            "admin:applications_rosterupload_job", args=[job.public_id]
        )
