"""How to reach someone with ready words: links that open the phone, a text message or an e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.phone_numbers import dialled
from matches.models import Match


@dataclass(frozen=True)
class WaysToReach:
    """Links to one person, empty where they gave no number or address, and the words in them."""

    phone: str
    call_hours: str
    tel: str
    sms: str
    mailto: str
    words: str

    @classmethod
    def of(cls, match: Match, person: User, member: User) -> WaysToReach:
        """Return them for `member`, who looks after the pair; in the language of `person`."""
        profile = getattr(person, "profile", None)
        phone = profile.phone if profile else ""
        with translation.override(person.language):
            words = _ready_words(match, person, member)
            subject = _("How is your mentoring going?")
        number, body = dialled(phone), quote(words, safe="")
        email = quote(person.address, safe="@+")
        return cls(
            phone=phone,
            call_hours=profile.call_hours if profile and phone else "",
            tel=f"tel:{number}" if number else "",
            sms=f"sms:{number}?body={body}" if number else "",
            mailto=f"mailto:{email}?subject={quote(subject, safe='')}&body={body}" if email else "",
            words=words,
        )


def _ready_words(match: Match, person: User, member: User) -> str:
    names = {
        "name": person.first_name or person.name,
        "member": member.name,
        "program": match.program.name,
    }
    words = _(
        "Hello %(name)s, this is %(member)s from %(program)s. How is your mentoring going? A "
        "short answer is enough, or suggest a time for a call."
    )
    return words % names
