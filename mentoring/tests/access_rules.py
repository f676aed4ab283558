"""Who may enter which address: the whole access control of the site on one page. Tests hold it against every role.

A row is `route: rule(who, about)`. `about` is the kind of row that the address names (a key of `World.things`); `who` are standings
towards that row: owner (wrote it, or is one of its pair), partner (the other half of the pair), reader, matcher, chair, carer (of this
very match), member (a carer of other matches), maintainer, conflicted (chair with a declared conflict of interest), signed_in (anybody
else), anonymous. Towards an address that names no row: signed_in, outsider (chair of another program), and the committee roles.

A route without a row fails the tests, and so does a row without a route.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

ANONYMOUS = frozenset({"anonymous"})
OWNER = frozenset({"owner"})
PAIR = frozenset({"owner", "partner"})
READERS = frozenset({"reader", "matcher", "member", "carer", "chair", "maintainer"})  # the committee of that program
MATCHERS = frozenset({"matcher", "chair", "maintainer"})
CARE = frozenset({"carer", "chair", "maintainer"})
CHAIRS = frozenset({"chair", "maintainer"})
ANY_CHAIR = CHAIRS | {"conflicted", "outsider"}  # for rows of the whole installation
ANY_COMMITTEE = READERS | {"conflicted", "outsider"}
SIGNED_IN = ANY_COMMITTEE | PAIR | {"signed_in"}
EVERYONE = SIGNED_IN | ANONYMOUS
NOBODY: frozenset[str] = frozenset()

SAFE = frozenset({"GET", "HEAD"})
ALL = SAFE | {"POST", "PUT", "DELETE"}


@dataclass(frozen=True)
class Rule:
    """`who` may read, `write` may send; other methods answer 405. `extra` gives parts of the address that are no id."""

    who: frozenset[str]
    about: str = ""
    write: frozenset[str] = NOBODY
    methods: frozenset[str] = SAFE
    extra: dict[str, Any] = field(default_factory=dict, hash=False)

    def may(self, standing: str, method: str) -> bool:
        return standing in (self.who if method in SAFE else self.write)


def page(who: frozenset[str], about: str = "", **extra: Any) -> Rule:
    """Only to be looked at."""
    return Rule(who, about, extra=extra)


def form(who: frozenset[str], about: str = "", **extra: Any) -> Rule:
    """A page with something to send on it."""
    return Rule(who, about, who, SAFE | {"POST"}, extra)


def act(who: frozenset[str], about: str = "", **extra: Any) -> Rule:
    """A button: POST only."""
    return Rule(who, about, who, frozenset({"POST"}), extra)


def library(who: frozenset[str], **extra: Any) -> Rule:
    """A view of Django or allauth, which takes any method."""
    return Rule(who, "", who, ALL, extra)


PAGES: dict[str, Rule] = {
    "healthz": page(EVERYONE),
    "theme": act(EVERYONE),
    "styleguide": page(SIGNED_IN),
    # --- sign-in: allauth
    "account_login": library(EVERYONE),
    "account_logout": library(EVERYONE),
    "account_inactive": library(EVERYONE),
    "account_signup": library(EVERYONE),
    "account_reauthenticate": library(SIGNED_IN),
    "account_email": library(SIGNED_IN),
    "account_email_verification_sent": library(EVERYONE),
    "account_change_password": library(SIGNED_IN),
    "account_set_password": library(SIGNED_IN),
    "account_reset_password": library(EVERYONE),
    "account_confirm_login_code": library(EVERYONE),
    "account_confirm_password_reset_code": library(EVERYONE),
    "account_complete_password_reset": library(EVERYONE),
    "account_password_reset_completed": library(EVERYONE),
    "account_request_login_code": library(EVERYONE),
    "mfa_index": library(SIGNED_IN),
    "mfa_authenticate": library(EVERYONE),
    "mfa_reauthenticate": library(SIGNED_IN),
    "mfa_activate_totp": library(SIGNED_IN),
    "mfa_deactivate_totp": library(NOBODY),  # nobody in this world has a second factor
    "mfa_view_recovery_codes": library(NOBODY),
    "mfa_generate_recovery_codes": library(NOBODY),
    "mfa_download_recovery_codes": library(NOBODY),
    "mfa_list_webauthn": library(SIGNED_IN),
    "mfa_add_webauthn": library(SIGNED_IN),
    "mfa_reauthenticate_webauthn": library(SIGNED_IN),
    "mfa_remove_webauthn": library(NOBODY, pk=1),
    "mfa_edit_webauthn": library(NOBODY, pk=1),
    "mfa_login_webauthn": library(EVERYONE),
    "usersessions_list": library(SIGNED_IN),
    # --- one's own account
    "accounts:settings": form(SIGNED_IN),
    "accounts:privacy": page(SIGNED_IN),
    "accounts:data-export": page(SIGNED_IN),
    "accounts:data-erase": form(SIGNED_IN),
    # --- links in e-mails carry their own proof; test_links.py has the rest
    "notifications:go": library(EVERYONE, purpose="nothing", token="x.y"),
    # --- the committee's door
    "admin:index": library(ANY_COMMITTEE),
    "admin:login": library(EVERYONE),
    "admin:logout": library(EVERYONE),
    "admin:password_change": library(ANY_COMMITTEE),
    "admin:password_change_done": library(ANY_COMMITTEE),
    "admin:autocomplete": library(NOBODY),  # without a field it answers 403; `test_admin_autocomplete` asks real questions
    "admin:jsi18n": library(EVERYONE),
    "admin:view_on_site": library(NOBODY, content_type_id=1, object_id=1),
    "admin:app_list": library(ANY_COMMITTEE, app_label="programs"),
}


@dataclass(frozen=True)
class Admin:
    """The five pages of a table in the admin. Nothing is ever deleted there."""

    about: str
    see: frozenset[str] = READERS
    change: frozenset[str] = NOBODY
    add: frozenset[str] = NOBODY
    list: frozenset[str] = ANY_COMMITTEE  # the list itself is open to each committee; its rows are scoped

    def pages(self) -> dict[str, Rule]:
        return {
            "changelist": Rule(self.list, "", self.list, ALL),
            "add": Rule(self.add, "", self.add, ALL),
            "change": Rule(self.see, self.about, self.change, ALL),
            "delete": Rule(NOBODY, self.about, NOBODY, ALL),
            "history": Rule(self.see, self.about, self.see, ALL),
        }


TABLES: dict[str, Admin] = {
    "accounts_user": Admin("participant"),
    "accounts_employer": Admin("employer", see=ANY_COMMITTEE, change=ANY_CHAIR, add=ANY_CHAIR),
    "accounts_industry": Admin("industry", see=ANY_COMMITTEE, change=ANY_CHAIR, add=ANY_CHAIR),
    "accounts_language": Admin("language", see=ANY_COMMITTEE, change=ANY_CHAIR, add=ANY_CHAIR),
    "workflow_transition": Admin("transition"),
}


def rules() -> dict[str, Rule]:
    """The whole table, admin tables written out as their five routes."""
    found = dict(PAGES)
    for table, admin in TABLES.items():
        found.update({f"admin:{table}_{view}": rule for view, rule in admin.pages().items()})
    return found


def missing(routes: Iterable[str]) -> tuple[list[str], list[str]]:
    """Routes without a rule, rules without a route."""
    known, named = set(rules()), set(routes)
    return sorted(named - known), sorted(known - named)
