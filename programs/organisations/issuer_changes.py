"""A changed issuer: what the old one said of people, and what it was trusted with, ends."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from access.ids import new_public_id

from ..models import OrganisationSignIn


@transaction.atomic
def save_changed(row: OrganisationSignIn, *, keeps_domains: bool) -> int:
    """Store the settings; with another issuer, delete the links to the old one. Return how many.

    `keeps_domains` is for the maintainer, who has just confirmed the domains with the issuer. For
    a chair they are emptied: they were trusted to another provider.
    """
    old = OrganisationSignIn.objects.select_for_update(no_key=True).filter(pk=row.pk).first()
    if old is None or old.issuer == row.issuer:
        row.save()
        return 0
    row.link_key = new_public_id()
    if not keeps_domains:
        row.domains = ""
    row.save()
    return SocialAccount.objects.filter(provider=old.link_key).delete()[0]
