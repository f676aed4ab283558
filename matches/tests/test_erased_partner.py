"""On the pages of the partner, someone who was erased is called by their role."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import privacy
from matches.models import Match
from testkit import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(settings, tmp_path):
    settings.ERASED_FILE = tmp_path / "erased"


@pytest.fixture
def match(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_partner_is_called_by_role(match, ada, ben, language):
    privacy.erase_person(ben)
    found = Match.objects.get(pk=match.pk)
    with translation.override(language):
        assert found.partner_of(ada).name == found.partner_of(ada).first_name
        assert found.partner_of(ada).name == translation.gettext("your mentee")
    assert found.partner_of(ben).name == "Ada Brook"


def test_the_name_is_not_stored(match, ada, ben):
    privacy.erase_person(ben)
    assert Match.objects.get(pk=match.pk).partner_of(ada).name == "your mentee"
    ben.refresh_from_db()
    assert ben.name == ""


def test_the_page_of_the_pair_has_a_heading(as_user, match, ada, ben):
    privacy.erase_person(ben)
    page = as_user(ada).get(reverse("matches:match-detail", args=[match.public_id]))
    text = page.content.decode()
    assert "You and your mentee" in text
    assert "You and  " not in text
