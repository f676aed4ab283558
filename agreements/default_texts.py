"""Texts that a pair may start from, and the limits of confidentiality that always apply."""

from django.utils.translation import gettext_lazy as _

from .models import PARTS

MINUTES_TO_DRAFT = 6 * len(PARTS)

CONFIDENTIALITY = _(
    "What we tell each other stays between us. It is no secret that we are a pair; what we talk "
    "about is. When we discuss a case, we don't name employers, clients or colleagues, and we "
    "don't share anything that our professional duties forbid. Before either of us tells someone "
    "else about something said here, we ask."
)
FEEDBACK = _(
    "We tell each other early, and kindly, what helps and what doesn't. We ask before we give "
    "advice. From time to time we use a few minutes of a meeting to talk about how this is going "
    "and what we want to change."
)
ENDING_RULES = _(
    "We plan our last meeting together and look back at the goals. Either of us may end early, "
    "without blame: we tell each other or the committee, and offer a closing conversation."
)
LIMITS = (
    _("If someone is in danger, we tell whoever can help."),
    _("If the law requires one of us to speak, we do, and we tell each other first if we can."),
    _(
        "Either of us may ask the committee for advice about our own part, without sharing what "
        "the other person told us in confidence."
    ),
)
COMMITTEE_SEES = _(
    "The committee sees that this agreement exists, its dates, who has signed, how many goals it "
    "has and how many of them have a measure. It can read the text only if you both allow it."
)
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
