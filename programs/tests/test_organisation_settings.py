"""Who sets how an organisation signs people in; the secret is never shown."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from programs.models import OrganisationSignIn
from programs.organisations.provider import callback_address
from testkit import factories

pytestmark = pytest.mark.django_db
PREFIX = "organisation_sign_in"
SECRET = "very-secret-words"


@pytest.fixture
def program(program):
    """A program whose page can be saved as it is."""
    program.other_help = "The library"
    program.save()
    return program


@pytest.fixture
def row(program) -> OrganisationSignIn:
    return OrganisationSignIn.objects.create(
        program=program,
        is_on=True,
        name_en="Harbour Group",
        issuer="https://login.example.org",
        client_id="mentoring",
        secret=SECRET,
        domains="example.org",
    )


@pytest.fixture
def maintainer(db):
    return factories.person("Main Tainer", is_superuser=True, is_staff=True)


def page_of(program) -> str:
    return reverse("admin:programs_program_change", args=[program.pk])


def fields(client, program) -> dict[str, object]:
    """Return the form of a program's page as a browser would send it, unchanged."""
    page = client.get(page_of(program))
    context = page.context
    sent: dict[str, object] = dict(context["adminform"].form.initial)
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms.append(inline.formset.management_form)
        forms.extend(inline.formset.forms)
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                sent[bound.html_name] = value
    return {name: value for name, value in sent.items() if value is not None}


def save(client, program, **changed):
    sent = fields(client, program)
    sent.update({f"{PREFIX}-0-{name}": value for name, value in changed.items()})
    response = client.post(page_of(program), sent)
    assert response.status_code == 302, [
        response.context["adminform"].form.errors,
        *(inline.formset.errors for inline in response.context["inline_admin_formsets"]),
    ]
    return OrganisationSignIn.objects.filter(program=program).first()


def test_a_chair_sets_it_and_the_secret_is_stored_encrypted(client, program, cleo):
    client.force_login(cleo)
    made = save(
        client,
        program,
        name_en="Harbour Group",
        issuer="https://login.example.org",
        client_id="mentoring",
        secret=SECRET,
        is_on="on",
    )
    assert (made.name, made.is_on, made.secret, made.domains) == (
        "Harbour Group", True, SECRET, "",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM programs_organisationsignin")
        assert SECRET not in cursor.fetchone()[0]


def test_a_chair_does_not_see_the_secret_and_keeps_it(client, program, cleo, row):
    client.force_login(cleo)
    page = client.get(page_of(program)).text
    assert SECRET not in page
    assert callback_address(row) in page
    changed = save(client, program, client_id="other")
    assert (changed.client_id, changed.secret, changed.domains) == ("other", SECRET, "example.org")


def test_a_chair_cannot_say_for_which_domains_it_vouches(client, program, cleo, row):
    client.force_login(cleo)
    assert save(client, program, client_id="other", domains="gmail.com").domains == "example.org"


def test_another_issuer_of_a_chair_is_trusted_with_no_domain(client, program, cleo, row):
    client.force_login(cleo)
    changed = save(client, program, issuer="https://other.example.org")
    assert (changed.domains, changed.link_key != row.link_key) == ("", True)


def test_the_maintainer_says_for_which_domains_it_vouches(client, program, maintainer, row):
    client.force_login(maintainer)
    changed = save(client, program, domains="example.net\nexample.com")
    assert changed.domain_names == ["example.net", "example.com"]


def test_a_domain_must_be_one(row):
    row.domains = "not a domain"
    with pytest.raises(Exception, match="is not a domain"):
        row.full_clean()


def test_a_reader_sees_no_secret_and_changes_nothing(client, program, row):
    reader = factories.member("Rea Der", program=program, role="reader")
    client.force_login(reader)
    page = client.get(page_of(program)).text
    assert "https://login.example.org" in page
    assert SECRET not in page
    sent = {f"{PREFIX}-0-client_id": "other"}
    assert client.post(page_of(program), sent).status_code == 403


def test_the_chair_of_another_program_reaches_nothing(client, program, row):
    other = factories.member("Out Sider", program=factories.program(slug="other"), role="chair")
    client.force_login(other)
    assert SECRET not in client.get(page_of(program)).text
    assert list(OrganisationSignIn.objects.visible_to(other)) == []
