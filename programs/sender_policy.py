"""Under which rules letters of a program leave: its name, its address, its quiet hours, its weekly limit."""

from __future__ import annotations

from notifications.sender_policy import SenderPolicy, program_sender_policy

from .models import Policy, Program


@program_sender_policy
def sender_policy_for(program: Program) -> SenderPolicy:
    """The house of a program; apps above use it for rows of their own."""
    policy: Policy = program.policy
    return SenderPolicy(
        name=program.name,
        reply_to=program.contact_email,
        quiet_from_hour=policy.quiet_from_hour,
        quiet_until_hour=policy.quiet_until_hour,
        weekly_emails=policy.weekly_mails,
    )
