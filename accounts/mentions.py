"""Replace a person's name and addresses in what other people wrote.

Only the full name and the e-mail addresses are looked for. A first name alone is not: it is often
someone else's, or a word. The page before the button says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from .models import User

NAME_ERASED = "(name erased)"  # stored with the text, so in one language
SPACE = r"\s+"
BATCH = 500


@dataclass(frozen=True)
class Mentions:
    """The spellings by which a text names one person."""

    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, user: User) -> Mentions:
        """Read name and addresses of `user`, who is not erased yet."""
        from allauth.account.models import EmailAddress

        addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
        spellings = {user.email, *addresses} | ({user.name} if user.name.strip() else set())
        return cls.of_spellings(sorted(spellings, key=len, reverse=True))

    @classmethod
    def of_spellings(cls, spellings: list[str]) -> Mentions:
        """Spaces between words may differ; a name of a single word must have the same case."""
        found = []
        for spelling in spellings:
            words = [re.escape(word) for word in spelling.split()]
            flags = "i" if len(words) > 1 or "@" in spelling else "-i"
            found.append(f"(?{flags}:{SPACE.join(words)})")
        # `\w` on both sides: "Ann Lee" must not be found in "Joann Leeds".
        return cls(re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)", re.I) if found else None)

    def are_in(self, text: str | None) -> bool:
        return bool(self.pattern and text and self.pattern.search(text))

    def without(self, text: str) -> str:
        """Return `text` with NAME_ERASED in place of each mention."""
        return self.pattern.sub(NAME_ERASED, text) if self.pattern else text

    def without_in(self, value: object) -> object:
        """Replace mentions in a text, or in every text of a JSON value."""
        if isinstance(value, str):
            return self.without(value)
        if isinstance(value, list):
            return [self.without_in(one) for one in value]
        if isinstance(value, dict):
            return {self.without(key): self.without_in(one) for key, one in value.items()}
        return value

    def replace_in(self, rows: QuerySet, *columns: str) -> int:
        """Replace mentions in these columns; return how many rows changed.

        A row that thereby becomes the same as another one, where each may be there once, goes.
        """
        changed = 0
        for row in _batches(rows, columns):
            new = {name: self.without_in(getattr(row, name)) for name in columns}
            different = {k: v for k, v in new.items() if v != getattr(row, k)}
            if not different:
                continue
            this = rows.model._base_manager.filter(pk=row.pk)
            try:
                with transaction.atomic():
                    this.update(**different)
            except IntegrityError:
                this.delete()
            changed += 1
        return changed


def _batches(rows: QuerySet, columns: tuple[str, ...]) -> Iterator[Model]:
    return rows.order_by("pk").only("pk", *columns).iterator(chunk_size=BATCH)
