"""Confidential texts, which only the committee reads, searched for on everyone else's pages."""

import pytest

from applications import reviewing, submission
from applications.models import Application, CommitteeNote, Decision, NamedWish, PrivateAnswers
from notifications.testing import deliver_due_emails
from testkit import factories
from testkit.programs import MENTEE, answer

CANARIES = ("CANARY-needs", "CANARY-limits", "CANARY-accommodations", "CANARY-avoid")
SECRETS = ("CANARY-note", "CANARY-decision")


@pytest.fixture
def private_application(ben, draft, cleo):
    """Ben's application with canaries in each confidential field and a pending decision."""
    private = {name: f"CANARY-{name}" for name in ("needs", "limits", "accommodations")}
    answer(draft, {**MENTEE, "private": private, "wishes": {"avoid-1": "CANARY-avoid"}})
    draft.refresh_from_db()
    submission.send(draft, by=ben)
    reviewing.add_note(draft, by=cleo, text="CANARY-note")
    reviewing.decide(draft, by=cleo, outcome="declined", reason="timing", note="CANARY-decision")
    return draft


def seen_by(client, *urls):
    return "".join(client.get(url).content.decode() for url in urls)


def own_pages(application):
    base = f"/applications/{application.public_id}/"
    return ["/", base, f"{base}check/", f"{base}sent/", f"{base}private/", f"{base}wishes/"]


def test_the_person_reads_their_answers_and_nothing_of_the_committee(
    as_user, ben, private_application
):
    words = seen_by(as_user(ben), f"/applications/{private_application.public_id}/sent/")
    assert [canary for canary in CANARIES if canary not in words] == []
    assert [
        secret
        for secret in SECRETS
        if secret in seen_by(as_user(ben), *own_pages(private_application))
    ] == []


def test_the_committee_reads_all_of_it(as_user, reader, private_application):
    words = seen_by(
        as_user(reader), f"/admin/applications/application/{private_application.pk}/change/"
    )
    assert [canary for canary in (*CANARIES, *SECRETS) if canary not in words] == []


def test_lists_and_release_show_none_of_it(as_user, cleo, private_application):
    words = seen_by(
        as_user(cleo),
        "/admin/applications/application/",
        "/admin/applications/application/release/",
        f"/admin/applications/application/{private_application.pk}/history/",
    )
    assert [canary for canary in (*CANARIES, *SECRETS) if canary in words] == []


def test_search_finds_none_of_it(as_user, cleo, private_application):
    for canary in CANARIES:
        page = as_user(cleo).get("/admin/applications/application/", {"q": canary})
        assert page.context["cl"].result_count == 0


def test_emails_contain_none_of_it(private_application, cleo):
    reviewing.release(
        reviewing.pending_decisions(cleo), by=cleo, at=private_application.submitted_at
    )
    emails = deliver_due_emails()
    assert emails
    words = "".join(email.body + email.alternatives[0][0] for email in emails)
    assert [canary for canary in (*CANARIES, *SECRETS) if canary in words] == []


@pytest.mark.parametrize("model", [PrivateAnswers, NamedWish, CommitteeNote, Decision])
def test_other_people_reach_no_row(private_application, ada, dan, model):
    elsewhere = factories.member(program=factories.program())
    factories.application(ada, private_application.cohort, "mentor")
    for stranger in (ada, dan, elsewhere):
        assert not model.objects.visible_to(stranger).exists()


def test_the_database_holds_ciphertext(private_application, django_db_blocker):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT needs, limits, accommodations FROM applications_privateanswers")
        row = cursor.fetchone()
    assert all(column.startswith("f1:") and "CANARY" not in column for column in row)


def test_a_draft_is_visible_to_its_person_only(as_user, cleo, draft):
    answer(draft, {"private": {"needs": "CANARY-needs", "limits": "", "accommodations": ""}})
    assert not PrivateAnswers.objects.visible_to(cleo).exists()
    assert (
        as_user(cleo).get(f"/admin/applications/application/{draft.pk}/change/").status_code == 404
    )


def test_a_named_person_is_resolved_without_telling_the_applicant(as_user, ben, draft, ada, cohort):
    factories.application(ada, cohort, "mentor")
    answer(draft, MENTEE)
    page = as_user(ben).post(f"/applications/{draft.public_id}/send/", follow=True)
    wish = NamedWish.objects.visible_to(ben).get(application=draft)
    assert wish.person == ada
    assert ada.email not in page.content.decode()


def test_an_ambiguous_name_is_not_resolved(as_user, ben, draft, cohort):
    for _ in range(2):
        factories.application(factories.person("Ada Brook"), cohort, "mentor")
    answer(draft, MENTEE)
    as_user(ben).post(f"/applications/{draft.public_id}/send/")
    assert NamedWish.objects.visible_to(ben).get(application=draft).person is None
    assert Application.objects.get(pk=draft.pk).state == "submitted"
