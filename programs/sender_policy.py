"""The rules by which e-mails of a program are sent: name, address, quiet hours, weekly limit."""

from __future__ import annotations

from notifications.sender_policy import SenderPolicy, program_sender_policy

from .models import Policy, Program


@program_sender_policy
def sender_policy_for(program: Program) -> SenderPolicy:
    """Return the sender policy of a program; apps above call it for their own rows."""
    policy: Policy = program.policy
    return SenderPolicy(
        name=program.name,
        reply_to=program.contact_email,
        quiet_from_hour=policy.quiet_from_hour,
        quiet_until_hour=policy.quiet_until_hour,
        weekly_emails=policy.weekly_optional_emails,
    )
