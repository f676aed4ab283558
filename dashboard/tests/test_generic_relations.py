"""Lists of rows about rows of any table: the outbox and the history of state changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.kinds import KINDS
from notifications.models import Notification
from programs.models import Conflict
from testkit import factories
from workflow.models import Transition
from workflow.states import stateful_models

pytestmark = pytest.mark.django_db
OUTBOX, HISTORY = "/admin/notifications/notification/", "/admin/workflow/transition/"
START = datetime(2024, 5, 1, 12, tzinfo=UTC)


def emails(about, number=1, at=START):
    """Make e-mails about a row, a day after another."""
    return [
        Notification.system.create(
            key=f"{about._meta.label_lower}:{about.pk}:{at}:{day}",
            kind="application-received",
            stream="essential",
            recipient=about.person,
            about_type=about._meta.label_lower,
            about_id=about.pk,
            due_at=at + timedelta(days=day),
            next_at=at + timedelta(days=day),
        ).pk
        for day in range(number)
    ]


def changes(about, number=1, at=START):
    return [
        Transition.objects.create(
            about_type=about._meta.label_lower,
            about_id=about.pk,
            from_state="a",
            to_state="b",
            at=at + timedelta(days=day),
        ).pk
        for day in range(number)
    ]


LISTS = pytest.mark.parametrize(("page", "make"), [(OUTBOX, emails), (HISTORY, changes)])


@pytest.fixture
def known(cohort):
    return factories.application(factories.person(), cohort, state="submitted")


@pytest.fixture
def elsewhere(db):
    other = factories.cohort(program=factories.program())
    return factories.application(factories.person(), other, state="submitted")


def shown(client, page, **query):
    return client.get(page, query).context["cl"]


def ids(changelist):
    return [row.pk for row in changelist.result_list]


@LISTS
def test_a_list_shows_the_rows_of_the_member_only(as_user, cleo, known, elsewhere, page, make):
    mine = make(known, 3)
    make(elsewhere, 3, START + timedelta(hours=1))
    assert ids(shown(as_user(cleo), page)) == mine[::-1]


@LISTS
def test_a_conflict_of_interest_hides_a_row(as_user, cleo, cohort, known, page, make):
    mine = make(known)
    met = factories.application(factories.person(), cohort, state="submitted")
    make(met)
    Conflict.objects.create(member=cleo, person=met.person)
    assert ids(shown(as_user(cleo), page)) == mine


def test_an_e_mail_to_someone_with_a_conflict_is_hidden_whatever_it_is_about(
    as_user, cleo, cohort, known
):
    """The member sees the application that it is about, but not who gets it."""
    met = factories.person("Met")
    Conflict.objects.create(member=cleo, person=met)
    hidden, own, mine = emails(known, 3)
    Notification.system.filter(pk=hidden).update(recipient=met)
    Notification.system.filter(pk=own).update(recipient=cleo)
    client = as_user(cleo)
    assert ids(shown(client, OUTBOX)) == [mine, own]
    assert ids(shown(client, OUTBOX, kind="application-received")) == [mine, own]
    assert client.get(f"{OUTBOX}{hidden}/change/").status_code == 302
    assert client.post(f"{OUTBOX}{hidden}/hold/").status_code == 404
    assert client.post(f"{OUTBOX}{mine}/hold/").status_code == 302


@pytest.mark.parametrize("about", sorted({kind.about for kind in KINDS.values()}))
def test_what_an_e_mail_is_about_is_asked_for_members_with_some_roles(about, cleo):
    """The buttons of the outbox ask every table for the chairs alone."""
    rows = apps.get_model(about)._default_manager.all()
    if hasattr(rows, "for_committee"):
        assert rows.for_committee(cleo, "chair").count() <= 1, "her own membership at most"


def test_a_filter_counts_what_the_member_sees(as_user, cleo, known, elsewhere):
    emails(known, 2)
    emails(elsewhere, 3)
    words = as_user(cleo).get(OUTBOX, {"_facets": "True"}).content.decode()
    assert "Waiting (2)" in words
    chosen = as_user(cleo).get(OUTBOX, {"_facets": "True", "state__exact": "held"})
    assert "Waiting (2)" in chosen.content.decode()


LABELS = {model._meta.label for model in stateful_models()} | {
    kind.about for kind in KINDS.values()
}


@pytest.mark.parametrize("label", sorted(LABELS - {"notifications.Notification"}))
def test_the_rule_of_a_table_joins_few_tables(cleo, label):
    """PostgreSQL tries all orders of joins: two rules put together by "&" took 150 ms to plan."""
    rows = apps.get_model(label)._default_manager.all()
    if hasattr(rows, "for_committee"):
        sql = str(rows.for_committee(cleo).query)
        assert max(part.count(" JOIN ") for part in sql.split("(SELECT")) <= 4


def test_the_history_asks_no_rule_of_the_outbox(as_user, cleo, known):
    mine = changes(known)
    with CaptureQueriesContext(connection) as asked:
        assert ids(shown(as_user(cleo), HISTORY)) == mine
    assert not [row["sql"] for row in asked if "notifications_notification" in row["sql"]]


def test_a_change_of_an_email_is_in_its_own_columns(cleo, known):
    (pk,) = emails(known)
    email = Notification.system.get(pk=pk)
    email.hold(by=cleo, why="to read again")
    assert not Transition.system.filter(about_type="notifications.notification").exists()
    assert (email.acted_by, email.reason) == (cleo, "to read again")


def test_one_kind_of_email_asks_the_rule_of_one_table(as_user, cleo, known, elsewhere):
    mine = emails(known, 3)
    emails(elsewhere, 3)
    client = as_user(cleo)
    with CaptureQueriesContext(connection) as asked:
        found = shown(client, OUTBOX, kind="application-received")
    assert ids(found) == mine[::-1]
    assert not [row["sql"] for row in asked if "agreements_agreementversion" in row["sql"]]


def test_a_kind_about_what_no_member_sees_has_no_rows(as_user, cleo, known):
    person = known.person
    Notification.system.create(
        key="1", kind="account-email", stream="essential", recipient=person,
        about_type="accounts.user", about_id=person.pk, due_at=START, next_at=START,
    )  # fmt: skip
    assert ids(shown(as_user(cleo), OUTBOX, kind="account-email")) == []
