"""The sentences of findings, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Mapping[str, Promise] = {
    "spf": _("SPF: who may send for your domain"),
    "dkim": _("DKIM: the signature on each e-mail"),
    "dmarc": _("DMARC: what others do with forgeries"),
    "sender": _("The sender and the return path"),
    "replies": _("Replies and reports"),
    "reverse": _("The name of your mail server (PTR)"),
}
VERDICTS: Mapping[str, Promise] = {
    "ok": _("Fine"),
    "advice": _("To look at"),
    "wrong": _("To fix"),
    "unknown": _("Could not ask"),
}
TEXTS: Mapping[str, Promise] = {
    "could-not-ask": _(
        "The DNS did not answer about %(name)s, so nothing is known. Check again later."
    ),
    "spf-missing": _(
        "%(domain)s has no SPF record. Gmail and Outlook reject e-mail from domains without SPF "
        "and DKIM. Add the record below."
    ),
    "spf-several": _(
        "%(domain)s has several SPF records, which counts as none. Put them together into one."
    ),
    "spf-open": _(
        "The SPF record of %(domain)s lets everyone send for it. Replace it with the record below."
    ),
    "spf-too-long": _(
        "The SPF record of %(domain)s needs %(lookups)s or more look-ups; servers stop at 10 and "
        "take it for broken. Remove services that you no longer use."
    ),
    "spf-no-host": _(
        "%(domain)s has an SPF record. Compare it with what your provider asks for: from here, its "
        "servers can't be seen."
    ),
    "spf-ok": _("The SPF record of %(domain)s includes your mail server %(host)s."),
    "spf-without-provider": _(
        "The SPF record of %(domain)s does not include your provider (%(host)s), so its e-mails "
        "look forged. Replace it with the record below."
    ),
    "spf-without-host": _(
        "The SPF record of %(domain)s doesn't mention your mail server %(host)s. If the server "
        "hands e-mails on to another one that the record allows, that is fine. Otherwise replace "
        "it with the record below."
    ),
    "dkim-ok": _("There is a DKIM key at %(name)s. The test e-mail shows whether it is used."),
    "dkim-revoked": _(
        "The DKIM key at %(name)s is empty, which means withdrawn. Publish a new one."
    ),
    "dkim-missing": _(
        "There is no DKIM key of %(domain)s under %(selectors)s (DKIM_SELECTORS). Turn on DKIM at "
        "your mail provider, and add the record that it shows you."
    ),
    "dkim-not-found": _(
        "No DKIM key of %(domain)s was found under the usual names. If your provider signs, set "
        "DKIM_SELECTORS to the name it uses. Otherwise turn on DKIM there and add the record that "
        "it shows you."
    ),
    "dmarc-missing": _(
        "%(domain)s has no DMARC record. Gmail and Yahoo ask for one. Add the record below; it "
        "changes nothing for anyone but sends you reports."
    ),
    "dmarc-several": _("%(domain)s has several DMARC records, which counts as none. Keep one."),
    "dmarc-without-policy": _(
        "The DMARC record of %(domain)s has no valid policy (p=none, quarantine or reject)."
    ),
    "dmarc-none": _(
        "%(domain)s has a DMARC record that only reports. That is a good beginning; once SPF and "
        "DKIM are fine, p=quarantine protects your name from forgeries."
    ),
    "dmarc-ok": _("%(domain)s has a DMARC record with the policy %(policy)s."),
    "sender-ok": _(
        "E-mails come from %(domain)s and return to %(return_domain)s: they belong together."
    ),
    "sender-differs": _(
        "E-mails say that they come from %(domain)s, but return to %(return_domain)s. SPF then "
        "does not count for DMARC. Set BOUNCE_ADDRESS to an address of %(domain)s."
    ),
    "replies-ok": _("E-mail arrives at %(domains)s."),
    "replies-lost": _(
        "%(domain)s has no mail server, so what people reply is lost. Use an address that "
        "someone reads."
    ),
    "reverse-provider": _("Your mail provider looks after the names of its servers."),
    "reverse-hidden": _(
        "%(host)s has no public address, so it hands e-mails on to another server. Whoever runs "
        "that one sees to its reverse name."
    ),
    "reverse-ok": _("The addresses of %(host)s (%(addresses)s) have a name that leads back."),
    "reverse-missing": _(
        "The address %(address)s of your mail server %(host)s has no reverse name. Gmail and "
        "Outlook reject e-mail from such addresses. Ask whoever rents you the machine: “Please set "
        "the reverse DNS (PTR record) of %(address)s to %(host)s.”"
    ),
    "reverse-differs": _(
        "The address %(address)s of your mail server %(host)s has the reverse name %(name)s, which "
        "does not lead back to it. Ask whoever rents you the machine: “Please set the reverse DNS "
        "(PTR record) of %(address)s to %(host)s.”"
    ),
}  # fmt: skip


def explain(code: str, values: Mapping[str, str]) -> str:
    """Return the sentence of a finding in the reader's language; its code if it is unknown."""
    text = TEXTS.get(code)
    return str(text) % values if text is not None else code
