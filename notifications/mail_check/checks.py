"""What mail servers look at, and what is wrong with it.

1. What could not be asked is unknown. That is never wrong, and never worse than before.
2. The site cannot see from which machine the mail server sends in the end, nor whether it signs.
   What can be read in the DNS is checked; the test e-mail shows the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address

from .findings import CheckName, Finding, MailSetup, Verdict, domain_of
from .resolver import CouldNotAsk, Resolver
from .spf import check_spf, provider_of

# Names under which providers usually publish their keys; DKIM_SELECTORS names others.
USUAL_SELECTORS = (
    "default", "mail", "dkim", "s1", "s2", "k1", "k2", "selector1", "selector2", "google", "mg",
    "pm", "brevo1", "brevo2", "mailjet", "fm1", "zoho",
)  # fmt: skip


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
    if not host or provider_of(host):
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
