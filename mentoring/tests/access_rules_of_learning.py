"""Who may open which page of the library; see `access_rules`."""

from __future__ import annotations

from typing import Any

from .access_rule import (
    ALL,
    CARE,
    CHAIRS,
    OWNER,
    PAIR,
    PUBLIC_ID,
    READERS,
    SIGNED_IN,
    Rule,
    act,
    desk,
    form,
    page,
    saying,
)


def SLUG(row: Any) -> str:
    return row.slug


def ITEM(row: Any) -> int:
    return row.item_id


def NUMBER(row: Any) -> int:
    return row.number


LEARNING: dict[str, Rule] = {
    "learning:item-list": page(SIGNED_IN),
    "learning:item-detail": page(
        PAIR | READERS | {"conflicted"}, "library_item", item_id=PUBLIC_ID
    ),
    "learning:item-print": page(SIGNED_IN),
    "admin:learning_libraryitem_restore": act(CHAIRS, "item_version", pk=ITEM, number=NUMBER),
    "learning:lesson": form(PAIR, "ended_match", match_id=PUBLIC_ID),
    "learning:lesson-withdraw": act(PAIR, "ended_match", match_id=PUBLIC_ID),
    "admin:learning_lesson_edit": desk(CHAIRS, "lesson"),
    "admin:learning_lesson_decline": act(CHAIRS, "lesson"),
    "support:request-list": page(SIGNED_IN),
    "support:sent-by": form(OWNER, "mentee_application", application_id=PUBLIC_ID),
    "admin:support_partnerorganisation_figures": desk(CHAIRS, "partner_program", slug=SLUG),
    "admin:support_referral_outcome": saying(act(CARE, "referral"), outcome="helped"),
    "support:request-create": form(SIGNED_IN),
    "support:request-withdraw": act(OWNER, "support_request", request_id=PUBLIC_ID),
    "support:request-helped": act(OWNER, "answered_support", request_id=PUBLIC_ID),
    "support:request-again": act(OWNER, "answered_support", request_id=PUBLIC_ID),
    "support:contact-list": page(SIGNED_IN),
    "support:contact-update": form(
        OWNER | READERS - {"maintainer"} | {"conflicted"}, "support_program", slug=SLUG
    ),
    "support:contact-stop": act(OWNER, "support_program", slug=SLUG),
    "admin:support_supportrequest_answer": saying(
        desk(CARE, "support_request"),
        people=lambda row: [row.pk],
        text="Come along",
        confirmed="yes",
    ),
    "learning:touch-list": page(SIGNED_IN),
    "learning:touch-tried": act(OWNER, "touch", touch_id=PUBLIC_ID),
    "admin:learning_touchtext_preview": Rule(
        READERS | {"conflicted"}, "touch_text", READERS | {"conflicted"}, ALL
    ),
    "admin:learning_touchtext_test": act(CHAIRS, "touch_text"),
}
