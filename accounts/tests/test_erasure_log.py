"""Who was erased stays erased, also when a backup from before comes back."""

import pytest
from django.core.management import call_command

from accounts import erasure_log, privacy
from accounts.models import User
from accounts.models.people import ERASED_DOMAIN
from testkit import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.ERASED_FILE, settings.OUTBOX_EPOCH_FILE = tmp_path / "erased", tmp_path / "epoch"


def bring_back(person):
    """As a backup would: the row as it was before."""
    before = User.objects.filter(pk=person.pk)
    before.update(email="ada@example.org", name="Ada Brook", is_active=True)


def test_erasing_leaves_a_line_outside_the_database(
    ada, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        privacy.erase_person(ada)
    assert settings.ERASED_FILE.read_text() == f"{ada.public_id}\n"
    assert settings.ERASED_FILE.stat().st_mode & 0o777 == 0o600


def test_an_erasing_that_was_rolled_back_leaves_no_line(ada, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks():
        privacy.erase_person(ada)
    assert erasure_log.erased_ids() == set()


def test_after_a_restore_the_erased_are_erased_again_and_no_one_else(ada, ben, monkeypatch):
    erasure_log.append(ada.public_id)
    bring_back(ada)
    for _ in range(2):
        call_command("post_restore")
    ada.refresh_from_db()
    assert (ada.name, ada.is_active, ada.email.endswith(ERASED_DOMAIN)) == ("", False, True)
    assert User.objects.get(pk=ben.pk).name == "Ben Okoro"


def test_without_a_file_no_one_is_erased(ada):
    assert privacy.erase_again() == 0
    assert User.objects.get(pk=ada.pk).name == "Ada Brook"


def test_an_unknown_line_changes_nothing(ada):
    erasure_log.append("x" * 22)
    assert privacy.erase_again() == 0


def test_someone_who_comes_back_in_an_open_pair_is_erased_and_the_pair_ends(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    erasure_log.append(ada.public_id)
    for _ in range(2):
        call_command("post_restore")
    ada.refresh_from_db()
    match.refresh_from_db()
    assert (ada.name, ada.is_erased, match.state) == ("", True, "closed")
