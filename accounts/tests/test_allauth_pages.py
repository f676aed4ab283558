"""allauth's pages in our words."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import trans_real

from accounts.devices import device_name

OURS = settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES" / "django.po"
SIGNED_OUT = (
    "account_login",
    "account_signup",
    "account_request_login_code",
    "account_reset_password",
    "account_inactive",
)
SIGNED_IN = (
    "account_email",
    "account_set_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "usersessions_list",
)
NAMES = {"Waymark", "Mentoring", "Toronto", "Lakeshore", "Firefox", "Windows", "Ben", "QR", "IP"}


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """Compile the catalogue, which a clean clone lacks, and forget one loaded before."""
    call_command("build_messages", verbosity=0)
    trans_real._translations.clear()
    trans_real._default = None


def test_every_text_that_we_replace_is_allauths():
    """A new version may change a text: then ours would silently no longer be used."""
    theirs = polib.pofile(str(Path(allauth.__file__).parent / "locale/fr/LC_MESSAGES/django.po"))
    known = {entry.msgid for entry in theirs if not entry.obsolete}
    ours = polib.pofile(str(OURS))
    assert {entry.msgid for entry in ours} <= known
    assert all(entry.translated() for entry in ours)


def texts_of(response) -> list[str]:
    main = re.search(r"<main.*?</main>", response.content.decode(), re.S)[0]
    main = re.sub(r"<(script|style|svg).*?</\1>", "", main, flags=re.S)
    return [" ".join(text.split()) for text in re.findall(r">([^<>]+)<", main) if text.strip()]


def in_title_case(text: str) -> bool:
    """Whether a later word of a short text begins with a capital letter, names aside."""
    words = text.split()[1:]
    is_short = len(words) < 6 and not text.endswith(".")
    return is_short and any(
        word[:1].isupper() and word.strip(",.:") not in NAMES and not word.isupper()
        for word in words
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*SIGNED_OUT, *SIGNED_IN])
def test_pages_are_in_our_voice(name, client, as_user, ben):
    ben.set_unusable_password()
    ben.save()
    visitor = client if name in SIGNED_OUT else as_user(ben)
    response = visitor.get(reverse(name), headers={"user-agent": "Firefox/130.0 (Windows NT 10.0)"})
    assert response.status_code == 200
    texts = texts_of(response)
    assert [text for text in texts if in_title_case(text)] == []
    words = " ".join(texts)
    for term in ("email", "Email", "two-factor", "Two-Factor", "Sign In", "Successfully"):
        assert not re.search(rf"(?<![@\w-]){term}", words), term
    assert 'placeholder="' not in response.content.decode()


def test_every_field_of_a_passkey_has_a_label_that_is_translated():
    """Without one Django makes a label from the field's name, in English on every page."""
    for path in settings.MFA_FORMS.values():
        fields = import_string(path).base_fields.values()
        shown = [field for field in fields if not field.widget.is_hidden]
        assert shown
        assert all(isinstance(field.label, Promise) for field in shown), path


@pytest.mark.django_db
def test_an_error_is_said_once_above_and_names_its_field(client):
    page = client.post(reverse("account_login"), {"login": "", "password": ""}).content.decode()
    assert page.count("There is a problem") == 1
    assert "E-mail address – This field is required." in page


@pytest.mark.django_db
def test_an_error_of_the_whole_form_is_said_once(client, ben):
    form = {"login": ben.email, "password": "wrong-wrong-wrong"}
    page = client.post(reverse("account_login"), form).content.decode()
    assert page.count("The e-mail address or the password is wrong.") == 1


@pytest.mark.django_db
def test_a_wrong_code_is_said_once(client, ben):
    client.post(reverse("account_login"), {"login": ben.email, "password": ""})
    page = client.post(reverse("account_confirm_login_code"), {"code": "AAAA-BBBB"})
    assert page.content.decode().count("There is a problem") == 1


@pytest.mark.django_db
def test_one_confirmed_address_has_no_buttons(as_user, ben):
    page = as_user(ben).get(reverse("account_email")).content.decode()
    assert 'name="action_primary"' not in page
    assert 'name="action_remove"' not in page
    assert 'name="action_add"' in page


MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "(Windows NT 10.0; Win64; x64)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{MOZILLA} {WINDOWS} Gecko/20100101 Firefox/130.0", "Firefox on Windows"),
        (f"{MOZILLA} {WINDOWS} {WEBKIT} Chrome/129.0 Safari/537.36 Edg/129.0", "Edge on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/129.0 Safari/5", "Chrome on Linux"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/6", "Safari on iPhone"),
        (
            f"{MOZILLA} (Linux; Android 14) {WEBKIT} SamsungBrowser/25.0 Chrome/121.0 Safari/5",
            "Samsung Internet on Android",
        ),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/6", "Safari on Mac"),
        ("curl/8.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_has_a_name(user_agent, name):
    assert device_name(user_agent) == name
