"""Addresses of people without an account to whom a program may write: the base of such tables.

No one reads an address: not the committee, nor whoever entered it. It is found by a keyed hash,
and deleted as soon as it has done its work.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet
from accounts.models import User
from notifications.outbox import digest_of_address

from .programs import Program


class GuestAddressQuerySet(ConfidentialQuerySet):
    def with_addresses(self, addresses: Iterable[str]) -> Self:
        """Return the rows with one of these addresses, which cannot be searched for as such."""
        return self.filter(address_key__in={digest_of_address(one) for one in addresses})

    def with_address_of(self, user: User) -> Self:
        """Return the rows with an address that the person has proven to be theirs."""
        from allauth.account.models import EmailAddress

        proven = EmailAddress.objects.filter(user=user, verified=True)
        return self.with_addresses({user.email, *proven.values_list("email", flat=True)})


class GuestAddress(ConfidentialModel):
    """An address of a program's guest, and the language in which it is written to."""

    public_id = PublicIdField()
    program = models.ForeignKey(
        Program, models.CASCADE, related_name="+", verbose_name=_("program")
    )
    address = EncryptedTextField(_("e-mail address"))
    address_key = models.CharField(max_length=24, editable=False)  # a keyed hash, to find it by
    language = models.CharField(_("language"), max_length=10)

    class Meta:
        abstract = True
