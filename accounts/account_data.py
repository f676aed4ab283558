"""The account's part in exporting and erasing: the person, their profile, sign-in, e-mails.

It is erased last, because the parts of all other apps still read name and address.
"""

from __future__ import annotations

from notifications.privacy import erase_emails, export_emails

from . import code_attempts, erasable_tables
from .ended_sessions import end_sessions
from .models import Employer, Profile, User
from .models.people import ERASED_DOMAIN
from .privacy import register

FACTS = ("email", "name", "pronouns", "time_zone", "language", "joined_at", "last_login")


def export_account(user: User) -> dict[str, object]:
    """Return who the person is, and where they are signed in."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount
    from allauth.usersessions.models import UserSession

    profile = Profile.objects.filter(user=user).select_related("employer").first()
    sessions = UserSession.objects.filter(user=user)
    return {
        **{name: getattr(user, name) for name in FACTS},
        "addresses": list(
            EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
        ),
        "second_factors": list(
            Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
        ),
        "signed_in_by_organisations": list(
            SocialAccount.objects.filter(user=user).values("uid", "date_joined", "last_login")
        ),
        "signed_in": list(sessions.values("ip", "user_agent", "created_at", "last_seen_at")),
        "profile": profile and export_profile(profile),
    }


def export_profile(profile: Profile) -> dict[str, object]:
    plain = (
        "job_title",
        "years_experience",
        "place",
        "phone",
        "call_hours",
        "links",
        "about",
        "availability",
        "working_languages",
    )
    return {
        **{name: getattr(profile, name) for name in plain},
        "employer": profile.employer and profile.employer.name,
        "career_stage": profile.get_level_display() if profile.level else None,
        "industries": [str(industry) for industry in profile.industries.all()],
        "languages": [str(language) for language in profile.languages.all()],
    }


def erase_account(user: User) -> None:
    """Replace the address by one that receives no mail; end sign-in, sessions and sent links."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount

    end_sessions(user)
    addresses = EmailAddress.objects.filter(user=user)
    for email in {user.email, *addresses.values_list("email", flat=True)}:
        code_attempts.forget(email=email)
    addresses.delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    for profile in Profile.objects.filter(user=user):
        erase_profile(profile)
    erase_merged(user)
    user.email, user.name, user.pronouns = f"{user.public_id.lower()}{ERASED_DOMAIN}", "", ""
    blank = User()
    user.second_address_declined_at = None
    user.time_zone, user.language, user.last_login = blank.time_zone, blank.language, None
    user.is_active, user.link_epoch = False, user.link_epoch + 1
    user.set_unusable_password()
    user.save()


def erase_merged(user: User) -> None:
    """Mark what is left of accounts merged into `user` as erased; a backup may hold them whole."""
    User.objects.revoke_links_of_merged(user)
    for merged in User.objects.filter(merged_into=user).order_by("pk"):
        merged.email = f"{merged.public_id.lower()}{ERASED_DOMAIN}"
        merged.save(update_fields=["email"])


def erase_profile(profile: Profile) -> None:
    """Empty a profile; an employer that no one else names is deleted with it."""
    employer = profile.employer
    profile.industries.clear()
    profile.languages.clear()
    empty = Profile(pk=profile.pk, user_id=profile.user_id)
    empty.save()
    if employer and not Profile.objects.filter(employer=employer).exists():
        Employer.objects.filter(pk=employer.pk).delete()


register("emails", export=export_emails, erase=erase_emails, columns=erasable_tables.EMAILS)
register("account", export=export_account, erase=erase_account, columns=erasable_tables.ACCOUNTS)
