"""What mail servers look at, and what is wrong with it.

1. A finding is a code and values, not a sentence: each reader gets it in their own language.
2. What could not be asked is unknown. That is never wrong, and never worse than before.
3. The site cannot see from which machine the mail server sends in the end, nor whether it signs.
   What can be read in the DNS is checked; the test e-mail shows the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network

from .resolver import CouldNotAsk, Resolver

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
# Names under which providers usually publish their keys; DKIM_SELECTORS names others.
USUAL_SELECTORS = (
    "default", "mail", "dkim", "s1", "s2", "k1", "k2", "selector1", "selector2", "google", "mg",
    "pm", "brevo1", "brevo2", "mailjet", "fm1", "zoho",
)  # fmt: skip


class Verdict(StrEnum):
    OK = "ok"
    ADVICE = "advice"  # works, could be better or cannot be seen from here
    WRONG = "wrong"
    UNKNOWN = "unknown"  # could not be asked


class CheckName(StrEnum):
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    SENDER = "sender"
    REPLIES = "replies"
    REVERSE = "reverse"


@dataclass(frozen=True)
class Finding:
    """What a check has found. `record` is what to add to the DNS under `name`, "" for nothing."""

    check: CheckName
    verdict: Verdict
    code: str  # of its sentence, see `texts`
    values: dict[str, str] = field(default_factory=dict)
    name: str = ""
    record: str = ""


@dataclass(frozen=True)
class MailSetup:
    """How the site sends: the sender's address, its return path, the mail server, the replies."""

    sender: str
    return_path: str
    mail_host: str = ""
    selectors: tuple[str, ...] = ()
    reply_addresses: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        return domain_of(self.sender)

    @property
    def return_domain(self) -> str:
        return domain_of(self.return_path) or self.domain


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().strip(">").lower()


def run_checks(setup: MailSetup, resolver: Resolver) -> list[Finding]:
    """Return what the DNS says about how the site sends; never raises CouldNotAsk."""
    checks: list[tuple[CheckName, Callable[[MailSetup, Resolver], Iterable[Finding]]]] = [
        (CheckName.SPF, check_spf),
        (CheckName.DKIM, check_dkim),
        (CheckName.DMARC, check_dmarc),
        (CheckName.SENDER, check_sender),
        (CheckName.REPLIES, check_replies),
        (CheckName.REVERSE, check_reverse),
    ]
    found: list[Finding] = []
    for name, check in checks:
        try:
            found += check(setup, resolver)
        except CouldNotAsk as error:
            values = {"name": str(error)}
            found.append(Finding(name, Verdict.UNKNOWN, "could-not-ask", values))
    return found


# --- SPF


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
    is_known = _provider(setup.mail_host) != ""
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
    if (provider := _provider(host)) and provider in spf.includes:
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


def _provider(host: str) -> str:
    ends = (include for end, include in PROVIDERS.items() if f".{host}".endswith(f".{end}"))
    return next(ends, "")


def _mechanism_for(host: str) -> str:
    if provider := _provider(host):
        return f"include:{provider}"
    return f"a:{host}" if host else "mx"


def _with_mechanism(record: str, mechanism: str) -> str:
    first, *rest = record.split()
    return " ".join([first, mechanism, *rest])


# --- DKIM


def check_dkim(setup: MailSetup, resolver: Resolver) -> list[Finding]:
    """Look for a key under the sender's domain, or the one of the return path."""
    values = {"domain": setup.domain, "selectors": ", ".join(setup.selectors)}
    revoked = ""
    for selector in setup.selectors or USUAL_SELECTORS:
        name = f"{selector}._domainkey.{setup.domain}"
        for text in resolver.txt(name):
            key = _tags(text).get("p")
            if key:
                return [Finding(CheckName.DKIM, Verdict.OK, "dkim-ok", {**values, "name": name})]
            revoked = name if key == "" else revoked
    if revoked:
        values["name"] = revoked
        return [Finding(CheckName.DKIM, Verdict.WRONG, "dkim-revoked", values)]
    if setup.selectors:
        return [Finding(CheckName.DKIM, Verdict.WRONG, "dkim-missing", values)]
    return [Finding(CheckName.DKIM, Verdict.ADVICE, "dkim-not-found", values)]


def _tags(text: str) -> dict[str, str]:
    """Return the tags of a record of DKIM or DMARC, such as {"v": "DMARC1", "p": "none"}."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip().lower(): "".join(value.split()) for name, _sign, value in pairs}


# --- DMARC


def check_dmarc(setup: MailSetup, resolver: Resolver) -> list[Finding]:
    record = f"v=DMARC1; p=none; rua=mailto:{setup.sender}"
    name = f"_dmarc.{setup.domain}"
    values = {"domain": setup.domain}

    def found(verdict: Verdict, code: str, *, suggests: bool = False) -> list[Finding]:
        to_add = (name, record) if suggests else ("", "")
        return [Finding(CheckName.DMARC, verdict, code, values, *to_add)]

    for domain in _with_parents(setup.domain):
        texts = [text for text in resolver.txt(f"_dmarc.{domain}") if _is_dmarc(text)]
        if len(texts) > 1:
            return found(Verdict.WRONG, "dmarc-several")
        if texts:
            values["domain"] = domain
            policy = _tags(texts[0]).get("p", "").lower()
            values["policy"] = policy
            if policy not in ("none", "quarantine", "reject"):
                return found(Verdict.WRONG, "dmarc-without-policy")
            return found(Verdict.OK, "dmarc-none" if policy == "none" else "dmarc-ok")
    return found(Verdict.WRONG, "dmarc-missing", suggests=True)


def _is_dmarc(text: str) -> bool:
    return text.replace(" ", "").lower().startswith("v=dmarc1")


def _with_parents(domain: str) -> Iterator[str]:
    """Yield a domain and those above it, without the last one."""
    labels = domain.split(".")
    for number in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[number:])


# --- the sender and the replies


def check_sender(setup: MailSetup, resolver: Resolver) -> list[Finding]:
    """Compare the domain that people see with the one that SPF is asked for."""
    values = {"domain": setup.domain, "return_domain": setup.return_domain}
    is_aligned = _is_same_organisation(setup.domain, setup.return_domain)
    if not is_aligned:
        return [Finding(CheckName.SENDER, Verdict.WRONG, "sender-differs", values)]
    return [Finding(CheckName.SENDER, Verdict.OK, "sender-ok", values)]


def _is_same_organisation(one: str, other: str) -> bool:
    return f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}")


def check_replies(setup: MailSetup, resolver: Resolver) -> list[Finding]:
    """Ask whether e-mail can arrive at the domains that replies and reports go to."""
    addresses = [setup.return_path or setup.sender, *setup.reply_addresses]
    domains = dict.fromkeys(domain for one in addresses if (domain := domain_of(one)))
    found = []
    for domain in domains:
        servers = resolver.mx(domain)
        if servers and any(servers):
            continue
        takes_none = bool(servers)  # it says so itself
        if not takes_none and resolver.addresses(domain):
            continue  # servers deliver to the machine itself
        values = {"domain": domain}
        found.append(Finding(CheckName.REPLIES, Verdict.WRONG, "replies-lost", values))
    if not found:
        values = {"domains": ", ".join(domains)}
        found = [Finding(CheckName.REPLIES, Verdict.OK, "replies-ok", values)]
    return found


# --- the reverse name of a mail server of one's own


def check_reverse(setup: MailSetup, resolver: Resolver) -> list[Finding]:
    """Ask whether each public address of the mail server has a name that leads back to it (PTR).

    Providers look after theirs. A server that only the machine itself reaches hands on to another.
    """
    host = setup.mail_host
    if not host or _provider(host):
        return [Finding(CheckName.REVERSE, Verdict.OK, "reverse-provider", {"host": host})]
    public = [one for one in _addresses_of(host, resolver) if ip_address(one).is_global]
    for address in public:
        values = {"host": host, "address": address}
        names = resolver.names(address)
        if not names:
            return [Finding(CheckName.REVERSE, Verdict.WRONG, "reverse-missing", values)]
        if not any(address in resolver.addresses(name) for name in names):
            values["name"] = names[0]
            return [Finding(CheckName.REVERSE, Verdict.WRONG, "reverse-differs", values)]
    values = {"host": host, "addresses": ", ".join(public)}
    if not public:
        return [Finding(CheckName.REVERSE, Verdict.ADVICE, "reverse-hidden", values)]
    return [Finding(CheckName.REVERSE, Verdict.OK, "reverse-ok", values)]


def _addresses_of(host: str, resolver: Resolver) -> list[str]:
    """Return the addresses of a host, which may be given as an address itself."""
    try:
        return [str(ip_address(host.strip("[]")))]
    except ValueError:
        return resolver.addresses(host)
