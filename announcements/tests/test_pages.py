"""The pages of the committee, and the list that people read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from announcements import privacy, releasing
from announcements.models import Announcement, SavedGroup
from applications.models import Application
from dashboard.attention import attention_items
from notifications.models import Notification
from testkit import factories

pytestmark = pytest.mark.django_db
ADD = reverse("admin:announcements_announcement_add")


def url(name, row):
    return reverse(f"admin:announcements_announcement_{name}", args=[row.pk])


@pytest.fixture
def entries(program):
    return {
        "program": program.pk,
        "cohort": "",
        "role": "",
        "situations": ["unmatched"],
        "subject_en": "Kick-off",
        "body_en": "Dear {name}, come.",
        "subject_fr": "",
        "body_fr": "",
    }


@pytest.fixture
def ann(cohort):
    person = factories.person("Ann Lee")
    factories.application(person, cohort)
    return person


def errors(response):
    return {name: [str(one) for one in found] for name, found in
            response.context["adminform"].form.errors.items()}  # fmt: skip


def test_a_chair_writes_looks_sends_and_stops(as_user, cleo, entries, ann):
    client = as_user(cleo)
    saved = client.post(ADD, entries, follow=True)
    row = Announcement.objects.get()
    assert saved.redirect_chain[-1][0] == url("send", row)
    page = saved.content.decode()
    assert "1 person gets it" in page
    assert "Ann Lee" in page
    assert "Kick-off" in page
    assert "more than 3 e-mails a week" in " ".join(page.split())
    sent = client.post(url("send", row), {"when": "together"}, follow=True)
    assert "An e-mail to 1 person leaves on" in sent.content.decode()
    assert Announcement.objects.get().state == "waiting"
    again = client.post(url("send", row), follow=True)
    assert "no longer possible" in again.content.decode()
    stopped = client.post(url("stop", row), follow=True)
    assert "Stopped. Nobody was written to" in stopped.content.decode()
    assert (Announcement.objects.get().state, Notification.system.count()) == ("draft", 0)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"situations": []}, "situations", "This field is required."),
        ({"body_en": ""}, "body_en", "Write a text too"),
        ({"subject_en": ""}, "subject_en", "Write a subject too"),
        ({"body_en": "Dear {nam}"}, "body_en", "There is no {nam}."),
        ({"subject_en": "x" * 151}, "subject_en", "at most 150 characters"),
        ({"body_fr": "Bonjour"}, "subject_fr", "Write a subject too"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    as_user, cleo, entries, change, field, words
):
    response = as_user(cleo).post(ADD, {**entries, **change})
    assert response.status_code == 200
    found = errors(response)
    assert set(found) == {field}
    assert words in found[field][0]
    assert Announcement.objects.count() == 0


def test_a_cohort_of_another_program_is_refused(as_user, cleo, entries, program):
    other = factories.cohort()
    factories.Membership.objects.create(user=cleo, program=other.program, role="chair")
    found = errors(as_user(cleo).post(ADD, {**entries, "cohort": other.pk}))
    assert f"This cohort belongs to {other.program}" in found["cohort"][0]


def test_a_draft_may_wait_for_its_words(as_user, cleo, entries, ann):
    client = as_user(cleo)
    page = client.post(ADD, {**entries, "subject_en": "", "body_en": ""}, follow=True)
    assert "There is no subject and text yet." in page.content.decode()
    row = Announcement.objects.get()
    refused = client.post(url("send", row), follow=True)
    assert "Write a subject and a text first." in refused.content.decode()


def test_what_waits_or_was_sent_has_no_fields(as_user, cleo, write, ann):
    client, row = as_user(cleo), write()
    releasing.schedule(row, by=cleo)
    page = client.get(url("change", row)).content.decode()
    assert 'name="subject_en"' not in page
    assert "we meet at" in page
    refused = client.post(url("change", row), {"subject_en": "New"})
    assert refused.status_code == 403
    assert Announcement.objects.get().subjects == {"en": "Kick-off"}


def test_an_empty_group_says_so_and_offers_no_button(as_user, cleo, write):
    page = as_user(cleo).get(url("send", write())).content.decode()
    assert "0 people get it" in page
    assert "Send it to the group" not in page


def test_a_draft_that_could_not_be_sent_says_so_on_its_pages_and_today(as_user, cleo, write, ann):
    row, client = write(), as_user(cleo)
    releasing.schedule(row, by=cleo)
    Application.objects.filter(person=ann).update(state="withdrawn")
    releasing.send_due(timezone.now() + timedelta(days=7))
    for name in ("change", "send"):
        assert "nobody was in its group" in client.get(url(name, row)).content.decode()
    (item,) = [one for one in attention_items(cleo, at=timezone.now()) if "not sent" in one.text]
    assert (item.count, item.text) == (1, "announcement was not sent")
    assert list(client.get(item.url).context["cl"].result_list) == [row]
    releasing.discard(Announcement.objects.get(), by=cleo)
    assert list(client.get(item.url).context["cl"].result_list) == []


def test_words_of_another_language_are_shown_to_whom_they_go(as_user, cleo, write, cohort):
    factories.application(factories.person(language="fr"), cohort)
    page = " ".join(as_user(cleo).get(url("send", write())).content.decode().split())
    assert "1 person reads French, in which you have written nothing." in page


def test_a_group_is_kept_used_and_removed(as_user, cleo, write):
    client, row = as_user(cleo), write()
    kept = client.post(url("keep-group", row), {"name": "Waiting mentees"}, follow=True)
    assert "is kept" in kept.content.decode()
    again = client.post(url("keep-group", row), {"name": "waiting MENTEES"}, follow=True)
    assert "There is a group of this name already." in again.content.decode()
    group = SavedGroup.objects.get()
    page = client.get(f"{ADD}?group={group.pk}")
    assert page.context["adminform"].form.initial["situations"] == ["unmatched"]
    for odd in ("x", "99999999999999", "-1", "", "0"):
        assert client.get(f"{ADD}?group={odd}").status_code == 200
    address = reverse("admin:announcements_savedgroup_remove", args=[group.pk])
    assert "filter with a name" in client.get(address).content.decode()
    assert SavedGroup.objects.exists()
    client.post(address)
    assert not SavedGroup.objects.exists()
    assert client.post(address).status_code == 404


def test_a_carer_sees_and_changes_only_their_own(as_user, program, cleo, write):
    carer = factories.member(program=program, role="carer")
    mine, other = write(author=carer), write()
    client = as_user(carer)
    assert client.get(url("change", mine)).status_code == 200
    for name in ("send", "discard"):
        assert client.get(url(name, other)).status_code == 404
    for name in ("test", "stop", "hold-back", "keep-group"):
        assert client.post(url(name, other), {"name": "x"}).status_code == 404
    listed = client.get(reverse("admin:announcements_announcement_changelist"))
    assert list(listed.context["cl"].result_list) == [mine]


def test_a_draft_is_discarded_after_a_question(as_user, cleo, write):
    client, row = as_user(cleo), write()
    client.get(url("discard", row))
    assert Announcement.objects.get().state == "draft"
    client.post(url("discard", row))
    assert Announcement.objects.get().state == "discarded"
    again = client.post(url("discard", row), follow=True)
    assert "no longer possible" in again.content.decode()


def test_a_test_and_what_has_not_left(as_user, cleo, write, ann):
    client, row = as_user(cleo), write()
    tested = client.post(url("test", row), follow=True)
    assert f"A test is on its way to {cleo.email}" in tested.content.decode()
    releasing.schedule(row, by=cleo)
    row.refresh_from_db()
    releasing.send_due(row.send_at)
    page = client.get(url("change", row)).content.decode()
    assert "Waiting: 1" in page
    held = client.post(url("hold-back", row), follow=True)
    assert "1 e-mail that had not left was cancelled." in held.content.decode()


def test_people_read_what_they_got_and_nothing_else(as_user, cleo, write, ann, cohort):
    row = write(subjects={"en": "Hello"}, bodies={"en": "To {name} <all>\n\nhttps://example.org/x"})
    write(subjects={"en": "Only a draft"})
    releasing.schedule(row, by=cleo)
    releasing.send_due(Announcement.objects.get(pk=row.pk).send_at)
    address = reverse("announcements:announcement-list")
    page = as_user(ann).get(address).content.decode()
    assert "Hello" in page
    assert f"To {ann.first_name} &lt;all&gt;" in page
    assert 'href="https://example.org/x"' in page
    assert "Only a draft" not in page
    for other in (factories.person(), cleo):
        empty = as_user(other).get(address).content.decode()
        assert "Hello" not in empty
        assert "appears here" in empty


def test_the_export_has_the_words_that_the_person_read(write, cleo, ann):
    row = write(subjects={"en": "For {name}"}, bodies={"en": "Dear {name}"})
    releasing.schedule(row, by=cleo)
    releasing.send_due(Announcement.objects.get(pk=row.pk).send_at)
    [got] = privacy.export(ann)
    assert (got["subject"], got["text"]) == (f"For {ann.first_name}", f"Dear {ann.first_name}")


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    as_user, cleo, write, ann, django_assert_num_queries
):
    client = as_user(ann)
    address = reverse("announcements:announcement-list")
    client.get(address)  # the first page of a session notes that someone is there
    for _ in range(2):
        for _ in range(3):
            row = write()
            releasing.schedule(row, by=cleo)
            releasing.send_due(Announcement.objects.get(pk=row.pk).send_at)
        with django_assert_num_queries(LIST_QUERIES):
            client.get(address)


LIST_QUERIES = 4
