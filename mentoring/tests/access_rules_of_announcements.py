"""Who may open which page about announcements; see `access_rules`."""

from __future__ import annotations

from .access_rule import Rule, act, desk, page, saying

CHAIRS = frozenset({"chair", "maintainer", "conflicted"})
SIGNED_IN = frozenset(
    {
        "owner", "partner", "signed_in", "reader", "matcher", "member", "carer", "chair",
        "maintainer", "conflicted", "outsider",
    }
)  # fmt: skip

ANNOUNCEMENTS: dict[str, Rule] = {
    "announcements:announcement-list": page(SIGNED_IN),
    "admin:announcements_announcement_send": desk(CHAIRS, "announcement_draft"),
    "admin:announcements_announcement_test": act(CHAIRS, "announcement_draft"),
    "admin:announcements_announcement_stop": act(CHAIRS, "announcement_draft"),
    "admin:announcements_announcement_hold-back": act(CHAIRS, "announcement"),
    "admin:announcements_announcement_discard": desk(CHAIRS, "announcement_draft"),
    "admin:announcements_announcement_keep-group": saying(
        act(CHAIRS, "announcement_draft"), name="A name"
    ),
    "admin:announcements_savedgroup_remove": desk(CHAIRS | {"carer", "member"}, "saved_group"),
}
