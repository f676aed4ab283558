"""The database of the tests: migrated completely, and without a trace of the test before."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import TransactionTestCase

from accounts.models import User
from testkit import database, factories

pytestmark = pytest.mark.both_databases

KEPT = {"auth.Permission", "contenttypes.ContentType"}  # Django writes them again


def tables_with_rows():
    return {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._base_manager.exists()
    }


@pytest.mark.django_db
def test_no_migration_is_missing():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(2))
def test_a_test_that_commits_leaves_no_row(turn):
    assert tables_with_rows() == KEPT
    cohort = factories.cohort()
    factories.match(factories.person(), factories.person(), cohort)
    assert len(tables_with_rows() - KEPT) > 5


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite deletes row by row anyway")
def test_only_tables_with_rows_are_emptied():
    tables = connection.introspection.django_table_names(only_existing=True)
    before = set(database.sql_to_empty(None, tables))
    factories.person()
    added = set(database.sql_to_empty(None, tables)) - before
    assert {User._meta.db_table, "accounts_profile"} <= {
        statement.split('"')[1] for statement in added
    }
    assert len(added) < 10


def test_the_emptying_of_the_tests_is_the_quick_one():
    assert TransactionTestCase._fixture_teardown.__name__ == "tear_down_quickly"
