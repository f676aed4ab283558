"""Numbers as `tel:` and `sms:` links have them."""

from __future__ import annotations

import re

NUMBER = re.compile(r"\+?[\d\s().\-/]+")
FEWEST_DIGITS = 3  # of an emergency number; less is no number


def dialled(phone: str) -> str:
    """Return the digits of a number, with its plus; without an extension; empty if it is none."""
    found = NUMBER.match(phone.strip())
    text = found.group() if found else ""
    digits = "".join(sign for sign in text if sign.isdecimal())
    if len(digits) < FEWEST_DIGITS:
        return ""
    return f"+{digits}" if text.startswith("+") else digits
