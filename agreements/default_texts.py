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
        _("Speak up when I see things differently"),
        _("I have done it in two conversations that matter, and asked what the others thought"),
    ),
    (
        _("Decide about a change that I have in mind"),
        _("I have talked to three people who made it, and can say yes or no and why"),
    ),
    (
        _("Learn to do something that I avoid today"),
        _("I have done it three times, and my mentor found nothing to correct"),
    ),
)
