"""The demo's applications are exported and imported again: nothing changes."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from accounts.models import User
from applications.models import Application
from applications.tests.export_files import export, import_again
from demo import personas
from programs.models import Cohort, Program
from testkit.table_snapshots import differences, snapshot

pytestmark = pytest.mark.django_db

WITHOUT = {
    "applications.RosterUpload": "says that there was an import",
    "applications.RosterJob": "says that there was an import",
    "admin.LogEntry": "says who exported what",
    "sessions.Session": "the chair stays signed in",
    "usersessions.UserSession": "the chair stays signed in",
}


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Load the demo once for all tests; rolled back at the end."""
    everyone = personas.read
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(DEMO=True),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(personas, "read", lambda file: everyone(file)[:12])
        call_command("load_demo", phase="applications", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize(("kind", "language"), [("csv", "en"), ("xlsx", "fr")])
def test_importing_an_export_of_any_cohort_changes_nothing(demo, as_user, kind, language):
    tried = 0
    for program in Program.objects.all():
        chair = User.objects.filter(memberships__program=program, memberships__role="chair").first()
        client = as_user(chair)
        client.cookies["django_language"] = language
        for cohort in Cohort.objects.filter(program=program):
            seen = Application.objects.for_committee(chair).filter(cohort=cohort)
            if not seen.exists():
                continue
            before = snapshot(without=WITHOUT, exactly=True)
            content = export(client, kind, cohort=cohort.slug)
            job = import_again(client, content, cohort, kind=kind)
            assert job.counts["unchanged"] == seen.exclude(state="declined").count()
            assert differences(before, snapshot(without=WITHOUT, exactly=True)) == {}
            tried += 1
    assert tried >= 3
