"""Who may open which page of the library; see `access_rules`."""

from __future__ import annotations

from .access_rule import PAIR, PUBLIC_ID, READERS, SIGNED_IN, Rule, page

LEARNING: dict[str, Rule] = {
    "learning:item-list": page(SIGNED_IN),
    "learning:item-detail": page(
        PAIR | READERS | {"conflicted"}, "library_item", item_id=PUBLIC_ID
    ),
}
