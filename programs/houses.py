"""Under which rules letters of a program leave: its name, its address, its quiet hours, its weekly limit."""

from __future__ import annotations

from typing import Any

from notifications.house import House, house_finder, program_house

from .models import Application, Policy, Program


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


@house_finder
def house_of_application(row: Any) -> House | None:
    """For letters about an application."""
    if row.about_type != Application._meta.label_lower:
        return None
    found = (
        Application.objects.filter(pk=row.about_id)
        .select_related("cohort__program__policy")
        .first()
    )
    return house_for(found.program) if found else None
