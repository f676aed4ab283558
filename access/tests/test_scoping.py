"""A confidential table answers nothing until it is told for whom."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.db import connection, connections, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from access.scoping import ConfidentialQuerySet, UnscopedQueryError, allow_unscoped
from applications.models import Application, CommitteeNote, PrivateAnswers
from programs.models import Conflict
from testkit import factories

pytestmark = pytest.mark.django_db


async def _in_a_loop(rows):
    return [row async for row in rows]


def awaited(function, *args, **kwargs):
    """Run a coroutine function in a thread of its own, on this thread's connection.

    The browser of other tests leaves an event loop running in this thread, which allows no second.
    """
    shared = connections[connection.alias]

    def run():
        connections[shared.alias] = shared
        return async_to_sync(function)(*args, **kwargs)

    shared.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run).result()
    finally:
        shared.dec_thread_sharing()


def _combined_with_visible(rows, operator):
    visible = PrivateAnswers.objects.visible_to(factories.person())
    return list(operator(visible, rows))


READS = {
    "fetch": list,
    "len": len,
    "bool": bool,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:1]),
    "repr": repr,
    "contains": lambda rows: PrivateAnswers(pk=1) in rows,
    "contains()": lambda rows: rows.contains(PrivateAnswers(pk=1)),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("pk"),
    "latest": lambda rows: rows.latest("pk"),
    "get": lambda rows: rows.get(pk=1),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "iterator": lambda rows: list(rows.iterator()),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "aggregate over groups": lambda rows: rows.annotate(n=Count("pk")).aggregate(Count("n")),
    "values": lambda rows: list(rows.values("needs")),
    "values_list": lambda rows: list(rows.values_list("needs", flat=True)),
    "distinct": lambda rows: list(rows.values("needs").distinct()),
    "only": lambda rows: list(rows.only("pk")),
    "select_related": lambda rows: list(rows.select_related("application")),
    "prefetch_related": lambda rows: list(rows.prefetch_related("application")),
    "annotate": lambda rows: list(rows.annotate(text=F("needs"))),
    "order_by": lambda rows: list(rows.order_by("pk")),
    "reverse": lambda rows: list(rows.order_by("pk").reverse()),
    "exclude": lambda rows: rows.exclude(pk=0).exists(),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "dates": lambda rows: list(rows.datetimes("application__submitted_at", "day")),
    "explain": lambda rows: rows.explain(),
    "raw": lambda rows: rows.raw("SELECT 1"),
    "using": lambda rows: list(rows.using("default")),
    "sql": lambda rows: str(rows.query),
    "async iteration": lambda rows: awaited(_in_a_loop, rows),
    "async count": lambda rows: awaited(rows.acount),
    "async first": lambda rows: awaited(rows.afirst),
    "get_or_create": lambda rows: rows.get_or_create(application_id=1),
    "in a filter": lambda rows: Application.objects.filter(pk__in=rows).exists(),
    "in a filter, as values": lambda rows: Application.objects.filter(
        pk__in=rows.values("application")
    ).exists(),
    "in Exists": lambda rows: Application.objects.filter(Exists(rows)).exists(),
    "in Exists of a row": lambda rows: list(
        Application.objects.annotate(x=Exists(rows.filter(application=OuterRef("pk"))))
    ),
    "in a Subquery": lambda rows: list(
        Application.objects.annotate(x=Subquery(rows.values("needs")[:1])).values("x")
    ),
    "in a Q": lambda rows: Application.objects.filter(
        Q(pk__in=rows.values("application"))
    ).exists(),
    "union": lambda rows: list(rows.union(rows)),
    "in a union of others": lambda rows: list(
        # Since Django 6.1 a union takes the ordering of its first model, unless it is cleared.
        Application.objects.order_by().values_list("pk").union(rows.values_list("pk")).order_by()
    ),
    "in a union with visible rows": lambda rows: _combined_with_visible(
        rows, lambda one, other: one.union(other)
    ),
    "intersection": lambda rows: _combined_with_visible(
        rows, lambda one, other: one.intersection(other)
    ),
    "or": lambda rows: _combined_with_visible(rows, lambda one, other: one | other),
    "or, the other way": lambda rows: _combined_with_visible(rows, lambda one, other: other | one),
    "and": lambda rows: _combined_with_visible(rows, lambda one, other: one & other),
    "xor": lambda rows: _combined_with_visible(rows, lambda one, other: one ^ other),
}
WRITES = {
    "update": lambda rows: rows.update(needs="x"),
    "delete": lambda rows: rows.delete(),
    "bulk_update": lambda rows: rows.bulk_update([PrivateAnswers(pk=1, needs="x")], ["needs"]),
    "update_or_create": lambda rows: rows.update_or_create(application_id=1),
    "bulk_create over rows": lambda rows: rows.bulk_create(
        [PrivateAnswers(application_id=1)],
        update_conflicts=True,
        update_fields=["needs"],
        unique_fields=["application"],
    ),
    "async update": lambda rows: awaited(rows.aupdate, needs="x"),
    "async delete": lambda rows: awaited(rows.adelete),
}


@pytest.fixture
def answers(ben, cohort):
    return PrivateAnswers.objects.create(
        application=factories.application(ben, cohort), needs="quiet rooms"
    )


@pytest.mark.parametrize("way", READS)
def test_no_way_to_read_without_a_person(answers, way):
    with pytest.raises(UnscopedQueryError):
        READS[way](PrivateAnswers.objects.all())


@pytest.mark.parametrize("way", WRITES)
def test_no_way_to_write_without_a_person(answers, way):
    with pytest.raises(UnscopedQueryError), transaction.atomic():
        WRITES[way](PrivateAnswers.objects.all())
    assert PrivateAnswers.system.get().needs == "quiet rooms"


OPEN = set(READS) - {"raw", "get_or_create", "get", "index", "dates", "select_for_update"}


@pytest.mark.parametrize("way", sorted(OPEN))
def test_every_way_is_open_once_it_is_said_for_whom(answers, ben, way):
    READS[way](PrivateAnswers.objects.visible_to(ben))


def test_excluding_across_many_rows_works_and_needs_a_person(answers, ben):
    without = PrivateAnswers.objects.exclude(application__topic_rows__weight=3)
    assert without.visible_to(ben).get() == answers
    with pytest.raises(UnscopedQueryError):
        without.exists()


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
    Conflict.objects.create(member=cleo, person=ben)
    assert not PrivateAnswers.objects.visible_to(cleo).exists()


def test_the_scope_is_lost_with_a_new_query(answers, ben):
    assert PrivateAnswers.objects.visible_to(ben).filter(pk=answers.pk).exists()
    with pytest.raises(UnscopedQueryError):
        PrivateAnswers.objects.filter(pk=answers.pk).exists()


def test_marking_rows_as_scoped_leaves_the_rows_before_closed(answers):
    rows = PrivateAnswers.objects.filter(pk=answers.pk)
    assert rows.scoped("test").exists()
    with pytest.raises(UnscopedQueryError):
        rows.exists()


def test_system_work_reads_every_row(answers):
    assert PrivateAnswers.system.count() == 1


def test_validation_may_look_at_every_row(answers):
    PrivateAnswers(application=answers.application, needs="x").validate_constraints()
    with allow_unscoped("test"):
        assert PrivateAnswers.objects.count() == 1
    with pytest.raises(UnscopedQueryError):
        PrivateAnswers.objects.count()
    note = CommitteeNote(application=answers.application)
    note.validate_unique()


CONFIDENTIAL = [
    model
    for model in apps.get_models()
    if isinstance(model._default_manager.all(), ConfidentialQuerySet)
]


@pytest.mark.parametrize("model", CONFIDENTIAL, ids=lambda model: model._meta.label)
def test_no_other_table_can_join_to_a_confidential_one(model):
    """A join asks neither manager: `Application.objects.filter(privateanswers__needs=...)`.

    A query that joins a table to itself has begun with its manager.
    """
    ways_in = {
        field.name
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is not model
    }
    for name in ways_in:
        assert model._meta.get_field(name).remote_field.hidden, f'{name}: related_name="+"'
    pointing_here = [
        f"{other._meta.label}.{field.name}"
        for other in apps.get_models()
        for field in other._meta.concrete_fields
        if field.related_model is model and other not in CONFIDENTIAL
    ]
    assert pointing_here == []
