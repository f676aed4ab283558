"""What the DNS says about how the site sends, in words, with the record to add."""

from pathlib import Path

import dns.exception
import dns.resolver
import pytest

from notifications.mail_check import (
    CheckName,
    CouldNotAsk,
    DNSResolver,
    MailSetup,
    Verdict,
    checks,
    explain,
    run_checks,
)
from notifications.mail_check.spf import PROVIDERS
from notifications.mail_check.texts import TEXTS

GOOD = {
    ("txt", "example.org"): ["google-site-verification=x", "v=spf1 include:spf.mtasv.net ~all"],
    ("txt", "pm._domainkey.example.org"): ["k=rsa; p=MIGf"],
    ("txt", "_dmarc.example.org"): ["v=DMARC1; p=quarantine"],
    ("mx", "example.org"): ["mx.example.org"],
}
SETUP = MailSetup("hello@example.org", "bounces+{token}@example.org", "smtp.postmarkapp.com")


class Played:
    """A DNS of its own; names in `silent` do not answer."""

    def __init__(self, records, silent=()):
        self.records, self.silent, self.asked = records, silent, 0

    def _ask(self, kind, name):
        self.asked += 1
        if name in self.silent:
            raise CouldNotAsk(name)
        return self.records.get((kind, name), [])

    def txt(self, name):
        return self._ask("txt", name)

    def mx(self, name):
        return self._ask("mx", name)

    def addresses(self, name):
        return self._ask("a", name)

    def names(self, address):
        return self._ask("ptr", address)


def check(setup=SETUP, *, without=(), silent=(), **records):
    known = {key: value for key, value in GOOD.items() if key not in without}
    found = run_checks(setup, Played(known | records.pop("dns", {}), silent))
    for one in found:
        words = explain(one.code, one.values)
        assert words != one.code, one
        assert "%(" not in words, one
    return {one.check: one for one in found}


def test_a_good_setup_is_fine():
    found = check()
    assert {one.verdict for one in found.values()} == {Verdict.OK}
    assert list(found) == list(CheckName)


def spf(record):
    return {("txt", "example.org"): [record] if isinstance(record, str) else record}


LONG = {("txt", f"i{n}.example.org"): [f"v=spf1 include:i{n + 1}.example.org"] for n in range(12)}


@pytest.mark.parametrize(
    ("dns_records", "verdict", "code", "record"),
    [
        (spf([]), "wrong", "spf-missing", "v=spf1 include:spf.mtasv.net ~all"),
        (spf(["v=spf1 -all", "v=spf1 ~all"]), "wrong", "spf-several", ""),
        (spf("v=spf1 mx +all"), "wrong", "spf-open", "v=spf1 mx ~all"),
        (spf("v=spf1 mx ALL"), "wrong", "spf-open", "v=spf1 mx ~all"),
        (spf("v=spf1 include:i0.example.org ~all") | LONG, "wrong", "spf-too-long", ""),
        (
            spf("v=spf1 mx -all"),
            "wrong",
            "spf-without-provider",
            "v=spf1 include:spf.mtasv.net mx -all",
        ),
        (
            spf("v=spf1 redirect=_spf.example.net")
            | {("txt", "_spf.example.net"): ["v=spf1 include:spf.mtasv.net -all"]},
            "ok",
            "spf-ok",
            "",
        ),
        (spf("V=SPF1 INCLUDE:SPF.MTASV.NET -ALL"), "ok", "spf-ok", ""),
        (spf("v=spf1 include:example.org include:spf.mtasv.net ~all"), "ok", "spf-ok", ""),
    ],
)
def test_spf(dns_records, verdict, code, record):
    found = check(dns=dns_records)[CheckName.SPF]
    assert (found.verdict, found.code, found.record) == (verdict, code, record)
    assert found.name == ("example.org" if record else "")


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=spf1 a:smtp.example.org -all", "spf-ok"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "spf-ok"),
        ("v=spf1 ip4:nonsense ip6:2001:db8::/32 mx -all", "spf-ok"),
        ("v=spf1 ip4:198.51.100.1 -all", "spf-without-host"),
        ("v=spf1 -ip4:192.0.2.0/24 -all", "spf-without-host"),
    ],
)
def test_spf_of_an_own_server(record, code):
    own = MailSetup("hello@example.org", "", "smtp.example.org")
    hosts = {("a", "smtp.example.org"): ["192.0.2.7"], ("a", "mx.example.org"): ["192.0.2.7"]}
    assert check(own, dns=spf(record) | hosts)[CheckName.SPF].code == code


def test_spf_counts_for_the_domain_of_the_return_path():
    setup = MailSetup("hello@example.org", "x@mail.example.org", "smtp.postmarkapp.com")
    assert check(setup)[CheckName.SPF].values["domain"] == "mail.example.org"
    assert check(setup)[CheckName.SENDER].verdict == Verdict.OK


@pytest.mark.parametrize(
    ("selectors", "records", "verdict", "code"),
    [
        ((), {}, "ok", "dkim-ok"),
        (("other",), {}, "wrong", "dkim-missing"),
        ((), {("txt", "pm._domainkey.example.org"): ["v=DKIM1; p="]}, "wrong", "dkim-revoked"),
        ((), {("txt", "pm._domainkey.example.org"): []}, "advice", "dkim-not-found"),
        (("x",), {("txt", "x._domainkey.example.org"): ["p=A B"]}, "ok", "dkim-ok"),
    ],
)
def test_dkim(selectors, records, verdict, code):
    setup = MailSetup("hello@example.org", "", "smtp.postmarkapp.com", selectors)
    found = check(setup, dns=records)[CheckName.DKIM]
    assert (found.verdict, found.code) == (verdict, code)


@pytest.mark.parametrize(
    ("texts", "verdict", "code"),
    [
        (["v=DMARC1; p=reject"], "ok", "dmarc-ok"),
        (["v=DMARC1;p=none; rua=mailto:a@example.org"], "ok", "dmarc-none"),
        (["v=DMARC1; rua=mailto:a@example.org"], "wrong", "dmarc-without-policy"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "wrong", "dmarc-several"),
        (["something else"], "wrong", "dmarc-missing"),
    ],
)
def test_dmarc(texts, verdict, code):
    found = check(dns={("txt", "_dmarc.example.org"): texts})[CheckName.DMARC]
    assert (found.verdict, found.code) == (verdict, code)
    if code == "dmarc-missing":
        assert found.name == "_dmarc.example.org"
        assert found.record == "v=DMARC1; p=none; rua=mailto:hello@example.org"


def test_a_subdomain_has_the_dmarc_record_of_its_parent():
    setup = MailSetup("hello@mentoring.example.org", "")
    assert check(setup)[CheckName.DMARC].values["domain"] == "example.org"


def test_a_return_path_elsewhere_is_not_aligned():
    found = check(MailSetup("hello@example.org", "x@bounces.example.net"))
    assert found[CheckName.SENDER].verdict == Verdict.WRONG


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        ({}, "wrong"),
        ({("mx", "club.example"): ["mx.club.example"]}, "ok"),
        ({("mx", "club.example"): [""]}, "wrong"),
        ({("a", "club.example"): ["192.0.2.1"]}, "ok"),
    ],
)
def test_replies_need_a_mail_server(records, verdict):
    setup = MailSetup("hello@example.org", "", reply_addresses=("us@club.example",))
    assert check(setup, dns=records)[CheckName.REPLIES].verdict == verdict


def test_what_could_not_be_asked_is_not_wrong():
    names = [name for _kind, name in GOOD]
    found = check(silent=[*names, "default._domainkey.example.org"])
    assert found[CheckName.SPF].verdict == Verdict.UNKNOWN
    assert Verdict.WRONG not in {one.verdict for one in found.values()}


def test_every_sentence_is_one_that_a_check_can_say():
    modules = [path for path in Path(checks.__file__).parent.glob("*.py") if path.stem != "texts"]
    source = "".join(path.read_text() for path in modules)
    assert [code for code in TEXTS if f'"{code}"' not in source] == []
    assert all(include for include in PROVIDERS.values())


# --- the real one


def test_a_missing_name_is_an_answer_and_a_timeout_is_none(monkeypatch):
    answers = {"none": dns.resolver.NXDOMAIN(), "slow": dns.exception.Timeout()}
    asked = []

    def resolve(name, kind, lifetime):
        asked.append(name)
        assert lifetime < 10
        raise answers[name]

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    resolver = DNSResolver()
    assert resolver.txt("none") == resolver.mx("none") == resolver.addresses("none") == []
    for _number in range(5):
        with pytest.raises(CouldNotAsk):
            resolver.txt("slow")
    assert asked.count("slow") == 3  # then it asks no more


OWN = MailSetup("hello@example.org", "", "mail.example.org")


@pytest.mark.parametrize(
    ("addresses", "names", "back", "verdict", "code"),
    [
        (["8.8.4.4"], ["mail.example.org"], ["8.8.4.4"], Verdict.OK, "reverse-ok"),
        (["8.8.4.4"], [], [], Verdict.WRONG, "reverse-missing"),
        (["8.8.4.4"], ["host-4.isp.example"], ["1.1.1.1"], Verdict.WRONG, "reverse-differs"),
        (["10.0.0.2", "fd00::1"], [], [], Verdict.ADVICE, "reverse-hidden"),
        ([], [], [], Verdict.ADVICE, "reverse-hidden"),
    ],
)
def test_the_reverse_name_of_an_own_server(addresses, names, back, verdict, code):
    records = {("a", "mail.example.org"): addresses, ("ptr", "8.8.4.4"): names}
    if names and names != ["mail.example.org"]:
        records["a", names[0]] = back
    found = check(OWN, dns=records)[CheckName.REVERSE]
    assert (found.verdict, found.code) == (verdict, code)
    if verdict is Verdict.WRONG:
        assert "set the reverse DNS (PTR record) of 8.8.4.4 to mail.example.org" in explain(
            found.code, found.values
        )


def test_a_provider_looks_after_its_own_names():
    assert check()[CheckName.REVERSE].code == "reverse-provider"


def test_without_an_answer_about_the_name_nothing_is_known():
    records = {("a", "mail.example.org"): ["8.8.4.4"]}
    found = check(OWN, dns=records, silent=["8.8.4.4"])[CheckName.REVERSE]
    assert found.verdict is Verdict.UNKNOWN
