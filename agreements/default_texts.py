"""Examples and ideas for a pair that writes its agreement."""

from django.utils.translation import gettext_lazy as _

from .models import PARTS

MINUTES_TO_DRAFT = 6 * len(PARTS)

ACTIVITY_IDEAS = (
    _("Look at a goal and what has changed"),
    _("Shadow a meeting or a working day"),
    _("Practise a difficult conversation"),
    _("Talk through a case, without names"),
    _("Read or listen to something, then discuss it"),
    _("Meet someone from the other's network"),
    _("Go to an event together"),
    _("Swap roles: the mentee teaches"),
)
GOAL_EXAMPLES = (
    (
        _("Speak up in meetings with directors"),
        _("I have presented a proposal to them twice, and asked what they thought"),
    ),
    (
        _("Decide whether to become a consultant"),
        _("I have talked to three consultants, and can say yes or no and why"),
    ),
    (
        _("Get better at pay and benefits"),
        _("I have drafted our pay bands, and my mentor found nothing to correct"),
    ),
)
