"""How the people of a program sign in by their organisation: OpenID Connect, set by the program.

1. `public_id` is in the address to which the organisation sends people back; it never changes.
2. `link_key` is what links of accounts refer to. A subject of one issuer means nothing to another,
   so a changed issuer gets a new key, and the links under the old one no longer sign anyone in.
3. Only addresses of `domains` need no code by e-mail, and only the maintainer sets them: a chair
   who could write "gmail.com" there would sign in as anyone.
"""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_domain_name
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField, new_public_id
from access.scoping import ScopedQuerySet
from accounts.models import User

from .programs import Program, lines_of

SECRET_LENGTH = 500
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def validate_issuer(value: str) -> None:
    """Raise ValidationError unless `value` can be the address of an OpenID provider."""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValidationError(_("Enter the address of the provider.")) from None
    is_own_machine = settings.ORGANISATIONS_ON_LOOPBACK and host in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_own_machine):
        raise ValidationError(_("Enter an address that begins with https://."))
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise ValidationError(_("Enter the address only: no user name, no “?” and no “#”."))


def validate_domains(value: str) -> None:
    """Raise ValidationError unless each line of `value` is the name of a domain."""
    for domain in domains_in(value):
        try:
            validate_domain_name(domain)
        except ValidationError:
            text = _("“%(domain)s” is not a domain. Enter for example “example.org”.")
            raise ValidationError(text % {"domain": domain[:80]}) from None


def domains_in(text: str) -> list[str]:
    return [line.lower().removeprefix("@") for line in lines_of(text)]


class OrganisationSignInQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.filter(program__in=Program.objects.for_committee(user, *roles))

    def switched_on(self) -> Self:
        return self.filter(is_on=True)

    def offered(self) -> Self:
        """What pages for everyone offer: not that of a program that is hidden."""
        return self.switched_on().filter(program__is_public=True).order_by("name_en", "pk")


class OrganisationSignIn(models.Model):
    """The OpenID provider of a program's organisation."""

    public_id = PublicIdField()
    program = models.OneToOneField(
        Program, models.CASCADE, related_name="organisation_sign_in", verbose_name=_("program")
    )
    is_on = models.BooleanField(
        _("people can sign in with it"),
        default=False,
        help_text=_("A code by e-mail always works too."),
    )
    name_en = models.CharField(
        _("name of the organisation in English"),
        max_length=60,
        help_text=_("As on the button: “Sign in with …”."),
    )
    name_fr = models.CharField(
        _("name of the organisation in French"),
        max_length=60,
        blank=True,
        help_text=_("If it is blank, the name in English is shown."),
    )
    issuer = models.CharField(
        _("address of the provider (issuer)"),
        max_length=300,
        validators=[validate_issuer],
        help_text=_(
            "Exactly as the provider names itself. If you change it, everyone enters a code by "
            "e-mail once more."
        ),
    )
    client_id = models.CharField(_("client id"), max_length=200)
    secret = EncryptedTextField(_("client secret"), validators=[MaxLengthValidator(SECRET_LENGTH)])
    domains = models.TextField(
        _("domains it vouches for"),
        blank=True,
        validators=[validate_domains],
        help_text=_(
            "One per line, for example “example.org”. People with such an address need no code by "
            "e-mail the first time. Only the system's maintainer can change this."
        ),
    )
    link_key = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)

    objects = OrganisationSignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in by an organisation")
        verbose_name_plural = _("sign-in by an organisation")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        french = (get_language() or "").startswith("fr")
        return (self.name_fr if french else "") or self.name_en

    @property
    def domain_names(self) -> list[str]:
        return domains_in(self.domains)

    def vouches_for(self, email: str) -> bool:
        """Return whether the maintainer trusts this provider with addresses like `email`."""
        return email.rpartition("@")[2].lower() in self.domain_names
