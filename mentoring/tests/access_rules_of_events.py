"""Who may open which page about events; see `access_rules`."""

from __future__ import annotations

from .access_rule import ALL, PAIR, PUBLIC_ID, Rule, act, desk, form, page, saying

READERS = frozenset({"reader", "matcher", "member", "carer", "chair", "maintainer", "conflicted"})
CHAIRS = frozenset({"chair", "maintainer", "conflicted"})
ANY_COMMITTEE = READERS | {"outsider"}
SIGNED_IN = ANY_COMMITTEE | PAIR | {"signed_in"}

EVENTS: dict[str, Rule] = {
    "events:event-list": page(SIGNED_IN),
    "events:event-detail": page(PAIR | READERS, "event", event_id=PUBLIC_ID),
    "events:event-sign-up": act(PAIR, "event", event_id=PUBLIC_ID),
    "events:event-leave": act(PAIR, "event", event_id=PUBLIC_ID),
    "events:event-calendar": page(PAIR, "event", event_id=PUBLIC_ID),
    "events:event-feedback": form(PAIR, "held_event", event_id=PUBLIC_ID),
    "admin:events_event_publish": desk(CHAIRS, "event_draft"),
    "admin:events_event_cancel": saying(desk(CHAIRS, "event"), reason="No room"),
    "admin:events_event_copy": act(CHAIRS, "event"),
    "admin:events_event_attendance": Rule(READERS, "held_event", CHAIRS, ALL),
    "admin:events_event_export": saying(desk(READERS, "held_event"), format="csv"),
}
