"""An invitation to be a mentor, and who may send one."""

from __future__ import annotations

from applications.models import MentorInvitation

from .access_roles import AccessFixtures


def add_invitation(world: AccessFixtures) -> None:
    """Add one that a mentee has sent, and the program to which three people may invite."""
    inviters = ("mentor", "other_mentor", "former")
    world.add("mentors_program", "A", world.program, owners=inviters)
    invitation = MentorInvitation.objects.create(
        program=world.program,
        inviter=world.people["mentee"],
        named="full",
        address="invited@example.org",
        address_key="key",
        language="en",
    )
    world.add("mentor_invitation", "A", invitation, owners=("mentee",))
