"""The test of an e-mail's texts, to the chair who writes them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.editable_texts.blocks import is_editable
from notifications.editable_texts.sample import render_sample
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.models import Notification
from notifications.reasons import reason

from .committee import Role, has_role
from .models import EmailText

EMAIL_TEXT_TEST = "email-text-test"
NOT_A_CHAIR = reason("not-a-chair", gettext_lazy("they are no longer a chair"))
NOT_WRITABLE = reason(
    "texts-not-writable", gettext_lazy("the words of this e-mail can't be changed any more")
)


def times_tested(row: EmailText, member: User) -> int:
    """Return how many test e-mails of a version the member has asked for."""
    rows = Notification.system.about(row).filter(kind=EMAIL_TEXT_TEST, recipient=member.pk)
    return rows.count()


@kind(
    EMAIL_TEXT_TEST,
    label=gettext_lazy("Test of an e-mail's texts"),
    about="programs.EmailText",
    to_members=True,
)
def email_text_test(row: EmailText, member: User) -> Email | Cancel:
    """**To**: a chair. **When**: they press "Send a test to me". **Until**: they are no longer a
    chair, or the draft was published or discarded.

    The whole e-mail as an invented person would get it, in the language of the texts.
    """
    if not has_role(member, row.program, Role.CHAIR):
        return Cancel(NOT_A_CHAIR)
    if not is_editable(row.kind):
        return Cancel(NOT_WRITABLE)
    sample = render_sample(
        row.kind,
        row.language,
        row.texts,
        program_name=row.program.name,
        hours_url=absolute(reverse("notifications:preferences")),
    )
    return Email(context={"sample": sample}, program=row.program)
