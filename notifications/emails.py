"""The one letter of this app: the trial that tells an operator whether letters arrive."""

from __future__ import annotations

from typing import Any

from .kinds import Cancel, Email, kind


@kind("trial", about="accounts.User", urgent=True)
def trial(person: Any, recipient: Any) -> Email | Cancel:
    """**To**: a person that the operator names. **When**: `manage.py send_test_email` asks for it. **Until**: always sent once."""
    return Email()
