"""A provider's address leads to the internet only: no machine of our own network is asked."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
import requests
from django.core.exceptions import ValidationError

from programs.models.organisation_sign_in import validate_issuer
from programs.organisations import safe_requests
from programs.organisations.safe_requests import AddressRefused, is_public, new_session
from testkit import openid_provider

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0",
    "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1",
    "::7f00:1", "::10.0.0.1", "64:ff9b:1::a00:1", "fec0::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_an_address_on_the_internet_is_public(address):
    assert is_public(ip_address(address))


@pytest.fixture
def production(settings):
    settings.ORGANISATIONS_ON_LOOPBACK = False


@pytest.fixture
def resolves(monkeypatch):
    """Let every name have these addresses."""
    found = []

    def answer(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(safe_requests.socket, "getaddrinfo", answer)
    return found


def test_a_machine_of_our_own_is_not_asked(production):
    with openid_provider.started() as provider:
        with pytest.raises(AddressRefused):
            new_session().get(f"{provider.issuer}/keys")
        assert provider.asked == []


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.215.14", "10.0.0.1"], []])
def test_a_name_that_leads_inside_is_refused(addresses, production, resolves):
    resolves.extend(addresses)
    with pytest.raises(AddressRefused):
        safe_requests.checked_address("https", "login.example.org", 443)


def test_a_name_on_the_internet_is_asked_over_https_only(production, resolves):
    resolves.append("93.184.215.14")
    assert safe_requests.checked_address("https", "login.example.org", 443) == "93.184.215.14"
    with pytest.raises(AddressRefused):
        safe_requests.checked_address("http", "login.example.org", 80)


def test_the_connection_goes_to_the_address_that_was_checked(production, resolves):
    resolves.append("93.184.215.14")
    request = requests.Request("GET", "https://login.example.org/keys").prepare()
    adapter = safe_requests.PublicAddressAdapter()
    where, options = adapter.build_connection_pool_key_attributes(request, True)
    assert where["host"] == "93.184.215.14"
    assert options["server_hostname"] == options["assert_hostname"] == "login.example.org"
    assert request.headers["Host"] == "login.example.org"


def test_redirects_long_answers_and_slow_ones_are_refused(monkeypatch):
    with openid_provider.started() as provider:
        provider.config["filler"] = "x" * safe_requests.MOST_BYTES
        address = f"{provider.issuer}/.well-known/openid-configuration"
        with pytest.raises(AddressRefused):
            new_session().get(address)
        provider.config.clear()
        monkeypatch.setattr(safe_requests, "WHOLE_SECONDS", -1)
        with pytest.raises(AddressRefused):
            new_session().get(address)
        provider.redirects_to = f"{provider.issuer}/keys"
        monkeypatch.undo()
        with pytest.raises(requests.TooManyRedirects):
            new_session().get(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.org", "https://", "ftp://x.org", "https://me:secret@x.org",
        "https://x.org/?a=b", "https://x.org/#a", "https://x.org:port", "http://127.0.0.1:9100",
    ],
)  # fmt: skip
def test_an_issuer_is_an_encrypted_address(address, production):
    with pytest.raises(ValidationError):
        validate_issuer(address)


def test_an_issuer_may_have_a_path(production):
    validate_issuer("https://login.example.org/tenant/v2.0")


def test_a_provider_on_this_machine_is_for_development():
    validate_issuer("http://127.0.0.1:9100")
