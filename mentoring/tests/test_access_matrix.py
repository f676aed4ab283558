"""Every address, every role, own and other rows, every method: the table in access_rules.py holds, cell by cell.

The same visits look at two more promises: reading writes nothing, and no answer holds a word that its reader may not know
(every text of this world is a canary, see canaries.py).
"""

from __future__ import annotations

from functools import partial

import pytest

from . import access_rules, canaries
from .crawl import changed_by, outcome, rolled_back
from .routes import every_route

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
RARE = {"HEAD", "PUT", "DELETE"}
STRANGERS = {"anonymous", "signed_in"}
RULES = access_rules.rules()


def expected(rule, standing, method):
    """The outcomes that are right for one cell. Whoever may enter can still be told no: wrong state, nothing chosen."""
    if method not in rule.methods:
        mine = (
            {"wrong_method", "in", "told_no"}
            if method in RARE and rule.methods != access_rules.POST
            else {"wrong_method"}
        )
        return (
            mine if standing in rule.who | rule.write else {"wrong_method", "refused", "signed_out"}
        )
    if rule.may(standing, method):
        return {"in", "told_no"} | ({"wrong_method"} if rule.methods == access_rules.ALL else set())
    kept_out = {"refused", "wrong_method"} | ({"told_no"} if method == "POST" else set())
    return kept_out | {"signed_out"} if standing == "anonymous" else kept_out


def rows(world, rule):
    """The rows that an address of this rule can name: one for each pair or program; of rules that say so, the first."""
    found = (
        [thing for (kind, _), thing in world.rows.items() if kind == rule.about]
        if rule.about
        else [None]
    )
    assert found, f"the world has no {rule.about!r}"
    return found[:1] if rule.first_thing_only else found


def cells(world, rule, methods=METHODS):
    """(role, thing, method). Every role goes to the first thing; to the others, and in the admin, one role per standing.

    Whoever may read one pair's page has seen it; at the others those are tried who may not. Sending is tried once per
    standing, and the rarer methods by strangers and by one who may: Django hands them to the view that answers GET.
    (Views of Django and allauth answer them as they answer GET, which is tried anyway: there two strangers check.)
    """
    seen = set()
    for place, thing in enumerate(rows(world, rule)):
        here = set()
        for role in world.visitors_of(thing):
            standing = world.relation(role, thing)
            for method in methods:
                may = (
                    rule.may(standing, method)
                    if method not in RARE
                    else standing in rule.who | rule.write
                )
                # A committee member of elsewhere passes the admin's door; a stranger does not: both must try.
                key = (
                    (standing, role == "outsider", method)
                    if method not in RARE
                    else (may or standing, method)
                )
                read_by_all = method == "GET" and place == 0 and rule.methods != access_rules.ALL
                tried = key in (here if method == "GET" and not may else seen)
                if (tried and not read_by_all) or (
                    method in RARE
                    and (rule.methods == access_rules.ALL if may else standing not in STRANGERS)
                ):
                    continue
                here.add(key)
                seen.add(key)
                yield role, thing, method


def wrong_cells(world, visitors, name, methods=METHODS):
    rule, route = RULES[name], every_route()[name]
    for role, thing, method in cells(world, rule, methods):
        standing = world.relation(role, thing)
        row = thing and thing.row
        url, data = (
            route.url(row, rule.extra),
            {key: value(row) if callable(value) else value for key, value in rule.sends.items()},
        )
        with rolled_back():
            response = visitors.visit(role, url, method, data)
        got, right = outcome(response, name), expected(rule, standing, method)
        where = f"{method} {url} as {role} ({standing})"
        if got not in right:
            yield f"{where}: {got}, not {' or '.join(sorted(right))}"
        if method in access_rules.SAFE and response.wrote:
            again = partial(visitors.visit, role, url, method)
            yield from (f"{where}: reading changed {table}" for table in sorted(changed_by(again)))
        yield from (f"{where}: shows {leak}" for leak in canaries.leaks(world, role, response))


def test_every_route_has_a_rule_and_every_rule_a_route():
    unruled, unrouted = access_rules.missing(every_route())
    assert unruled == [], "say in access_rules.py who may enter"
    assert unrouted == [], "this route is gone"


@pytest.mark.parametrize("name", sorted(set(RULES) & set(every_route())))
def test_only_those_enter_who_may(name, world, visitors):
    assert list(wrong_cells(world, visitors, name)) == []
