import pytest

from accounts.privacy import DATA_PARTS, erase_person
from matches.models import Match
from testkit import factories


def test_the_account_is_emptied_last_since_the_others_still_read_it():
    order = list(DATA_PARTS)
    assert order[-1] == "account"
    assert order.index("checkins") < order.index("programs") < order.index("emails")


@pytest.mark.django_db
def test_the_pairs_end_before_anything_is_erased(ada, ben, cohort, monkeypatch):
    """Or what is written between the erasure of an app and the end would stay."""
    match = factories.match(ben, ada, cohort)
    seen = []
    for part in DATA_PARTS.values():

        def erase(user, part=part, erase=part.erase):
            seen.append(Match.objects.get(pk=match.pk).state)
            erase(user)

        monkeypatch.setitem(part.__dict__, "erase", erase)
    erase_person(ben)
    assert len(seen) == len(DATA_PARTS)
    assert set(seen) == {"closed"}
