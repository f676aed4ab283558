"""Who may sign in by an organisation, and see and remove their links."""

from __future__ import annotations

from .access_rule import EVERYONE, GET_ONLY, OWNER, SIGNED_IN, Rule, act, form, page

ORGANISATIONS: dict[str, Rule] = {
    "programs:organisation-sign-in": Rule(EVERYONE, "organisation", methods=GET_ONLY),
    "programs:organisation-callback": Rule(EVERYONE, "organisation", methods=GET_ONLY),
    "programs:organisation-code": form(EVERYONE),
    "programs:organisation-links": page(SIGNED_IN),
    "programs:organisation-unlink": act(OWNER, "organisation_link"),
}
