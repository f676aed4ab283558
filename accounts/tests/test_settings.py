import json

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts import employers, privacy
from accounts.models import Employer, Profile, User
from programs.models import Policy
from testkit import factories

SETTINGS, PRIVACY, EXPORT, ERASE = (
    reverse(f"accounts:{name}") for name in ("settings", "privacy", "data-export", "data-erase")
)
GOOD = {
    "name": "Ben O. Okoro",
    "pronouns": "he/him",
    "time_zone": "America/Toronto",
    "language": "fr",
}


def test_settings_are_saved(as_user, ben):
    assert as_user(ben).post(SETTINGS, GOOD).status_code == 302
    ben.refresh_from_db()
    assert {name: getattr(ben, name) for name in GOOD} == GOOD


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "http://x"},
        {"time_zone": "Mars/Olympus"},
        {"language": "xx"},
        {"name": "n" * 81},
    ],
)
def test_impossible_settings_are_refused_with_words(bad, as_user, ben):
    page = as_user(ben).post(SETTINGS, {**GOOD, **bad})
    assert list(page.context["form"].errors) == list(bad)
    assert User.objects.get(pk=ben.pk).name == "Ben Okoro"


def test_the_page_after_a_change_of_language_is_all_in_the_new_one(as_user, ben):
    page = as_user(ben).post(SETTINGS, GOOD, follow=True).content.decode()
    assert "Your settings have been saved." not in page
    assert "Vos réglages ont été enregistrés." in page


def test_no_one_makes_themselves_the_maintainer(as_user, ben):
    as_user(ben).post(
        SETTINGS, {**GOOD, "is_superuser": "on", "is_staff": "on", "email": "x@example.org"}
    )
    ben.refresh_from_db()
    assert (ben.is_superuser, ben.is_staff, ben.email != "x@example.org") == (False, False, True)


def test_the_copy_of_ones_data_is_a_file_with_ones_own(as_user, ben, ada):
    response = as_user(ben).get(EXPORT)
    data = json.loads(response.content)
    assert "attachment" in response["Content-Disposition"]
    assert data["account"]["email"] == ben.email
    assert ada.email not in response.content.decode()


def test_the_page_says_how_long_texts_are_kept(as_user, ben, cohort):
    client = as_user(ben)
    assert "How long we keep it" not in client.get(PRIVACY).content.decode()
    for _n in range(2):
        factories.application(ben, factories.cohort(program=cohort.program))
    Policy.objects.filter(program=cohort.program).update(text_retention_months=1)
    page = client.get(PRIVACY).content.decode()
    assert page.count("are erased 1 month after your pair has ended") == 1
    assert "A declined application is erased after 12 months." in page


def test_erasing_asks_for_the_address(as_user, ben):
    page = as_user(ben).post(ERASE, {"email": "else@example.org"})
    assert "email" in page.context["form"].errors
    assert User.objects.get(pk=ben.pk).is_active


def test_erasing_empties_the_person_and_signs_out(as_user, ben):
    client, email = as_user(ben), ben.email
    assert client.post(ERASE, {"email": email}).status_code == 302
    ben.refresh_from_db()
    assert (ben.name, ben.is_active, email in ben.email) == ("", False, False)
    assert client.get(SETTINGS).status_code == 302


def test_erasing_waits_for_what_others_depend_on(ben, monkeypatch):
    monkeypatch.setitem(
        privacy.DATA_PARTS,
        "test",
        privacy.DataPart(lambda user: {}, lambda user: None, lambda user: "A pair is open."),
    )
    with pytest.raises(ActionNotAllowed, match="A pair is open"):
        privacy.erase_person(ben)
    assert User.objects.get(pk=ben.pk).name == "Ben Okoro"


# --- employers


def test_spellings_become_one_employer(db):
    names = ("Harbour Mill", "Harbour Mill Inc.", "harbour mill ltd")
    keep, *others = [Employer.objects.named(name) for name in names]
    nia = factories.person("Nia Cole", employer="Harbour Mill Inc.")
    assert employers.merge(keep, others) == 1
    assert Profile.objects.get(user=nia).employer == keep
    assert {Employer.objects.named(name) for name in names} == {keep}
    together = Employer.objects.all_named([*names, "New  Works", "new works"])
    new = Employer.objects.get(name="New Works")
    assert together == {**dict.fromkeys(names, keep), "New  Works": new, "new works": new}


def test_merging_twice_changes_nothing(db):
    keep, other = Employer.objects.named("One"), Employer.objects.named("Two")
    employers.merge(keep, [other])
    before = keep.aliases
    assert (employers.merge(keep, [keep]), keep.aliases) == (0, before)
