"""The texts of a program's mentoring agreement, beside what a pair writes itself.

Some are printed in every agreement; a pair writes its own part from the others. Until a committee
writes its own, the product's wording counts, in every language of the site. Placeholders such as
{mentee} come from a fixed list for each text; a text without one of them, or with another one, is
refused.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .text_kinds import TextKind

ONE_PER_LINE = _("One per line.")
STARTS = _("A pair starts from this text and changes it until it suits them both.")
COMMITTEE_READS = _(
    "The committee sees that this agreement exists, its dates, who has signed, how many goals it "
    "has and how many of them have a measure. It can read the text only if you both allow it."
)


# In the order in which an agreement prints them; the parts of the pair come after the promises.
AGREEMENT_TEXTS: dict[str, TextKind] = {
    "agreement_introduction": TextKind(
        label=_("What this agreement is"),
        default=_(
            "This agreement is between {mentee}, mentee, and {mentor}, mentor, in {program}. It "
            "says what we expect of each other. It is not a contract. It helps us start well, and "
            "we can change it together at any time."
        ),
        help_text=_("Printed at the beginning. Leave it blank to print none."),
        placeholders=("mentee", "mentor", "program"),
    ),
    "agreement_promises": TextKind(
        label=_("What we both promise"),
        default=_(
            "We come prepared and on time.\n"
            "We listen before we answer, and we say so when something doesn't work for us.\n"
            "We treat each other with respect and keep to the code of conduct.\n"
            "The mentor gives time and advice, not a job or a result; the mentee decides what to "
            "do with it."
        ),
        help_text=_("One per line. Leave it blank to print none."),
    ),
    "agreement_limits": TextKind(
        label=_("Limits of confidentiality that always apply"),
        default=_(
            "If someone is in danger, we tell whoever can help.\n"
            "If the law requires one of us to speak, we do, and we tell each other first if we "
            "can.\n"
            "Either of us may ask the committee for advice about our own part, without sharing "
            "what the other person told us in confidence."
        ),
        help_text=ONE_PER_LINE,
        is_required=True,
    ),
    "agreement_no_fault": TextKind(
        label=_("An ending without blame"),
        default=_(
            "Either of us may end this at any time, without blame and without giving a reason. "
            "The committee helps us end well, and no one has a disadvantage because of it."
        ),
        is_required=True,
    ),
    "agreement_committee": TextKind(
        label=_("What the committee can read"),
        default="{committee_reads}",
        help_text=_(
            "{committee_reads} is our sentence about what this site shows the committee. "
            "You can add to it."
        ),
        placeholders=("committee_reads",),
        is_required=True,
    ),
    "agreement_confidentiality": TextKind(
        label=_("What stays between us"),
        default=_(
            "What we tell each other stays between us. It is no secret that we are a pair; what we "
            "talk about is. When we discuss a case, we don't name employers, clients or "
            "colleagues, and we don't share anything that our professional duties forbid. Before "
            "either of us tells someone else about something said here, we ask."
        ),
        help_text=STARTS,
        is_start=True,
    ),
    "agreement_feedback": TextKind(
        label=_("Giving and receiving feedback"),
        default=_(
            "We tell each other early, and kindly, what helps and what doesn't. We ask before we "
            "give advice. From time to time we use a few minutes of a meeting to talk about how "
            "this is going and what we want to change."
        ),
        help_text=STARTS,
        is_start=True,
    ),
    "agreement_ending": TextKind(
        label=_("How we end"),
        default=_(
            "We plan our last meeting together and look back at the goals. Either of us may end "
            "early, without blame: we tell each other or the committee, and offer a closing "
            "conversation."
        ),
        help_text=STARTS,
        is_start=True,
    ),
}
