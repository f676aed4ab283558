"""The one kind of this app: a test e-mail, to find out whether e-mail arrives."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from .kinds import Cancel, Email, kind
from .recipients import Account


@kind(
    "test-email",
    label=gettext_lazy("Test e-mail"),
    about="accounts.User",
    urgent=True,
    despite_bounces=True,
)
def test_email(person: Account, recipient: Account) -> Email | Cancel:
    """**To**: a person named by the operator. **When**: the operator runs
    `manage.py send_test_email`. **Until**: always sent once.
    """
    return Email()
