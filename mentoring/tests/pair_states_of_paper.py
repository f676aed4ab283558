"""Pairs of which the committee has recorded that they signed on paper."""

from __future__ import annotations

from django.utils import timezone

from agreements import paper
from testkit.papers import on_paper

from .pair_states import Pair, state


@state
def signed_by_one_on_paper(pair: Pair) -> None:
    on_paper(pair.share(pair.ago(2)), pair.mentor, by=pair.carer)


@state
def signed_on_paper(pair: Pair) -> None:
    on_paper(pair.share(pair.ago(2)), *pair.people, by=pair.carer)


@state
def signature_on_paper_denied(pair: Pair) -> None:
    signed_on_paper(pair)
    signature = paper.deniable(pair.match, pair.mentor, at=timezone.now())
    assert signature is not None
    paper.deny(signature, by=pair.mentor)
