"""What participants ask support or training for, by topic, and what the committee answered.

1. A request is about a pair or, without one, about the person's part in the program. Its person,
   the carer of the pair with their deputy, and the chairs read it; the partner never does.
2. It is asked, answered, and closed once it helped or nobody says otherwise; whoever still needs
   it opens it again. Of one topic a person has one open request in a program.
3. An answer is an event, a library item, a contact, own words, or several of these. A contact is
   someone of the program who has agreed to it, and is shown as they allow.
4. What the committee can't give itself it finds at partner organisations (`partners`).
"""

from .partners import PartnerOrganisation, Referral, ReferralQuerySet, SentBy
from .support_contacts import SupportContact, SupportContactQuerySet
from .support_requests import TEXT_LENGTH, SupportAnswer, SupportRequest, SupportRequestQuerySet

__all__ = [
    "TEXT_LENGTH",
    "PartnerOrganisation",
    "Referral",
    "ReferralQuerySet",
    "SentBy",
    "SupportAnswer",
    "SupportContact",
    "SupportContactQuerySet",
    "SupportRequest",
    "SupportRequestQuerySet",
]
