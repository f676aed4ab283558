"""People come to a committee by invitation, and hear of it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from checkins.care_access import deputies_of
from notifications import work_hours
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.deputy_emails import DEPUTY_ENDS, deputy_leaves, tell_of_ending_deputies
from programs.members import invite_member
from programs.models import Membership, Program, Topic
from testkit import factories

ADD = "/admin/programs/membership/add/"


def data(program, **changes):
    today = timezone.localdate().isoformat()
    return {
        "email": "nora@example.org",
        "name": "Nora Face",
        "program": program.pk,
        "role": "carer",
        "since": today,
        **changes,
    }


def sent_to(address):
    deliver_due_emails()
    return [message for message in mail.outbox if message.to == [address]]


def test_a_new_member_hears_of_the_role(as_user, cleo, program):
    as_user(cleo).post(ADD, data(program))
    [message] = sent_to("nora@example.org")
    assert message.subject == f"You are on the committee of {program.name}"
    assert "As a carer you look after pairs" in message.body
    assert "To sign in, enter nora@example.org." in message.body


def test_the_page_says_when_a_new_member_hears_of_it(as_user, cleo, program, dan):
    since = (timezone.localdate() + timedelta(days=10)).isoformat()
    client = as_user(cleo)
    page = client.post(ADD, data(program), follow=True).content.decode()
    assert "E-mail about the new role: Nora Face at once." in page
    page = client.post(ADD, data(program, role="reader", since=since), follow=True)
    assert "E-mail about the new role: Nora Face on " in page.content.decode()
    work_hours.choose(dan, 7, at=timezone.now())
    page = client.post(ADD, data(program, email=dan.email, name=""), follow=True)
    assert f"E-mail about the new role: {dan.name} on " in page.content.decode()


def test_the_same_role_twice_is_an_error_and_one_email(as_user, cleo, program):
    for _time in range(2):
        page = as_user(cleo).post(ADD, data(program))
    assert "This person already has this role." in page.content.decode()
    assert len(sent_to("nora@example.org")) == 1


def test_a_role_that_begins_later_is_announced_when_it_begins(as_user, cleo, program):
    since = timezone.localdate() + timedelta(days=10)
    as_user(cleo).post(ADD, data(program, since=since.isoformat()))
    assert sent_to("nora@example.org") == []
    assert timezone.localdate(Notification.system.get(kind="committee-role").due_at) == since


def test_a_role_that_ended_meanwhile_is_not_announced(program):
    membership = invite_member(program, email="nora@example.org", role="reader")
    Membership.objects.filter(pk=membership.pk).update(
        since=timezone.localdate() - timedelta(days=9), until=timezone.localdate()
    )
    assert sent_to("nora@example.org") == []


def test_another_confirmed_address_is_the_same_person(program, dan):
    dan.emailaddress_set.create(email="dan.work@example.org", verified=True)
    assert invite_member(program, email="Dan.Work@example.org", role="reader").user == dan


@pytest.mark.django_db
def test_someone_new_gets_the_language_and_time_zone_of_the_program():
    program = factories.program(language="fr", time_zone="America/Toronto")
    person = invite_member(program, email="new@example.org", role="reader").user
    assert (person.language, person.time_zone) == ("fr", "America/Toronto")


def test_no_one_is_their_own_deputy(as_user, cleo, program):
    carer = factories.member("Cara", program=program, role="carer")
    url = f"/admin/programs/membership/{Membership.objects.get(user=carer).pk}/change/"
    assert "No one is their own deputy." in (
        as_user(cleo).post(url, {"until": "", "deputy": carer.pk}).content.decode()
    )
    assert as_user(cleo).post(url, {"until": "", "deputy": cleo.pk}).status_code == 302


@pytest.fixture
def carer(program):
    return factories.member("Cara Wood", program=program, role="carer")


def page_of(person):
    return f"/admin/programs/membership/{Membership.objects.get(user=person).pk}/change/"


@pytest.mark.parametrize("who", ["elsewhere", "former", "coming", "nobody", "inactive"])
def test_only_a_member_of_today_is_named_as_deputy(as_user, cleo, program, carer, dan, who):
    today = timezone.localdate()
    if who != "nobody":
        dates = {"elsewhere": (1, None), "former": (9, today), "coming": (-3, None)}
        since, until = dates.get(who, (1, None))
        Membership.objects.create(
            user=dan,
            program=factories.program() if who == "elsewhere" else program,
            role="carer",
            since=today - timedelta(days=since),
            until=until,
        )
    User.objects.filter(pk=dan.pk).update(is_active=who != "inactive")
    page = as_user(cleo).post(page_of(carer), {"until": "", "deputy": dan.pk})
    assert list(page.context["adminform"].form.errors) == ["deputy"]
    assert "has a role in this committee today" in page.content.decode()
    assert Membership.objects.get(user=carer).deputy is None


def test_a_chair_hears_whose_deputy_leaves_when_a_role_ends(as_user, cleo, program, carer, dan):
    role = Membership.objects.create(user=dan, program=program, role="reader")
    Membership.objects.filter(user=carer).update(deputy=dan)
    client, day = as_user(cleo), timezone.localdate() + timedelta(days=9)
    ends = {"until": day.isoformat(), "deputy": ""}
    page = client.post(page_of(dan), ends, follow=True).content.decode()
    assert f"{dan.name} has no role in this committee and can&#x27;t be the deputy of Cara" in page
    assert "Choose another deputy for them." in page
    Membership.objects.create(user=dan, program=program, role="matcher")  # another role stays
    page = client.post(f"/admin/programs/membership/{role.pk}/change/", ends, follow=True)
    assert "Choose another deputy" not in page.content.decode()


def test_a_chair_hears_that_a_deputy_leaves_before_the_carer(as_user, cleo, program, carer, dan):
    day = timezone.localdate() + timedelta(days=9)
    Membership.objects.create(user=dan, program=program, role="reader", until=day)
    data = {"until": "", "deputy": dan.pk}
    page = as_user(cleo).post(page_of(carer), data, follow=True).content.decode()
    assert "Choose another deputy for them." in page
    data["until"] = day.isoformat()
    page = as_user(cleo).post(page_of(carer), data, follow=True).content.decode()
    assert "Choose another deputy for them." not in page


def test_a_deputy_who_left_acts_for_no_one_and_the_pages_say_so(as_user, cleo, program, carer, dan):
    role = Membership.objects.create(user=dan, program=program, role="reader")
    Membership.objects.filter(user=carer).update(deputy=dan)
    listed = "/admin/programs/membership/?ends=deputy"
    assert Membership.objects.acting_as_carer(dan).get().user == carer
    assert deputies_of(carer, program) == [dan]
    assert carer.name not in as_user(cleo).get(listed).content.decode()
    since = timezone.localdate() - timedelta(days=9)
    Membership.objects.filter(pk=role.pk).update(since=since, until=timezone.localdate())
    assert not Membership.objects.acting_as_carer(dan).exists()
    assert deputies_of(carer, program) == []
    assert carer.name in as_user(cleo).get(listed).content.decode()
    page = as_user(cleo).get(page_of(carer)).content.decode()
    assert f"{dan.name} has no role in this committee any more. Choose another deputy." in page


@pytest.mark.django_db
def test_the_first_chair_needs_one_command(capsys):
    for _time in range(2):
        call_command("invite_chair", "Ruth@Example.org", program="HR chapter", template="hr")
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("ruth@example.org is a chair of HR chapter.")
    assert told[1] == "ruth@example.org is already a chair of HR chapter."
    program = Program.objects.get()
    assert (program.slug, program.is_public, program.policy.small_group) == ("hr-chapter", False, 5)
    assert Topic.objects.current(program).exists()
    assert User.objects.get().is_staff
    [message] = sent_to("ruth@example.org")
    assert "steps are left to set up the program" in message.body
    assert "/admin/programs/program/setup/" in message.body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "program", "said"),
    [
        ("ruth", "HR", "not an e-mail address"),
        ("ruth@example.org", "https://spam.example", "name without links"),
    ],
)
def test_nonsense_is_refused_and_makes_nothing(email, program, said):
    with pytest.raises(CommandError, match=said):
        call_command("invite_chair", email, program=program)
    assert not Program.objects.exists()
    assert not User.objects.exists()


class TestADeputyWhoseRoleEnds:
    """A month before, the deputy and the chairs are told, once for each last day."""

    @pytest.fixture
    def deputy(self, program, cleo, today):
        """Eve stands in for Cleo, the chair, and Max, a carer; her role ends in 20 days."""
        eve = factories.member("Eve Stand", program=program, role="carer")
        max_ = factories.member("Max Care", program=program, role="carer")
        Membership.objects.filter(user__in=[cleo, max_]).update(deputy=eve)
        self.end(eve, today + timedelta(days=20))
        return eve

    @pytest.fixture
    def today(self):
        return timezone.localdate()

    def end(self, person, day):
        Membership.objects.filter(user=person).update(until=day)

    def run(self):
        for _time in range(2):
            tell_of_ending_deputies(timezone.now())
        found = Notification.system.filter(kind=DEPUTY_ENDS).order_by("pk")
        return [row.recipient.name for row in found]

    def test_the_deputy_and_the_chair_are_told_once(self, deputy, cleo, today):
        assert sorted(self.run()) == ["Cleo Marsh", "Eve Stand"]
        mails = {message.to[0]: message for message in deliver_due_emails()}
        own, chairs = mails[deputy.email], mails[cleo.email]
        assert own.subject == "Your role as a deputy ends soon"
        assert "you are the deputy of Cleo Marsh, Max Care" in " ".join(own.body.split())
        assert chairs.subject == "Eve Stand leaves the committee: a deputy is missing soon"
        assert "?ends=deputy-soon" in chairs.body

    def test_another_last_day_is_told_of_again(self, deputy, today):
        self.run()
        self.end(deputy, today + timedelta(days=25))
        assert len(self.run()) == 4

    @pytest.mark.parametrize("days", [None, 31])
    def test_not_while_the_role_goes_on(self, deputy, today, days):
        self.end(deputy, days and today + timedelta(days=days))
        assert self.run() == []

    def test_not_with_a_second_role_that_goes_on(self, deputy, program):
        Membership.objects.create(user=deputy, program=program, role="reader")
        assert self.run() == []

    def test_not_if_those_they_stand_in_for_leave_no_later(self, deputy, cleo, today):
        others = Membership.objects.filter(deputy=deputy)
        others.update(until=today + timedelta(days=20))
        assert self.run() == []

    def test_the_e_mail_ends_when_nobody_names_them(self, deputy, cleo):
        self.run()
        row = Membership.objects.get(user=deputy)
        Membership.objects.filter(deputy=deputy).update(deputy=None)
        assert deputy_leaves(row, cleo).reason == "deputy-stays"

    def test_the_list_shows_whose_deputy_leaves(self, deputy, as_user, cleo):
        page = as_user(cleo).get("/admin/programs/membership/?ends=deputy-soon")
        names = {row.user.name for row in page.context["cl"].result_list}
        assert names == {"Cleo Marsh", "Max Care"}
