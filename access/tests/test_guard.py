"""A confidential table refuses to work until it is told for whom."""

import pytest

from access.scoping import Unscoped, unscoped_here
from applications.models import Application, CommitteeNote, PrivateAnswers
from testkit import factories

pytestmark = pytest.mark.django_db

READS = {
    "fetch": lambda rows: list(rows),
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(pk=1),
    "iterator": lambda rows: list(rows.iterator()),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(),
    "values": lambda rows: list(rows.values_list("pk")),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "update": lambda rows: rows.update(needs="x"),
    "delete": lambda rows: rows.delete(),
    "subquery": lambda rows: Application.objects.filter(pk__in=rows.values("application")).exists(),
    "slice": lambda rows: list(rows[:1]),
    "filter": lambda rows: list(rows.filter(pk=1)),
    "contains": lambda rows: PrivateAnswers(pk=1) in rows,
    "explain": lambda rows: rows.explain(),
    "raw": lambda rows: rows.raw("SELECT 1"),
}


@pytest.fixture
def answers(ben, cohort):
    return PrivateAnswers.objects.create(
        application=factories.application(ben, cohort), needs="quiet rooms"
    )


@pytest.mark.parametrize("way", READS)
def test_no_way_in_without_a_person(answers, way):
    with pytest.raises(Unscoped):
        READS[way](PrivateAnswers.objects.all())


@pytest.mark.parametrize("way", ["fetch", "count", "exists", "iterator", "aggregate", "subquery"])
def test_every_way_is_open_once_it_is_said_for_whom(answers, ben, way):
    READS[way](PrivateAnswers.objects.visible_to(ben))


def test_the_person_and_the_committee_read_private_answers(answers, ben, cleo):
    assert PrivateAnswers.objects.visible_to(ben).get().needs == "quiet rooms"
    assert PrivateAnswers.objects.visible_to(cleo).get().needs == "quiet rooms"


def test_the_partner_and_a_stranger_do_not(answers, ada, ben, dan, cohort):
    factories.Match.objects.create(
        mentee=answers.application, mentor=factories.application(ada, cohort, "mentor")
    )
    assert not PrivateAnswers.objects.visible_to(ada).exists()
    assert not PrivateAnswers.objects.visible_to(dan).exists()


def test_a_conflict_of_interest_closes_the_table(answers, ben, cleo):
    from programs.models import Conflict

    Conflict.objects.create(member=cleo, person=ben)
    assert not PrivateAnswers.objects.visible_to(cleo).exists()


def test_the_scope_is_lost_with_a_new_query(answers, ben):
    assert PrivateAnswers.objects.visible_to(ben).filter(pk=answers.pk).exists()
    with pytest.raises(Unscoped):
        PrivateAnswers.objects.filter(pk=answers.pk).exists()


def test_system_work_reads_every_row(answers):
    assert PrivateAnswers.system.count() == 1


def test_validation_may_look_at_every_row(answers):
    PrivateAnswers(application=answers.application, needs="x").validate_constraints()
    with unscoped_here("test"):
        assert PrivateAnswers.objects.count() == 1
    with pytest.raises(Unscoped):
        PrivateAnswers.objects.count()


def test_names_of_confidential_rows_say_nothing(answers, cleo):
    note = CommitteeNote.objects.create(
        application=answers.application, author=cleo, text="hesitant about mornings"
    )
    assert "hesitant" not in str(note)
    assert "quiet" not in str(answers)


def test_no_row_leads_to_confidential_ones_by_a_reverse_name():
    confidential = {PrivateAnswers, CommitteeNote}
    reached = {
        relation.related_model
        for relation in Application._meta.related_objects
        if relation.name != "+"
    }
    assert not {m for m in confidential if m in reached and not _hidden(m)}


def _hidden(model):
    return all(
        f.remote_field.is_hidden() for f in model._meta.get_fields() if f.is_relation and f.concrete
    )
