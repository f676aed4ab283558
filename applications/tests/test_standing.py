"""Membership in good standing: works, wrong person, wrong state, twice; the list leaves nothing."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from access.exceptions import ActionNotAllowed
from applications import privacy, screening, standing
from applications.importing.tables import BadFile, read_table
from applications.member_lists import Status, read_members
from applications.models import Application, Standing
from programs.models import Conflict, Policy
from testkit import factories
from testkit.accessibility import broken_rules, too_wide

LIST = reverse("admin:applications_application_changelist")
PAGE = reverse("admin:applications_application_standing")


def url(name, row):
    return reverse(f"admin:applications_application_{name}", args=[row.pk])


def members(text):
    return read_members(read_table(text.encode()))


@pytest.fixture
def required(program):
    Policy.objects.filter(program=program).update(standing_rule="required")


@pytest.fixture
def accepted(ben, cohort):
    return factories.application(ben, cohort)


def fresh(row):
    return Application.objects.select_related("cohort__program__policy", "person").get(pk=row.pk)


def use(program, text, by, at=None):
    program = type(program).objects.select_related("policy").get(pk=program.pk)
    return standing.use_list(program, members(text), by=by, at=at)


def is_ready(row):
    return Application.objects.ready().filter(pk=row.pk).exists()


# --- reading a list


@pytest.mark.parametrize(
    ("text", "key", "status"),
    [
        ("Member number,Status\nA-1,Active\n", "a-1", "member"),
        ("Member number,Status\nA-1,Lapsed\n", "A-1", "lapsed"),
        ("Member number,Status\nA-1,On leave\n", "A-1", "unknown"),
        ("Member number,Status\nA-1,Active\n", "A-2", "unknown"),
        ("E-mail\nben@example.org\n", "Ben@Example.org", "member"),
        ("Who,Statut\nben@example.org,Échu\n", "ben@example.org", "lapsed"),
        ("E-mail,Status\nb@e.org,Lapsed\nb@e.org,Paid\n", "b@e.org", "member"),
        ("E-mail,Status\nb@e.org,\n", "b@e.org", "unknown"),
    ],
)
def test_what_a_list_says(text, key, status):
    assert members(text).status_of([key]) == status


def test_the_best_of_several_keys_counts():
    found = members("E-mail,Member number,Status\nold@e.org,A-1,lapsed\nnew@e.org,,active\n")
    assert found.status_of(["old@e.org", "new@e.org"]) == Status.MEMBER
    assert found.status_of(["", "A-1"]) == Status.LAPSED


def test_a_list_without_numbers_and_addresses_is_an_error():
    with pytest.raises(BadFile, match="No column has member numbers"):
        members("Name,Status\nBen,Active\n")


# --- using it


def test_who_is_not_a_member_is_not_ready(program, required, accepted, cleo):
    assert not is_ready(accepted)
    use(program, "E-mail,Status\nsomeone@example.org,active\n", cleo)
    assert not is_ready(accepted)
    use(program, f"E-mail,Status\n{accepted.person.email.upper()},active\n", cleo)
    assert is_ready(accepted)
    use(program, f"E-mail,Status\n{accepted.person.email},lapsed\n", cleo)
    assert not is_ready(accepted)
    Policy.objects.update(standing_rule="warn")
    assert is_ready(accepted)


def test_not_on_the_list_is_not_lapsed(program, required, accepted, cleo):
    done = use(program, "E-mail,Status\nsomeone@example.org,lapsed\n", cleo)
    assert (dict(done.counts), done.hidden, done.rows) == ({"unknown": 1}, 0, 1)
    row = Standing.system.get()
    assert row.status == "unknown"
    assert standing.words_for(row) == "Membership (not found when it was last checked)"


def test_a_number_of_an_import_and_a_second_address_count(program, required, accepted, cleo):
    Application.objects.filter(pk=accepted.pk).update(external_key="M-77")
    use(program, "Member no.\nm-77\n", cleo)
    assert is_ready(accepted)
    second = "E-mail\nsecond@example.org\n"
    address = accepted.person.emailaddress_set.create(email="second@example.org", verified=False)
    use(program, second, cleo)
    assert not is_ready(accepted)
    type(address).objects.filter(pk=address.pk).update(verified=True)
    use(program, second, cleo)
    assert is_ready(accepted)


def test_using_a_list_again_keeps_one_row_and_the_new_day(program, required, accepted, cleo):
    text = f"E-mail\n{accepted.person.email}\n"
    now = timezone.now()
    use(program, text, cleo, at=now - timedelta(days=40))
    use(program, text, cleo, at=now)
    assert Standing.system.get().checked_at == now


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn"])
def test_who_is_not_matched_any_more_is_not_compared(program, required, ben, cohort, cleo, state):
    row = factories.application(ben, cohort, state=state)
    use(program, f"E-mail\n{row.person.email}\n", cleo)
    assert not Standing.system.exists()


def test_only_a_chair_of_a_program_that_looks_uses_a_list(
    program, required, accepted, cleo, reader, carer, dan
):
    other_chair = factories.member(program=factories.program())
    for stranger in (reader, carer, dan, other_chair):
        with pytest.raises(ActionNotAllowed, match="have permission"):
            use(program, "E-mail\nb@e.org\n", stranger)
    Policy.objects.update(standing_rule="off")
    with pytest.raises(ActionNotAllowed, match="does not look at membership"):
        use(program, "E-mail\nb@e.org\n", cleo)
    assert not Standing.system.exists()


def test_people_whom_a_chair_must_not_decide_about_are_left_out(program, required, accepted, cleo):
    Conflict.objects.create(member=cleo, person=accepted.person)
    done = use(program, f"E-mail\n{accepted.person.email}\n", cleo)
    assert (dict(done.counts), done.hidden) == ({}, 1)
    assert not Standing.system.exists()


def test_a_plan_is_checked_again_before_it_is_published(program, required, accepted, cleo):
    now, people = timezone.now(), [accepted.pk]
    with pytest.raises(ActionNotAllowed, match="older than 30 days"):
        standing.refuse_if_outdated(people, at=now)
    use(program, f"E-mail\n{accepted.person.email}\n", cleo, at=now)
    standing.refuse_if_outdated(people, at=now + timedelta(days=30))
    with pytest.raises(ActionNotAllowed, match="older than 30 days"):
        standing.refuse_if_outdated(people, at=now + timedelta(days=31))
    found = standing.standing_in_plan(people, at=now + timedelta(days=31))
    assert (found.lapsed, found.unknown, found.unchecked, found.outdated) == (0, 0, 0, 1)
    use(program, "E-mail\nsomeone@example.org\n", cleo, at=now)
    standing.waive(fresh(accepted), by=cleo, reason="Pays on Friday.")
    standing.refuse_if_outdated(people, at=now + timedelta(days=31))


# --- letting someone take part all the same


def test_a_chair_lets_someone_take_part_and_takes_it_back(
    as_user, program, required, accepted, cleo
):
    client = as_user(cleo)
    page = client.post(url("standing-waive", accepted), {"waiver-reason": ""}).content.decode()
    assert "Say why" in page
    words = {"waiver-reason": "CANARY-WAIVER: pays on Friday."}
    client.post(url("standing-waive", accepted), words)
    waived_at = Standing.system.get().waived_at
    client.post(url("standing-waive", accepted), words)  # sent twice
    assert Standing.system.get().waived_at == waived_at
    assert is_ready(accepted)
    page = client.get(url("change", accepted)).content.decode()
    assert "CANARY-WAIVER: pays on Friday." in page
    assert "May take part all the same, says Cleo Marsh" in page
    use(program, "E-mail\nsomeone@example.org\n", cleo)
    assert is_ready(accepted)
    client.post(url("standing-unwaive", accepted))
    assert not is_ready(accepted)
    again = client.post(url("standing-unwaive", accepted), follow=True)
    assert "in the meantime" in again.content.decode()


def test_nothing_is_allowed_to_members_or_by_others(program, required, accepted, cleo, reader, ben):
    for stranger in (reader, ben):
        for verb in (
            lambda by: standing.waive(fresh(accepted), by=by, reason="Why"),
            lambda by: standing.take_back_waiver(fresh(accepted), by=by),
        ):
            with pytest.raises(ActionNotAllowed, match="have permission"):
                verb(stranger)
    use(program, f"E-mail\n{accepted.person.email}\n", cleo)
    with pytest.raises(ActionNotAllowed, match="is a member"):
        standing.waive(fresh(accepted), by=cleo, reason="Why")


# --- who reads what


def test_the_person_reads_their_own_status_and_no_reason(
    as_user, program, required, accepted, cleo, ben
):
    use(program, f"E-mail,Status\n{ben.email},lapsed\n", cleo)
    page = reverse("applications:application-sent", args=[accepted.public_id])
    assert "Membership (lapsed when it was last checked)" in as_user(ben).get(page).content.decode()
    standing.waive(fresh(accepted), by=cleo, reason="CANARY-WAIVER")
    assert "CANARY-WAIVER" not in as_user(ben).get(page).content.decode()
    assert not Standing.objects.visible_to(ben).exists()
    (known,) = privacy.export(ben)["memberships"]
    assert known["membership"] == "lapsed"
    assert "CANARY-WAIVER" not in str(privacy.export(ben))
    privacy.erase(ben)
    assert not Standing.system.exists()


def test_today_and_the_list_name_who_lacks_it(as_user, program, required, accepted, cleo):
    assert screening.missing_checks(fresh(accepted)) == ["Membership (not checked yet)"]
    client = as_user(cleo)
    assert "accepted person lacks a check" in client.get(reverse("admin:index")).content.decode()
    assert list(client.get(LIST, {"checks": "missing"}).context["cl"].queryset) == [accepted]


def test_retention_erases_the_reason_and_then_the_status(program, required, accepted, cleo):
    standing.waive(fresh(accepted), by=cleo, reason="Pays on Friday.")
    rows = Application.objects.filter(pk=accepted.pk)
    privacy.erase_texts(rows)
    assert Standing.system.get().waiver_reason == ""
    privacy.empty(rows)
    assert not Standing.system.exists()


# --- the page


def upload(client, program, content, name="members.csv"):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post(PAGE, {"program": program.pk, "file": file}, follow=True)


def holding(word):
    """The tables and files in which a word is found."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [table for row in cursor.fetchall() if word in str(row)]
    places = [Path(settings.MEDIA_ROOT)] if settings.MEDIA_ROOT else []
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    return found + [str(path) for path in files if word.encode() in path.read_bytes()]


def test_a_list_leaves_nothing_but_statuses(as_user, program, required, accepted, cleo):
    rows = "".join(f"canary{n}@members.example,active\n" for n in range(50))
    text = f"E-mail,Status\n{accepted.person.email},active\n{rows}"
    page = upload(as_user(cleo), program, text, name="canary-members.csv").content.decode()
    assert "The list is compared and not stored. Members: 1, lapsed: 0, not found: 0." in page
    assert holding(str(accepted.public_id)) == ["applications_application"]  # the search finds
    assert holding("canary") == []


def test_five_thousand_rows_take_less_than_ten_seconds(as_user, program, required, cohort, cleo):
    people = [factories.application(factories.person(), cohort) for _ in range(20)]
    rows = [f"N-{n},person{n}@members.example,active\n" for n in range(5000)]
    rows += [f",{row.person.email},lapsed\n" for row in people]
    client = as_user(cleo)
    started = time.monotonic()
    page = upload(client, program, "Member number,E-mail,Status\n" + "".join(rows))
    assert time.monotonic() - started < 10
    assert "Members: 0, lapsed: 20, not found: 0." in page.content.decode()


@pytest.mark.parametrize("n", [1, 3])
def test_using_a_list_takes_the_same_number_of_queries(
    program, required, cohort, cleo, n, django_assert_num_queries
):
    for _ in range(n):
        factories.application(factories.person(), cohort)
    found = members("E-mail\nb@e.org\n")
    program = type(program).objects.select_related("policy").get(pk=program.pk)
    with django_assert_num_queries(9):
        standing.use_list(program, found, by=cleo)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Choose the file."),
        ("Name\nBen\n", "No column has member numbers"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2"),
    ],
)
def test_a_file_that_can_not_be_used_is_an_error(
    as_user, program, required, accepted, cleo, content, words
):
    if content:
        page = upload(as_user(cleo), program, content)
    else:
        page = as_user(cleo).post(PAGE, {"program": program.pk})
    assert words in page.content.decode()
    assert not Standing.system.exists()


def test_the_page_is_for_chairs_of_programs_that_look(as_user, program, cleo, reader):
    assert as_user(reader).get(PAGE).status_code == 404
    client = as_user(cleo)
    assert "None of your programs looks at membership." in client.get(PAGE).content.decode()
    assert PAGE not in client.get(LIST).content.decode()
    Policy.objects.update(standing_rule="warn")
    assert "List of members" in client.get(PAGE).content.decode()
    assert PAGE in client.get(LIST).content.decode()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_a_list_is_used_in_the_browser(open_as, program, required, accepted, cleo):
    for width in (390, 1280):
        page = open_as(cleo, scripts=False, width=width)
        page.goto(LIST)
        page.get_by_role("link", name="Use a list of members").click()
        page.get_by_label("List of members").set_input_files(
            {
                "name": "members.csv",
                "mimeType": "text/csv",
                "buffer": f"E-mail,Status\n{accepted.person.email},lapsed\n".encode(),
            }
        )
        assert too_wide(page) == []
        page.get_by_role("button", name="Compare with the list").click()
        expect(page.get_by_text("lapsed: 1")).to_be_visible()
    desk = open_as(cleo, scripts=True, width=1280)
    desk.goto(url("change", accepted))
    assert broken_rules(desk) == []
