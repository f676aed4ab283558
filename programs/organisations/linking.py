"""Which account someone of an organisation has, and what must be proven before it is signed in.

1. A link is made after a code by e-mail, or at once if the maintainer trusts the provider with
   addresses of that domain.
2. A committee member, the maintainer and whoever has a second factor always prove a new link by a
   code. A provider alone never signs in a committee member: with a second factor it is asked for,
   without one a code by e-mail is, each time.
3. An address that was never confirmed was not the account's: whoever proves it now keeps neither
   the password nor the sessions of whoever typed it first.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language

from accounts.ended_sessions import end_sessions
from accounts.models import User
from accounts.models.people import validate_name

from ..committee import is_committee
from ..models import OrganisationSignIn

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
NAME_LENGTH = 80


def needs_code_each_time(user: User) -> bool:
    """Whether the account decides for others and has no second factor that would be asked for."""
    return (is_committee(user) or user.is_staff) and not is_mfa_enabled(user, FACTORS)


def links_of(user: User | AnonymousUser) -> QuerySet[SocialAccount]:
    """Return the links of an account, the oldest first."""
    return SocialAccount.objects.filter(user=user).order_by("pk")


def may_link_at_once(row: OrganisationSignIn, user: User) -> bool:
    """Whether a trusted provider's word is enough to link an account that exists."""
    if not user.is_active or is_committee(user) or user.is_staff or is_mfa_enabled(user, FACTORS):
        return False
    return not links_of(user).filter(provider=row.link_key).exists()


def account_of(email: str) -> User | None:
    """Return whose an address is: who has confirmed it goes before who only typed it."""
    confirmed = EmailAddress.objects.filter(email=email, verified=True).select_related("user")
    found = confirmed.first()
    user: User | None = found.user if found else User.objects.with_address(email)
    return user


@transaction.atomic
def link_proven(row: OrganisationSignIn, *, subject: str, email: str, name: str) -> SocialAccount:
    """Link the account with `email`, which is made if there is none; `email` has been proven."""
    made = SocialAccount.objects.filter(provider=row.link_key, uid=subject).first()
    if made is not None:
        return made
    user = account_of(email) or _new_account(row, email=email, name=name)
    _confirm(user, email)
    return SocialAccount.objects.create(user=user, provider=row.link_key, uid=subject)


def _new_account(row: OrganisationSignIn, *, email: str, name: str) -> User:
    language = (get_language() or "").split("-")[0]
    is_known = language in dict(settings.LANGUAGES)
    return User.objects.create_user(
        email,
        name=acceptable_name(name),
        language=language if is_known else row.program.language,
        time_zone=row.program.time_zone,
    )


def acceptable_name(name: object) -> str:
    """Return a name that a provider gave if it can be one; people can change it."""
    text = " ".join(name.split())[:NAME_LENGTH] if isinstance(name, str) else ""
    try:
        validate_name(text)
    except ValidationError:
        return ""
    return text


def _confirm(user: User, email: str) -> None:
    address, is_new = EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": email == user.email}
    )
    if is_new or address.verified:
        return
    address.verified = True
    address.save(update_fields=["verified"])
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
