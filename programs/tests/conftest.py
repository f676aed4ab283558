import pytest
from django.core.cache import cache

from accounts.adapter import AccountAdapter
from programs.models import OrganisationSignIn
from testkit import factories, openid_provider

from . import organisation_steps


@pytest.fixture
def reader(program):
    return factories.member("Rhea Lind", program=program, role="reader")


@pytest.fixture
def provider():
    """A provider on loopback, at which someone without an account signs in."""
    with openid_provider.started() as running:
        running.person["email"] = organisation_steps.NEW
        yield running


@pytest.fixture
def row(program, provider, monkeypatch):
    """A program's settings for it; codes by e-mail are known, and nothing was counted before."""
    cache.clear()
    code = organisation_steps.CODE
    monkeypatch.setattr(AccountAdapter, "generate_login_code", lambda self: code)
    return OrganisationSignIn.objects.create(
        program=program,
        is_on=True,
        name_en="Harbour Group",
        name_fr="Groupe Harbour",
        issuer=provider.issuer,
        client_id=openid_provider.CLIENT,
        secret=openid_provider.SECRET,
    )
