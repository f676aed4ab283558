"""Wording that a pair may start from, and the limits of confidentiality that always hold."""

from django.utils.translation import gettext_lazy as _

CONFIDENTIALITY = _(
    "What we tell each other stays between us. That we are a pair is no secret; what we talk about is. "
    "We do not name employers, clients or colleagues when we bring a case, and we share nothing that our own "
    "duties forbid. Before either of us speaks to somebody else about something said here, we ask."
)
FEEDBACK = _(
    "We tell each other what helps and what does not, kindly and soon. We ask before we give advice. "
    "At every third meeting we take five minutes to say how this is going and what we want to change."
)
ENDING_RULES = _(
    "We plan our last meeting together and look back at the goals. Either of us may end earlier, without blame: "
    "we say so to each other or to the committee, and offer a closing talk."
)
LIMITS = (
    _("If somebody is in danger, we tell whoever can help."),
    _("If the law obliges one of us to speak, we do, and we tell each other first where we can."),
    _(
        "Either of us may ask the committee for advice about our own part, without the other's secrets."
    ),
)
COMMITTEE_SEES = _(
    "The committee sees that this agreement exists, its dates, how many goals it has and whether each has a measure. "
    "It reads the text only if you both open it."
)
ACTIVITY_IDEAS = (
    _("Look at a goal and what has moved"),
    _("Shadow a meeting or a working day"),
    _("Practise a hard conversation"),
    _("Talk through a case, without names"),
    _("Read or listen to something, then discuss it"),
    _("Meet somebody from the other's network"),
    _("Go to an event together"),
    _("Swap roles: the mentee teaches"),
)
GOAL_EXAMPLES = (
    (
        _("Speak up in meetings with directors"),
        _("I have put a proposal to them twice, and asked what they thought"),
    ),
    (
        _("Decide whether to become a consultant"),
        _("By June I have spoken with three, and can say yes or no and why"),
    ),
    (
        _("Get better at pay and benefits"),
        _("I have drafted our pay bands, and my mentor found nothing to mend"),
    ),
)
