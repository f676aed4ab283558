"""Who may open which page about the texts of e-mails; see `access_rules`."""

from __future__ import annotations

from .access_rule import ANY_COMMITTEE, CHAIRS, READERS, Rule, act, desk, page

READING = READERS | {"conflicted"}  # nothing in them is about a person
CHAIRING = CHAIRS | {"conflicted"}
ONE = {"kind": "match-introduced", "language": "en"}

EMAIL_TEXTS: dict[str, Rule] = {
    "admin:email-programs": page(ANY_COMMITTEE),
    "admin:email-texts": page(READING, "program"),
    "admin:email-text": desk(READING, "program", **ONE),
    "admin:email-text-discard": act(CHAIRING, "program", **ONE),
    "admin:email-text-preview": page(READING, "program", **ONE),
    "admin:email-text-html": page(READING, "program", **ONE),
    "admin:email-text-test": act(CHAIRING, "program", **ONE),
    "admin:email-text-publish": act(CHAIRING, "program", **ONE),
    "admin:email-text-ours": act(CHAIRING, "program", **ONE),
    "admin:email-text-versions": page(READING, "program", **ONE),
    "admin:email-text-version": desk(READING, "program", number=1, **ONE),
}
