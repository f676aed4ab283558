"""An invitation to be a mentor, one to be a pair, and who may send them."""

from __future__ import annotations

from applications.models import MentorInvitation
from matching.models import PairInvitation, PairRequest
from programs.models import Policy

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


def add_request_of_people(world: AccessFixtures) -> None:
    """Let the mentee ask someone to be a pair, who has not answered yet."""
    Policy.objects.filter(program=world.program).update(pairs_by_people=True)
    world.add("pairing_program", "A", world.program)
    request = PairRequest.objects.create(
        cohort=world.cohort,
        origin="self",
        mentee=world.row("match", "A").mentee,
        by=world.people["mentee"],
        reason="r",
        state="asked",
    )
    invitation = PairInvitation.objects.create(
        request=request,
        program=world.program,
        address="asked@example.org",
        address_key="other-key",
        language="en",
    )
    world.add("request_of_people", "A", request, owners=("mentee",))
    world.add("pair_invitation", "A", invitation)
