"""Committee members sign in more often, and in production with a second factor."""

import pytest
import time_machine
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
HOUR = 3600


def now():
    return timezone.now().timestamp()


def is_signed_in(browser):
    return browser.get(reverse("notifications:preferences")).status_code == 200


def visit_at(browser, hours):
    """Visit a page at each of these hours from now; return whether each was signed in."""
    began, seen = now(), []
    for hour in hours:
        with time_machine.travel(began + hour * HOUR, tick=False):
            seen.append(is_signed_in(browser))
    return seen


def test_a_member_who_leaves_the_desk_for_an_hour_signs_in_again(cleo, as_user):
    cleo.refresh_from_db()
    assert visit_at(as_user(cleo), [0, 0.9, 1.8, 2.9]) == [True, True, True, False]


def test_a_member_signs_in_once_a_day(cleo, as_user):
    cleo.refresh_from_db()
    hours = [hour / 2 for hour in range(50)]
    assert visit_at(as_user(cleo), hours) == [hour < 24 for hour in hours]


def test_a_participant_stays_signed_in_for_weeks(ada, as_user):
    assert visit_at(as_user(ada), [0, 30, 24 * 20]) == [True, True, True]


def test_the_day_of_a_new_member_counts_from_signing_in(cleo, as_user):
    cleo.refresh_from_db()
    browser = as_user(cleo)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "code", "at": now() - 30 * HOUR}]
    session["account_authentication_methods_user"] = str(cleo.pk)
    session.save()
    assert visit_at(browser, [0, 0.1]) == [True, False]


def test_without_the_setting_nothing_is_asked(cleo, as_user):
    assert as_user(cleo).get(reverse("admin:index")).status_code == 200


@pytest.fixture
def strict(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def prove(browser, person):
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": now()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


@pytest.mark.usefixtures("strict")
def test_a_member_without_a_second_factor_is_led_to_setting_it_up(cleo, as_user):
    response = as_user(cleo).get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[0] == (reverse("mfa_index"), 302)
    assert "two-step sign-in" in response.content.decode()


@pytest.mark.usefixtures("strict")
def test_who_has_a_second_factor_must_have_used_it_in_this_session(cleo, as_user):
    Authenticator.objects.create(user=cleo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    browser = as_user(cleo)
    refused = browser.get(reverse("admin:index"))
    assert refused.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    prove(browser, cleo)
    assert browser.get(reverse("admin:index")).status_code == 200


@pytest.mark.usefixtures("strict")
def test_recovery_codes_alone_are_no_second_factor(cleo, as_user):
    Authenticator.objects.create(
        user=cleo, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"}
    )
    browser = as_user(cleo)
    prove(browser, cleo)
    assert browser.get(reverse("admin:index")).headers["Location"] == reverse("mfa_index")


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_committee_page_slips_through(cleo, as_user, method):
    for name in ("admin:index", "admin:programs_cohort_changelist", "admin:jsi18n"):
        assert getattr(as_user(cleo), method)(reverse(name)).status_code == 302


@pytest.mark.usefixtures("strict")
def test_participants_are_asked_for_nothing(ada, as_user):
    assert as_user(ada).get(reverse("notifications:preferences")).status_code == 200
