"""Named wishes: find the people that an applicant means. No applicant sees whether one was found.

1. A text that names one person for certain sets the wish's person; several, each for certain, are
   all meant.
2. Everything else waits for the committee: a name that fits two people, a part of a name, a name
   that differs by a letter, and a name that fits nobody.
3. Who would rather not be paired with any candidate is kept apart from all of them until then.
4. What a member has decided is not looked at again. All else is, at each import and each sending,
   because a second person of the same name may have come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User
from programs.committee import Role, has_role
from programs.models import Cohort

from .models import Application, NamedWish, NamedWishCandidate
from .models.confidential import NamedWishQuerySet
from .name_matching import Found, NameIndex

MAY_DECIDE = (Role.CHAIR, Role.MATCHER)
Candidates = dict[int, dict[int, bool | None]]  # {wish: {person: is meant}}


@transaction.atomic
def resolve_names(cohort: Cohort) -> int:
    """Find the people of every wish that no member has decided. Returns how many wishes changed."""
    wishes = list(
        NamedWish.system.filter(application__cohort=cohort, decided_at=None).select_related(
            "application"
        )
    )
    if not wishes:
        return 0
    index = _name_index(cohort)
    stored = _candidates(wishes)
    changed: list[NamedWish] = []
    replaced: list[NamedWishCandidate] = []
    for wish in wishes:
        found = index.find(wish.written, without=wish.application.person_id)
        people = _people(found)
        person = next(iter(found.certain)) if len(found.certain) == 1 else None
        if (wish.person_id, stored.get(wish.pk, {})) == (person, people):
            continue
        wish.person_id, wish.is_settled = person, len(found.certain) > 1
        changed.append(wish)
        replaced += [
            NamedWishCandidate(wish=wish, candidate_id=pk, is_meant=meant)
            for pk, meant in people.items()
        ]
    NamedWishCandidate.system.filter(wish__in=changed).delete()
    NamedWish.system.bulk_update(changed, ["person", "is_settled"], batch_size=500)
    NamedWishCandidate.objects.bulk_create(replaced, batch_size=500)
    return len(changed)


def _people(found: Found) -> dict[int, bool | None]:
    """Return {person: is meant} of the candidates; one person alone needs none."""
    if len(found.certain) == 1:
        return {}
    return dict.fromkeys(found.certain, True) or dict.fromkeys(found.possible)


def _candidates(wishes: Iterable[NamedWish]) -> Candidates:
    found: Candidates = defaultdict(dict)
    rows = NamedWishCandidate.system.filter(wish__in=[wish.pk for wish in wishes])
    for wish, person, is_meant in rows.values_list("wish", "candidate", "is_meant"):
        found[wish][person] = is_meant
    return found


def _name_index(cohort: Cohort) -> NameIndex:
    sent = Application.objects.filter(cohort=cohort).exclude(
        state__in=(Application.State.DRAFT, Application.State.WITHDRAWN)
    )
    names: dict[int, str] = {}
    exact: dict[str, set[int]] = defaultdict(set)
    for pk, name, *texts in sent.values_list(
        "person", "person__name", "person__email", "external_key"
    ):
        names[pk] = name
        for text in filter(None, texts):
            exact[text].add(pk)
    addresses = EmailAddress.objects.filter(user__in=names, verified=True)
    for pk, text in addresses.values_list("user", "email"):
        exact[text].add(pk)
    return NameIndex(names.items(), exact)


def people_named(cohort: Cohort) -> list[tuple[str, str, int, int, int]]:
    """Return (role, kind, person, person named, rank) of every wish that counts in a round.

    For "would rather not" everyone who may be meant counts, unless a member has ruled them out.
    """
    about = ("application__role", "kind", "application__person")
    wishes = NamedWish.system.filter(application__cohort=cohort)
    found = list(wishes.exclude(person=None).values_list(*about, "person", "rank"))
    rows = NamedWishCandidate.system.filter(wish__application__cohort=cohort, wish__person=None)
    meant = Q(is_meant=True) | Q(wish__kind=NamedWish.Kind.AVOID, is_meant=None)
    several = [f"wish__{one}" for one in about]
    return found + list(rows.filter(meant).values_list(*several, "candidate", "wish__rank"))


@transaction.atomic
def decide_wish(
    wish: NamedWish, meant: Iterable[User], *, by: User, at: datetime | None = None
) -> None:
    """Record whom a wish means: these people, or nobody here if there are none.

    Raises ActionNotAllowed unless `by` is a chair or matcher of the program.
    """
    cohort = wish.application.cohort
    if not has_role(by, cohort.program, *MAY_DECIDE):
        raise ActionNotAllowed(_("Only chairs and matchers decide whom a wish means."))
    people = {person.pk for person in meant} - {wish.application.person_id}
    here = set(
        Application.objects.filter(cohort=cohort, person__in=people).values_list(
            "person", flat=True
        )
    )
    if people - here:
        raise ActionNotAllowed(_("Choose people who have applied to this cohort."))
    known = _candidates([wish]).get(wish.pk, {})
    NamedWishCandidate.system.filter(wish=wish).delete()
    NamedWishCandidate.objects.bulk_create(
        NamedWishCandidate(wish=wish, candidate_id=pk, is_meant=pk in people)
        for pk in sorted(people | known.keys())
    )
    wish.person_id = next(iter(people)) if len(people) == 1 else None
    wish.is_settled, wish.decided_by, wish.decided_at = True, by, at or timezone.now()
    NamedWish.system.bulk_update([wish], ["person", "is_settled", "decided_by", "decided_at"])


@transaction.atomic
def forget_person(user: User) -> None:
    """Take a person out of every wish that may mean them; others' part of such a wish stays.

    The person has no open application any more, so that looking again does not find them.
    """
    wishes = NamedWish.system.filter(
        pk__in=NamedWishCandidate.system.filter(candidate=user).values("wish")
    )
    for wish in wishes:
        rows = NamedWishCandidate.system.filter(wish=wish)
        rows.filter(candidate=user).delete()
        names = list(rows.values_list("candidate__name", flat=True))
        if names:
            NamedWish.system.filter(pk=wish.pk).update(written=", ".join(names)[:200])
        else:
            NamedWish.system.filter(pk=wish.pk).delete()
    for cohort in Cohort.objects.filter(applications__person=user).distinct():
        resolve_names(cohort)


OpenName = tuple[NamedWish, str, list[int]]  # the wish, why it is open, who may be meant


def wishes_explained(cohort: Cohort) -> list[OpenName]:
    """Return all wishes of a cohort, with whom they mean or why they are open.

    For jobs, which show them to nobody; pages use `visible_open_names`.
    """
    return _explained(NamedWish.system.filter(application__cohort=cohort))


def visible_open_names(cohort: Cohort, user: User) -> list[OpenName]:
    """Return the wishes that wait for the committee, without those that the member wrote."""
    mine = NamedWish.objects.visible_to(user).exclude(application__person=user.pk)
    return _explained(mine.filter(application__cohort=cohort).undecided())


def _explained(rows: NamedWishQuerySet) -> list[OpenName]:
    wishes = list(rows.select_related("application__person", "person"))
    found = _candidates(wishes)
    return [
        (one, _why(one, len(found.get(one.pk, {}))), [*found.get(one.pk, {})]) for one in wishes
    ]


def _why(wish: NamedWish, count: int) -> str:
    about = {"text": wish.written, "count": count, "person": wish.person}
    if wish.person:
        return _("“%(text)s” is %(person)s.") % about
    if wish.is_settled:
        return _("“%(text)s” is settled.") % about
    if not count:
        return _("“%(text)s” fits no one who has applied so far.") % about
    if wish.kind == NamedWish.Kind.AVOID:
        return (
            ngettext(
                "“%(text)s” may be %(count)d person. The two are kept apart until you decide.",
                "“%(text)s” may be %(count)d people. All of them are kept apart until you decide.",
                count,
            )
            % about
        )
    return (
        ngettext(
            "“%(text)s” may be %(count)d person. The wish counts once you have decided.",
            "“%(text)s” may be %(count)d people. The wish counts once you have decided.",
            count,
        )
        % about
    )
