"""The rules that keep two people from being a pair without a round; no one can waive them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from applications.models import Application, NamedWish
from applications.named_wishes import people_named
from programs.models import Conflict

from ..criteria import rule_text
from .barred_pairs import SAID_NO, rules_between


def refusal_of(mentee: Application, mentor: Application, *, is_employer_known: bool) -> str:
    """Return which rule forbids a pair that the committee registers, "" if none does.

    `is_employer_known`: the committee accepts that both work for the same employer.
    """
    if mentee.cohort_id != mentor.cohort_id:
        return _("The two have applied to different cohorts.")
    codes = _broken_rules(mentee, mentor)
    if is_employer_known:
        codes.discard("same_employer")
    if SAID_NO in codes:
        return _("They can't be a pair: one of them declined to be matched with the other.")
    for code in sorted(codes):
        return _("They can't be a pair: %(why)s.") % {"why": rule_text(code)}
    return ""


def _broken_rules(mentee: Application, mentor: Application) -> set[str]:
    people = {mentee.person_id, mentor.person_id}
    if len(people) == 1:
        return {"self_pair"}
    codes = rules_between(mentee, mentor)
    declared = Conflict.objects.live().filter(kind=Conflict.Kind.DECLARED)
    if declared.filter(member__in=people, person__in=people).exists():
        codes.add("conflict")
    avoided = {
        frozenset({person, named})
        for _role, kind, person, named, _rank in people_named(mentee.cohort)
        if kind == NamedWish.Kind.AVOID
    }
    if frozenset(people) in avoided:
        codes.add("avoid")
    if mentee.program.policy.same_employer_blocked and _have_same_employer(mentee, mentor):
        codes.add("same_employer")
    return codes


def _have_same_employer(mentee: Application, mentor: Application) -> bool:
    one, other = (getattr(row.person, "profile", None) for row in (mentee, mentor))
    if one is None or other is None or one.employer is None or other.employer is None:
        return False
    return bool(one.employer.key == other.employer.key)
