"""Every address, every role, own and other rows, every method: the table in access_rules.py holds, cell by cell."""

from __future__ import annotations

import pytest

from . import access_rules
from .routes import every_route
from .visits import outcome, undone

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
RARE = {"HEAD", "PUT", "DELETE"}
RULES = access_rules.rules()


def expected(rule, standing, method):
    """The outcomes that are right for one cell."""
    if method not in rule.methods:
        mine = {"wrong_method", "in"} if method in RARE and rule.methods != access_rules.POST else {"wrong_method"}
        return mine if standing in rule.who | rule.write else {"wrong_method", "refused", "signed_out"}
    if rule.may(standing, method):
        return {"in", "wrong_method"} if rule.methods == access_rules.ALL and method != "GET" else {"in"}
    return {"signed_out", "refused", "wrong_method"} if standing == "anonymous" else {"refused", "wrong_method"}


def things(world, rule):
    found = [thing for (kind, _), thing in world.things.items() if kind == rule.about] if rule.about else [None]
    assert found, f"the world has no {rule.about!r}"
    return found


def cells(world, rule, methods=METHODS):
    """(role, thing, method): everybody reads everything; sending to other things, and rarer methods, once per standing."""
    seen = set()
    for place, thing in enumerate(things(world, rule)):
        for role in world.visitors_of(thing):
            standing = world.standing(role, thing)
            for method in methods:
                rare = method in RARE or (method == "POST" and place)
                if rare and ((standing, method) in seen or (method in RARE and reads_alike(rule, standing))):
                    continue
                seen.add((standing, method))
                yield role, thing, method


def reads_alike(rule, standing):
    """Views of Django and allauth answer HEAD, PUT and DELETE as they answer GET, and GET is visited anyway."""
    return rule.methods == access_rules.ALL and standing in rule.who


def wrong_cells(world, visitors, name, methods=METHODS):
    rule, route = RULES[name], every_route()[name]
    for role, thing, method in cells(world, rule, methods):
        standing = world.standing(role, thing)
        url = route.url(thing and thing.row, rule.extra)
        with undone():
            got = outcome(visitors.visit(role, url, method), name)
        right = expected(rule, standing, method)
        if got not in right:
            yield f"{method} {url} as {role} ({standing}): {got}, not {' or '.join(sorted(right))}"


def test_every_route_has_a_rule_and_every_rule_a_route():
    unruled, unrouted = access_rules.missing(every_route())
    assert unruled == [], "say in access_rules.py who may enter"
    assert unrouted == [], "this route is gone"


@pytest.mark.parametrize("name", sorted(set(RULES) & set(every_route())))
def test_only_those_enter_who_may(name, world, visitors):
    assert list(wrong_cells(world, visitors, name)) == []
