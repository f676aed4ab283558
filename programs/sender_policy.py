"""Under which rules letters of a program leave: its name, its address, its quiet hours, its weekly limit."""

from __future__ import annotations

from notifications.sender_policy import House, program_house

from .models import Policy, Program


@program_house
def house_for(program: Program) -> House:
    """The house of a program; apps above use it for rows of their own."""
    policy: Policy = program.policy
    return House(
        name=program.name,
        reply_to=program.contact_email,
        quiet_from_hour=policy.quiet_from_hour,
        quiet_until_hour=policy.quiet_until_hour,
        weekly_letters=policy.weekly_mails,
    )
