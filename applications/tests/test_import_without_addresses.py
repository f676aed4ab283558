"""People without an e-mail address: known by id or name; no e-mail until an address is there."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.adding_address import add_address
from applications.forms.rosters import ColumnsForm
from applications.importing import BadMap, read_map, read_table
from applications.importing.summaries import summarize
from applications.models import Application, NamedWish, RosterJob
from notifications.dispatch import Dispatcher
from notifications.models import Notification
from notifications.outbox import enqueue
from testkit import factories
from workflow import jobs

pytestmark = pytest.mark.django_db

NAMES = "Name,Town,Not with\nIva Horn,Elora,Bo Rask\nBo Rask,Fergus,\n"
FIELDS = ("name", "place", "avoid")
WITHOUT = {"import_without_address": "on"}


def iva():
    return User.objects.get(name="Iva Horn")


class TestImport:
    def test_people_come_in_by_name_and_again_change_nothing(self, bring):
        check, _done = bring(NAMES, *FIELDS, **WITHOUT)
        assert "no e-mail address yet" in check
        assert (iva().address, iva().has_address) == ("", False)
        assert NamedWish.system.get().person.name == "Bo Rask"
        assert not EmailAddress.objects.filter(user=iva()).exists()
        bring(NAMES, *FIELDS, **WITHOUT)
        assert RosterJob.system.latest().counts["unchanged"] == 2
        assert User.objects.filter(name__in=("Iva Horn", "Bo Rask")).count() == 2

    def test_a_name_in_another_spelling_is_the_same_person(self, bring):
        bring("Name\nSeán O’Brien\n", "name", **WITHOUT)
        check, _done = bring("Name,Town\nO'Brien Sean,Elora\n", "name", "place", **WITHOUT)
        assert "Known by the name as Seán O’Brien." in check
        assert Application.objects.count() == 1

    def test_an_id_counts_before_the_name(self, bring):
        bring("No,Name\n7,Iva Horn\n8,Iva Horn\n", "key", "name", **WITHOUT)
        check, _done = bring("No,Name,Town\n7,Iva Horn-Lee,Elora\n9,Iva Horn,Fergus\n",
                             "key", "name", "place", **WITHOUT)  # fmt: skip
        assert "Known by the id as Iva Horn." in check
        assert sorted(Application.objects.values_list("external_key", "person__name")) == [
            ("7", "Iva Horn-Lee"),
            ("8", "Iva Horn"),
            ("9", "Iva Horn"),
        ]

    def test_several_people_of_one_name_are_reported(self, bring):
        bring("No,Name\n7,Iva Horn\n8,Iva Horn\n", "key", "name", **WITHOUT)
        check, _done = bring("Name,Town\nIva Horn,Elora\n", "name", "place", **WITHOUT)
        assert "Several people have this name." in check
        check, _done = bring("Name\nIda Lo\nIda Lo\n", "name", **WITHOUT)
        assert "This is the same person as in row 2." in check

    def test_people_of_other_programs_are_not_found_by_name(self, bring):
        other = factories.application(factories.person("Iva Horn"), factories.cohort())
        bring(NAMES, *FIELDS, **WITHOUT)
        assert not Application.objects.filter(person=other.person).exclude(pk=other.pk).exists()

    def test_without_the_choice_an_address_is_needed(self):
        with pytest.raises(BadMap, match="choose to import people without an e-mail address"):
            read_map('[fields.name]\ncolumn = "Name"\n')

    def test_both_choices_about_such_rows_are_refused(self):
        table = summarize(read_table(NAMES.encode()))
        form = ColumnsForm(
            QueryDict("state=submitted&import_without_address=on&skip_without_address=on"),
            table=table,
            roster=None,
        )
        assert "either left out or imported" in str(form.errors["import_without_address"])


class TestALaterFileWithAddresses:
    FILE = "Email,Name\niva@example.org,Iva Horn\n"

    def test_it_gives_them_to_the_people_by_name(self, bring):
        bring(NAMES, *FIELDS, **WITHOUT)
        before = iva().pk
        check, _done = bring(self.FILE)
        assert "Known by the name as Iva Horn. The e-mail address is new." in check
        assert "– &rarr; iva@example.org" in check
        assert (iva().pk, iva().email) == (before, "iva@example.org")
        assert EmailAddress.objects.get(user=iva()).email == "iva@example.org"
        bring(self.FILE)
        assert RosterJob.system.latest().counts["unchanged"] == 1

    def test_undoing_takes_them_away_again(self, bring, as_user, cleo):
        bring(NAMES, *FIELDS, **WITHOUT)
        email = iva().email
        bring(self.FILE)
        job = RosterJob.system.filter(purpose="import").latest()
        as_user(cleo).post(reverse("admin:applications_rosterupload_undo", args=[job.public_id]))
        jobs.run_due()
        assert iva().email == email
        assert not EmailAddress.objects.filter(user=iva()).exists()

    def test_someone_with_an_address_keeps_it(self, bring):
        bring("Email,Name\nold@example.org,Iva Horn\n")
        bring(self.FILE)  # perhaps someone else of this name
        assert User.objects.filter(name="Iva Horn").count() == 2


@pytest.fixture
def waiting(bring):
    """An e-mail to someone without an address."""
    bring(NAMES, *FIELDS, **WITHOUT)
    application = Application.objects.get(person=iva())
    enqueue("application-received", to=application.person, about=application)
    return Notification.system.get()


def send(at=None):
    return Dispatcher(clock=lambda: at or timezone.now(), applies_delivery_rules=False).run()


class TestEmails:
    def test_none_is_sent_until_an_address_is_there(self, waiting, cleo):
        assert send() == 0
        row = Notification.system.get(pk=waiting.pk)
        assert (row.state, mail.outbox) == (Notification.State.PENDING, [])
        add_address(Application.objects.get(person=iva()), "Iva@Example.org", by=cleo)
        assert send(timezone.now() + timedelta(seconds=1)) == 1
        assert mail.outbox[0].to == ["iva@example.org"]


class TestByHand:
    @pytest.fixture
    def post(self, waiting, as_user, cleo):
        application = Application.objects.get(person=iva())
        url = reverse("admin:applications_application_address", args=[application.pk])

        def post(email, user=cleo):
            data = {"address-email": email}
            return as_user(user).post(url, data, follow=True).content.decode()

        return post

    def test_a_member_adds_it_on_the_review_page(self, post):
        assert "go to iva@example.org from now on" in post("iva@example.org")
        assert iva().email == "iva@example.org"

    def test_the_second_time_and_a_taken_or_broken_address_are_refused(self, post, cleo):
        assert "This e-mail address is taken" in post(cleo.email)
        assert 'href="#id_address-email">E-mail address – Enter a valid' in post("iva")
        post("iva@example.org")
        assert "has an e-mail address already" in post("other@example.org")
        assert iva().email == "iva@example.org"

    def test_readers_add_none(self, waiting, program):
        reader = factories.member(program=program, role="reader")
        with pytest.raises(ActionNotAllowed):
            add_address(Application.objects.get(person=iva()), "iva@example.org", by=reader)
