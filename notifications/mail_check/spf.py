"""SPF: whether the mail server may send for the domain of the return path (RFC 7208)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from .findings import CheckName, Finding, MailSetup, Verdict
from .resolver import Resolver

MAX_LOOKUPS = 10  # RFC 7208, 4.6.4
# What providers ask their customers to include, by the end of their server's name.
PROVIDERS = {
    "gmail.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "sendgrid.net": "sendgrid.net",
    "mailgun.org": "mailgun.org",
    "postmarkapp.com": "spf.mtasv.net",
    "brevo.com": "spf.brevo.com",
    "amazonaws.com": "amazonses.com",
    "mailjet.com": "spf.mailjet.com",
    "fastmail.com": "spf.messagingengine.com",
    "infomaniak.com": "spf.infomaniak.ch",
    "zoho.com": "zohomail.com",
}


@dataclass
class SPFRecord:
    """What a record allows, with those that it includes."""

    lookups: int = 0
    includes: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    networks: list[str] = field(default_factory=list)
    ends: str = ""  # the qualifier of "all": - ~ ? +


def check_spf(setup: MailSetup, resolver: Resolver) -> list[Finding]:
    domain = setup.return_domain
    records = _spf_of(domain, resolver)
    values = {"domain": domain, "host": setup.mail_host}

    def found(verdict: Verdict, code: str, record: str = "") -> list[Finding]:
        return [Finding(CheckName.SPF, verdict, code, values, domain if record else "", record)]

    suggestion = f"v=spf1 {_mechanism_for(setup.mail_host)} ~all"
    if not records:
        return found(Verdict.WRONG, "spf-missing", suggestion)
    if len(records) > 1:
        return found(Verdict.WRONG, "spf-several")
    spf = SPFRecord()
    _read_spf(records[0], domain, resolver, spf, is_own=True)
    if spf.ends == "+":
        return found(Verdict.WRONG, "spf-open", _closed(records[0]))
    if spf.lookups > MAX_LOOKUPS:
        values["lookups"] = str(spf.lookups)
        return found(Verdict.WRONG, "spf-too-long")
    if not setup.mail_host:
        return found(Verdict.OK, "spf-no-host")
    if _allows(spf, setup.mail_host, resolver):
        return found(Verdict.OK, "spf-ok")
    better = _with_mechanism(records[0], _mechanism_for(setup.mail_host))
    is_known = provider_of(setup.mail_host) != ""
    verdict = Verdict.WRONG if is_known else Verdict.ADVICE
    return found(verdict, "spf-without-provider" if is_known else "spf-without-host", better)


def _closed(record: str) -> str:
    """Return the record with another end; "" if it only leads to one that is open."""
    terms = ["~all" if term.lower() in ("all", "+all") else term for term in record.split()]
    return " ".join(terms) if "~all" in terms else ""


def _spf_of(domain: str, resolver: Resolver) -> list[str]:
    return [text for text in resolver.txt(domain) if text.lower().split(" ")[0] == "v=spf1"]


def _read_spf(text: str, domain: str, resolver: Resolver, spf: SPFRecord, *, is_own: bool) -> None:
    """Read a record and those that it includes into `spf`, until it is too long."""
    for term in text.lower().split()[1:]:
        qualifier = term[0] if term[0] in "+-~?" else "+"
        name, _colon, value = term.lstrip("+-~?").replace("redirect=", "redirect:").partition(":")
        if name == "all" and is_own:
            spf.ends = qualifier
        elif name in ("ip4", "ip6") and qualifier == "+":
            spf.networks.append(value)
        elif name.partition("/")[0] in ("a", "mx", "ptr", "exists", "include", "redirect"):
            spf.lookups += 1
            if spf.lookups > MAX_LOOKUPS:
                return
            _follow(name.partition("/")[0], value or domain, resolver, spf)


def _follow(kind: str, value: str, resolver: Resolver, spf: SPFRecord) -> None:
    if kind == "a":
        spf.hosts.add(value)
    elif kind == "mx":
        spf.hosts.update(resolver.mx(value))
    elif kind in ("include", "redirect") and value not in spf.includes:
        spf.includes.add(value)
        for text in _spf_of(value, resolver)[:1]:
            _read_spf(text, value, resolver, spf, is_own=kind == "redirect")


def _allows(spf: SPFRecord, host: str, resolver: Resolver) -> bool:
    if (provider := provider_of(host)) and provider in spf.includes:
        return True
    if host in spf.hosts:
        return True
    mine = resolver.addresses(host)
    theirs = {address for name in spf.hosts for address in resolver.addresses(name)}
    return any(one in theirs or _is_within(one, spf.networks) for one in mine)


def _is_within(address: str, networks: Iterable[str]) -> bool:
    one = ip_address(address)
    for text in networks:
        try:
            if one in ip_network(text, strict=False):
                return True
        except (ValueError, TypeError):
            continue  # a typing error in somebody's record
    return False


def provider_of(host: str) -> str:
    """Return what the provider that `host` belongs to asks to include, "" for none of them."""
    ends = (include for end, include in PROVIDERS.items() if f".{host}".endswith(f".{end}"))
    return next(ends, "")


def _mechanism_for(host: str) -> str:
    if provider := provider_of(host):
        return f"include:{provider}"
    return f"a:{host}" if host else "mx"


def _with_mechanism(record: str, mechanism: str) -> str:
    first, *rest = record.split()
    return " ".join([first, mechanism, *rest])
