"""The committee's other pages: set-up, programs, cohorts, vocabulary, members, conflicts."""

from datetime import date

import pytest
from django.urls import reverse

from programs import setup_checklist
from programs.admin.policy import POLICY_GROUPS
from programs.models import Cohort, Experience, Membership, Policy, Program, Topic
from programs.seeds import load_vocabulary
from testkit import factories

SETUP = "/admin/programs/program/setup/"


@pytest.fixture
def root(db):
    return factories.person("Max Root", is_superuser=True, is_staff=True)


def test_an_empty_installation_asks_for_a_program_first(as_user, root):
    page = as_user(root).get(SETUP).content.decode()
    assert "There is no program yet." in page
    assert 'href="/admin/programs/program/add/"' in page


def inline(prefix, total, initial=0):
    return {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": initial}


PROGRAM = {
    "name": "HR chapter",
    "slug": "hr-chapter",
    "purpose": "To grow.",
    "language": "en",
    "time_zone": "America/Toronto",
    **inline("objectives", 1),
    "objectives-0-text": "Advice for newcomers",
    **inline("place_distances", 0),
    **inline("policy", 0),
    **inline("organisation_sign_in", 0),
}
NEW_PROGRAM = {
    "name": "HR chapter",
    "template": "hr",
    "language": "en",
    "time_zone": "America/Toronto",
    "contact_email": "hello@example.org",
}
ADD = "/admin/programs/program/add/"


def test_the_page_of_a_program_names_its_parts_in_plain_words(as_user, program, cleo):
    page = as_user(cleo).get(f"/admin/programs/program/{program.pk}/change/").content.decode()
    assert "Policy" not in page
    assert "<h2>Settings</h2>" in page
    assert page.count('name="policy-0-term_months"') == 1
    assert "policy-__prefix__" not in page
    assert "Add another" not in page
    assert "Add an objective" in page
    assert "Add a distance" in page


def test_a_new_program_starts_hidden_with_default_settings_and_a_starter_list(as_user, root):
    response = as_user(root).post(ADD, NEW_PROGRAM)
    assert response.url == SETUP
    made = Program.objects.get(slug="hr-chapter")
    assert (made.policy.term_months, made.policy.small_group, made.is_public) == (12, 5, False)
    assert Topic.objects.current(made).count() > 20
    assert not Membership.objects.filter(program=made).exists()  # "Add a chair" is a step


def test_a_chair_who_adds_a_program_is_its_chair(as_user, cleo):
    as_user(cleo).post(ADD, {**NEW_PROGRAM, "template": ""})
    row = Membership.objects.get(user=cleo, program__name="HR chapter")
    assert (row.program.slug, row.role) == ("hr-chapter", "chair")
    assert not Topic.objects.filter(program=row.program).exists()


def test_a_second_program_with_the_same_name_is_refused(as_user, cleo):
    as_user(cleo).post(ADD, NEW_PROGRAM)
    page = as_user(cleo).post(ADD, {**NEW_PROGRAM, "name": "hr Chapter"}).content.decode()
    assert "There is already a program with this name." in page
    assert Program.objects.filter(name__iexact="HR chapter").count() == 1


def test_a_web_address_that_is_taken_gets_a_number(as_user, cleo):
    factories.program(name="Other", slug="hr-chapter")
    as_user(cleo).post(ADD, NEW_PROGRAM)
    assert Program.objects.get(name="HR chapter").slug == "hr-chapter-2"


def test_only_a_chair_or_the_maintainer_adds_a_program(as_user, reader):
    assert as_user(reader).post(ADD, NEW_PROGRAM).status_code == 403
    assert as_user(reader).get(ADD).status_code == 403


def test_every_setting_is_in_one_group_with_its_default(as_user, cleo, program):
    fields = [name for _title, group in POLICY_GROUPS for name in group["fields"]]
    columns = [field.name for field in Policy._meta.fields]
    assert sorted(fields) == sorted(set(columns) - {"id", "program"})
    page = as_user(cleo).get(f"/admin/programs/program/{program.pk}/change/").content.decode()
    assert "How long a pair commits to meet. Default: 12." in page


def policy_data(policy, **changes):
    names = [field.name for field in Policy._meta.fields if field.name not in ("id", "program")]
    values = {name: getattr(policy, name) for name in names} | changes
    data = {
        f"policy-0-{name}": ("on" if value is True else value)
        for name, value in values.items()
        if value is not False
    }
    return {
        **inline("policy", 1, 1),
        "policy-0-id": policy.pk,
        "policy-0-program": policy.program_id,
        **data,
    }


def test_a_chair_changes_the_policy_and_a_reader_does_not(as_user, cleo, reader, program):
    data = {
        **PROGRAM,
        "slug": program.slug,
        **inline("objectives", 0),
        **policy_data(program.policy, term_months=9),
    }
    del data["objectives-0-text"]
    url = f"/admin/programs/program/{program.pk}/change/"
    assert as_user(reader).post(url, data).status_code == 403
    assert as_user(cleo).post(url, data).status_code == 302
    program.policy.refresh_from_db()
    assert program.policy.term_months == 9


def test_a_contradictory_policy_is_an_error(as_user, cleo, program):
    data = {
        **PROGRAM,
        "slug": program.slug,
        **inline("objectives", 0),
        **policy_data(program.policy, reminder_second_days=2),
    }
    page = (
        as_user(cleo).post(f"/admin/programs/program/{program.pk}/change/", data).content.decode()
    )
    assert "The second reminder must come after the first." in page


def open_items(program):
    return setup_checklist.open_count(setup_checklist.checklist(program))


def test_the_checklist_shortens_as_the_committee_works(as_user, cleo, program):
    before = open_items(program)
    load_vocabulary("hr", program)
    days = {"opens_on": date(2026, 3, 1), "closes_on": date(2026, 4, 1)}
    made = Cohort.objects.create(program=program, name="Spring", slug="spring", **days)
    assert open_items(program) == before - 3
    assert "Set the matching day and the start" in as_user(cleo).get(SETUP).content.decode()
    Cohort.objects.filter(pk=made.pk).update(closes_on=None)  # rolling: it has no such days
    assert open_items(program) == before - 4


def test_the_first_open_step_is_offered_to_who_may_do_it(as_user, cleo, reader, program):
    first = next(one for one in setup_checklist.checklist(program) if not one.is_done)
    words = as_user(cleo).get(SETUP).content.decode()
    assert f"Next: {first.label}" in words
    assert f'class="button default" href="{first.url}"' in words
    assert "Next: " not in as_user(reader).get(SETUP).content.decode()


def test_a_chair_adds_a_starter_list_and_a_reader_does_not(as_user, cleo, reader, program):
    url = f"/admin/programs/program/{program.pk}/seed/"
    assert as_user(reader).post(url, {"list": "volunteers"}).status_code == 404
    assert not Topic.objects.exists()
    as_user(cleo).post(url, {"list": "volunteers"})
    assert {topic.program for topic in Topic.objects.select_related("program")} == {program}
    assert as_user(cleo).get(url).status_code == 303


def test_a_chair_makes_a_cohort_for_her_own_program_only(as_user, cleo, program):
    other = factories.program()
    data = {"program": program.pk, "name": "Spring", "slug": "spring", "opens_on": "2026-03-01"}
    client = as_user(cleo)
    client.post("/admin/programs/cohort/add/", {**data, "program": other.pk})
    assert not Cohort.objects.exists()
    client.post("/admin/programs/cohort/add/", data)
    assert Cohort.objects.get().program == program


def test_dates_in_the_wrong_order_are_an_error(as_user, cleo, program):
    data = {
        "program": program.pk,
        "name": "S",
        "slug": "s",
        "opens_on": "2026-03-01",
        "closes_on": "2026-02-01",
    }
    assert "not before" in as_user(cleo).post("/admin/programs/cohort/add/", data).content.decode()


def test_a_topic_has_a_name_in_each_language_and_is_retired_not_deleted(as_user, cleo, program):
    client = as_user(cleo)
    data = {
        "name_en": "Payroll",
        "name_fr": "Paie",
        "program": program.pk,
        "kind": "subject",
        "position": 1,
    }
    client.post("/admin/programs/topic/add/", data)
    topic = Topic.objects.get()
    assert (topic.code, topic.names) == ("payroll", {"en": "Payroll", "fr": "Paie"})
    assert (
        client.post(f"/admin/programs/topic/{topic.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    client.post(
        "/admin/programs/topic/",
        {"action": "retire_selected", "_selected_action": [topic.pk], "confirmed": "Retire"},
    )
    assert not Topic.objects.current(program).exists()
    client.post(
        "/admin/programs/topic/",
        {"action": "restore_selected", "_selected_action": [topic.pk], "confirmed": "Restore"},
    )
    assert Topic.objects.current(program).exists()


def test_the_same_topic_twice_is_an_error(as_user, cleo, program):
    data = {"name_en": "Payroll", "program": program.pk, "kind": "subject", "position": 1}
    as_user(cleo).post("/admin/programs/topic/add/", data)
    assert (
        "Another entry has this name already"
        in as_user(cleo).post("/admin/programs/topic/add/", data).content.decode()
    )


def test_no_one_changes_the_vocabulary_of_other_programs(as_user, cleo, program):
    other = Experience.objects.create(
        program=factories.program(), code="theirs", names={"en": "Theirs"}
    )
    shared = Experience.objects.create(code="shared", names={"en": "Shared"})
    client = as_user(cleo)
    data = {"name_en": "Mine", "position": 1}
    assert client.post(f"/admin/programs/experience/{other.pk}/change/", data).status_code == 302
    assert client.post(f"/admin/programs/experience/{shared.pk}/change/", data).status_code == 403
    client.post(
        "/admin/programs/experience/",
        {
            "action": "retire_selected",
            "_selected_action": [other.pk, shared.pk],
            "confirmed": "Retire",
        },
    )
    assert Experience.objects.filter(retired_on=None).count() == 2
    assert client.get(f"/admin/programs/experience/{shared.pk}/change/").status_code == 200


def test_a_chair_adds_members_by_email_address(as_user, cleo, program, dan):
    client = as_user(cleo)
    data = {"program": program.pk, "role": "reader", "since": "2026-01-01", "name": ""}
    client.post("/admin/programs/membership/add/", {**data, "email": dan.email})
    client.post(
        "/admin/programs/membership/add/",
        {**data, "email": "New.Face@example.org", "name": "Nora Face"},
    )
    readers = Membership.objects.filter(role="reader").select_related("user").order_by("pk")
    assert [member.user.email for member in readers] == [dan.email, "new.face@example.org"]
    assert as_user(dan).get("/admin/applications/application/").status_code == 200


def test_a_role_ends_on_a_day_and_access_with_it(as_user, cleo, program, reader):
    row = Membership.objects.get(user=reader)
    as_user(cleo).post(
        f"/admin/programs/membership/{row.pk}/change/", {"until": "2020-02-01", "deputy": ""}
    )
    row.refresh_from_db()
    assert row.until == date(2020, 2, 1)
    assert as_user(reader).get("/admin/applications/application/").status_code == 302


def test_a_reader_cannot_add_members(as_user, reader, program, dan):
    data = {"program": program.pk, "role": "chair", "since": "2026-01-01", "email": dan.email}
    assert as_user(reader).post("/admin/programs/membership/add/", data).status_code == 403


@pytest.mark.parametrize("name", ["matching_round_add", "applications_rosterupload_add"])
def test_without_a_cohort_a_page_that_needs_one_leads_to_adding_it(as_user, cleo, program, name):
    matcher = factories.member("Mia Hill", program=program, role="matcher")
    url, add = reverse(f"admin:{name}"), reverse("admin:programs_cohort_add")
    page = as_user(cleo).get(url).content.decode().partition("<main")[2]
    assert "There is no cohort yet" in page
    assert f'href="{add}"' in page
    assert "<select" not in page
    page = as_user(matcher).get(url).content.decode().partition("<main")[2]
    assert "A chair of the program has to add one first." in page
    assert add not in page
    factories.cohort(program=program)
    assert '<select name="cohort"' in as_user(matcher).get(url).content.decode()
