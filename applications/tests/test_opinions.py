"""Readers and their opinions: works, wrong person, wrong state, twice; blind until all wrote."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from access.exceptions import ActionNotAllowed
from applications import opinions, privacy, reviewing
from applications.models import Application, Decision, Opinion
from programs.models import Conflict, Membership, Policy
from testkit import factories
from testkit.accessibility import broken_rules, too_wide

LIST = reverse("admin:applications_application_changelist")
WHY = "CANARY-OPINION: a clear goal."


def url(name, row):
    return reverse(f"admin:applications_application_{name}", args=[row.pk])


@pytest.fixture
def second(program):
    return factories.member("Kim Osei", program=program, role="matcher")


@pytest.fixture
def two_readers(program):
    """The program decides once two readers have written."""
    Policy.objects.filter(program=program).update(opinions_needed=2)


def write(application, reader, outcome="accepted", text=WHY):
    application = Application.objects.select_related("cohort__program__policy").get(
        pk=application.pk
    )
    return opinions.write(application, by=reader, outcome=outcome, text=text)


def read_by(user, application):
    rows = Opinion.objects.visible_to(user).written().filter(application=application)
    return {row.reader.name for row in rows}


def test_opinions_are_blind_until_both_have_written(
    as_user, two_readers, sent, reader, second, cleo
):
    for one in (reader, second):
        opinions.assign(sent, one, by=cleo)
    write(sent, reader)
    assert [read_by(one, sent) for one in (reader, second, cleo)] == [{"Rhea Lind"}, set(), set()]
    for one in (second, cleo):
        page = as_user(one).get(url("change", sent)).content.decode()
        assert WHY not in page
        assert "each sees only their own opinion" in page
    write(sent, second, "declined", "Not yet.")
    both = {"Rhea Lind", "Kim Osei"}
    assert [read_by(one, sent) for one in (reader, second, cleo)] == [both, both, both]
    assert WHY in as_user(cleo).get(url("change", sent)).content.decode()


def test_the_applicant_never_reads_one(as_user, sent, reader, ben):
    write(sent, reader)
    assert not Opinion.objects.visible_to(ben).exists()
    page = reverse("applications:application-sent", args=[sent.public_id])
    assert WHY not in as_user(ben).get(page).content.decode()
    assert WHY not in str(privacy.export(ben))


def test_nothing_is_decided_before_both_have_written(
    as_user, two_readers, sent, reader, second, cleo
):
    page = as_user(cleo).get(url("change", sent))
    assert page.context["decision_form"] is None
    assert "2 readers still have to write" in page.content.decode()
    write(sent, reader)
    fresh = Application.objects.get(pk=sent.pk)
    with pytest.raises(ActionNotAllowed, match="1 reader still has to write"):
        reviewing.decide(fresh, by=cleo, outcome="accepted")
    assert not Decision.system.exists()
    write(sent, second)
    reviewing.decide(Application.objects.get(pk=sent.pk), by=cleo, outcome="accepted")
    assert Decision.system.get().outcome == "accepted"


def test_someone_on_the_waiting_list_needs_no_new_opinions(two_readers, ben, cohort, cleo):
    waiting = factories.application(ben, cohort, state="waitlisted")
    assert reviewing.decide(waiting, by=cleo, outcome="accepted").outcome == "accepted"


def test_without_the_option_any_reader_decides(sent, reader, cleo, second):
    opinions.assign(sent, second, by=cleo)
    assert reviewing.decide(sent, by=reader, outcome="accepted").is_pending


def test_an_opinion_locks_the_answers_and_can_be_changed_while_it_is_blind(
    two_readers, sent, reader, second, ben
):
    write(sent, reader)
    sent.refresh_from_db()
    assert not sent.may_be_edited_by(ben)
    write(sent, reader, "waitlisted", "On second thought.")
    write(sent, second)
    with pytest.raises(ActionNotAllowed, match="can't be changed"):
        write(sent, reader)
    with pytest.raises(ActionNotAllowed, match="can't be changed"):
        write(sent, factories.member(program=sent.program, role="reader"))
    write(sent, second)  # the same form, sent twice
    assert Opinion.system.get(reader=reader).outcome == "waitlisted"


def test_those_who_do_not_decide_neither_write_nor_assign(sent, reader, carer, dan, ben):
    other_chair = factories.member(program=factories.program())
    for stranger in (carer, dan, ben, other_chair):
        for verb in (
            lambda by: write(sent, by),
            lambda by: opinions.assign(sent, reader, by=by),
            lambda by: opinions.remove(sent, reader, by=by),
        ):
            with pytest.raises(ActionNotAllowed, match="have permission"):
                verb(stranger)
        assert not opinions.share_out([sent], [reader], by=stranger).given
    assert not Opinion.system.exists()


def test_no_one_reads_or_assigns_despite_a_conflict(as_user, two_readers, sent, reader, cleo, ben):
    Conflict.objects.create(member=reader, person=ben)
    with pytest.raises(ActionNotAllowed, match="Rhea Lind can't read this application"):
        opinions.assign(sent, reader, by=cleo)
    with pytest.raises(ActionNotAllowed, match="have permission"):
        write(sent, reader)
    write(sent, cleo)
    assert not Opinion.objects.assignments(reader).exists()
    assert as_user(reader).get(url("change", sent)).status_code == 404


@pytest.mark.parametrize("state", ["draft", "accepted", "waitlisted", "declined", "withdrawn"])
def test_opinions_are_about_applications_that_wait(ben, cohort, cleo, reader, state):
    application = factories.application(ben, cohort, state=state)
    for verb in (
        lambda: write(application, cleo),
        lambda: opinions.assign(application, reader, by=cleo),
    ):
        with pytest.raises(ActionNotAllowed):
            verb()
    assert not Opinion.system.exists()


def test_a_reader_is_asked_once_and_removed_until_they_have_written(
    as_user, two_readers, sent, reader, cleo
):
    row = opinions.assign(sent, reader, by=cleo)
    assert opinions.assign(sent, reader, by=cleo) == row
    client = as_user(cleo)
    address = reverse("admin:applications_application_reader-remove", args=[row.pk])
    assert "no longer asked" in client.post(address, follow=True).content.decode()
    assert client.post(address).status_code == 404
    row = opinions.assign(sent, reader, by=cleo)
    write(sent, reader)
    with pytest.raises(ActionNotAllowed, match="has written"):
        opinions.remove(sent, reader, by=cleo)


def test_a_reader_who_left_hides_nothing_once_removed(two_readers, sent, reader, second, cleo):
    leaving = factories.member("Lou Hale", program=sent.program, role="reader")
    for one in (reader, second, leaving):
        opinions.assign(sent, one, by=cleo)
    write(sent, reader)
    write(sent, second)
    assert read_by(cleo, sent) == set()
    Membership.objects.filter(user=leaving).update(until=timezone.localdate())
    opinions.remove(sent, leaving, by=cleo)
    assert read_by(cleo, sent) == {"Rhea Lind", "Kim Osei"}


def test_the_forms_say_what_is_missing(as_user, sent, reader, carer, cleo):
    client = as_user(reader)
    page = client.post(url("opinion", sent), {"opinion-text": ""}).content.decode()
    assert "Choose a recommendation." in page
    assert "Say why" in page
    page = client.post(url("reader", sent), {"reader-reader": ""}).content.decode()
    assert "Choose a reader." in page
    page = client.post(url("reader", sent), {"reader-reader": carer.pk}).content.decode()
    assert "Choose one of the readers" in page
    assert not Opinion.system.exists()


def test_applications_are_shared_out_evenly(as_user, two_readers, cohort, cleo, reader, second):
    rows = [factories.application(factories.person(), cohort, state="submitted") for _ in range(3)]
    known = factories.application(factories.person("Nils Berg"), cohort, state="submitted")
    Conflict.objects.create(member=reader, person=known.person)
    done = factories.application(factories.person("Ola Nord"), cohort, state="declined")
    client = as_user(cleo)
    action = {
        "action": "share_out_selected",
        "_selected_action": [row.pk for row in (*rows, known, done)],
    }
    page = client.post(LIST, action).content.decode()
    assert "This changes 4 applications" in page
    assert "Ola Nord" in page.partition("Skipped")[2]
    nobody = client.post(LIST, {**action, "confirmed": "1"}).content.decode()
    assert "Choose at least one reader." in nobody
    chosen = {**action, "confirmed": "1", "readers": [reader.pk, second.pk]}
    page = client.post(LIST, chosen, follow=True).content.decode()
    assert "Nils Berg still needs a reader" in page
    counted = {one.name: Opinion.system.filter(reader=one).count() for one in (reader, second)}
    assert counted == {"Rhea Lind": 3, "Kim Osei": 4}
    client.post(LIST, chosen)
    assert Opinion.system.count() == 7
    mine = as_user(reader).get(LIST, {"reader": "me"}).context["cl"]
    assert mine.result_count == 3
    assert as_user(cleo).get(LIST, {"reader": "none"}).context["cl"].result_count == 1


def test_one_reader_each_goes_in_turn(cohort, cleo, reader, second):
    rows = [factories.application(factories.person(), cohort, state="submitted") for _ in range(4)]
    done = opinions.share_out(rows, [reader, second], by=cleo)
    assert (done.given, done.left) == ({reader: 2, second: 2}, [])


@pytest.mark.parametrize("n", [1, 5])
def test_sharing_out_takes_the_same_number_of_queries(
    cohort, cleo, reader, second, n, django_assert_num_queries
):
    rows = [factories.application(factories.person(), cohort, state="submitted") for _ in range(n)]
    with django_assert_num_queries(14):
        opinions.share_out(rows, [reader, second], by=cleo)


def test_today_says_what_waits_for_my_opinion(as_user, sent, reader, cleo):
    opinions.assign(sent, reader, by=cleo)
    words = "application waits for your opinion"
    assert words in as_user(reader).get(reverse("admin:index")).content.decode()
    assert words not in as_user(cleo).get(reverse("admin:index")).content.decode()
    write(sent, reader)
    assert words not in as_user(reader).get(reverse("admin:index")).content.decode()


def test_an_opinion_has_a_recommendation(sent, reader):
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(
            application=sent, reader=reader, by=reader, written_at=timezone.now()
        )


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_two_readers_and_a_chair_in_the_browser(open_as, two_readers, sent, reader, second, cleo):
    for one in (reader, second):
        opinions.assign(sent, one, by=cleo)
    for one in (reader, second):
        page = open_as(one, scripts=False)
        page.goto(f"{LIST}?reader=me")
        page.get_by_role("link", name="Ben Okoro").click()
        page.get_by_role("group", name="I recommend").get_by_label("accept").check()
        page.get_by_label("Why").fill("Clear.")
        assert too_wide(page) == []
        page.get_by_role("button", name="Save my opinion").click()
        expect(page.get_by_text("Your opinion is saved.")).to_be_visible()
    desk = open_as(cleo, scripts=True, width=1280)
    desk.goto(url("change", sent))
    expect(desk.get_by_text("Clear.")).to_have_count(2)
    expect(desk.get_by_role("button", name="Save the decision")).to_be_visible()
    assert broken_rules(desk) == []
