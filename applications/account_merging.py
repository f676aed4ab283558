"""What merging accounts does to applications, and to what the committee has written about them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.merge_rules import MOVES, Accounts, Obstacle, acts, one_of, register

from .models import Application, InterviewScore, NamedWish, NamedWishCandidate, Opinion


def lock_applications(accounts: Accounts) -> None:
    rows = Application.objects.select_for_update(no_key=True)
    list(rows.filter(person__in=accounts.both).order_by("pk"))


def obstacles(accounts: Accounts) -> Iterator[Obstacle]:
    """One person has one application in a cohort and role, and reads an application once."""
    counted = Application.objects.exclude(state=Application.State.WITHDRAWN)
    mine = counted.filter(person=accounts.kept, cohort=OuterRef("cohort"), role=OuterRef("role"))
    text = _(
        "Both accounts have an application in the same role in %(cohort)s. Withdraw one of them"
        " first. If one was declined, the accounts stay apart."
    )
    theirs = counted.filter(Exists(mine), person=accounts.other).order_by("pk")
    for cohort, program in theirs.values_list("cohort__name", "cohort__program").distinct():
        yield Obstacle(text % {"cohort": cohort}, program)
    for model, reader in ((Opinion, "reader"), (InterviewScore, "scorer")):
        read = model.system.filter(**{reader: accounts.kept}, application=OuterRef("application"))
        if model.system.filter(Exists(read), **{reader: accounts.other}).exists():
            yield Obstacle(
                _("Both accounts have read the same application as two readers. They stay apart.")
            )


def drop_wishes_about_oneself(accounts: Accounts) -> None:
    """A wish about one's own other account names no one any more."""
    both = accounts.both
    own = NamedWish.system.filter(application__person__in=both)
    own.filter(person__in=both).update(person=None, is_settled=True)
    candidates = NamedWishCandidate.system.filter(candidate__in=both)
    candidates.filter(wish__application__person__in=both).delete()


OF_PERSON = acts("application__person")

register(
    "applications",
    {
        "Application": {"person": MOVES},
        "ApplicantQuestion": {"by withdrawn_by": OF_PERSON},
        "CommitteeNote": {"author": OF_PERSON},
        "Decision": {"decided_by release_by": OF_PERSON},
        "InterviewAppointment": {"member ended_by": OF_PERSON},
        "InterviewScore": {"scorer": OF_PERSON},
        "MentorInvitation": {"inviter": MOVES},
        "NamedWish": {"person": MOVES, "decided_by": OF_PERSON},
        "NamedWishCandidate": {"candidate": one_of("wish")},
        "Opinion": {"reader by": OF_PERSON},
        "Preparation": {"by": OF_PERSON},
        "ReviewStep": {"by member": OF_PERSON},
        "RosterJob": {"created_by": MOVES},
        "RosterUpload": {"created_by": MOVES},
        "ScreeningCheck": {
            "person": one_of("program", "kind", "done_on", "is_passed", when=~Q(kind="reference")),
            "by": acts("person"),
        },
        "Standing": {"by waived_by": OF_PERSON},
    },
    lock=lock_applications,
    obstacles=obstacles,
    before=drop_wishes_about_oneself,
)
