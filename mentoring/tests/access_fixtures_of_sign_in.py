"""An organisation that signs people in, and the link of a mentee; nobody listens at its address."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount

from programs.models import OrganisationSignIn

from .access_roles import AccessFixtures


def add_organisation(world: AccessFixtures) -> None:
    row = OrganisationSignIn.objects.create(
        program=world.program,
        is_on=True,
        name_en="Harbour Group",
        name_fr="Groupe Harbour",
        issuer="http://127.0.0.1:9",
        client_id="mentoring",
        secret="the-secret-of-the-client",
        domains="example.org",
    )
    world.add("organisation", "own", row)
    link = SocialAccount.objects.create(
        user=world.people["mentee"], provider=row.link_key, uid="subject-1"
    )
    world.add("organisation_link", "", link, owners=("mentee",))
