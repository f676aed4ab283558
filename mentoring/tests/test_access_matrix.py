"""Check every URL as every role with every method against access_rules.py.

The same visits check that reading writes nothing, and that no response contains a text that its
reader must not see (canaries.py).
"""

from __future__ import annotations

from functools import partial

import pytest

from . import access_rules, canaries
from .access_rule import ALL
from .crawl import changed_by, outcome, rolled_back
from .routes import every_route

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
RARE = {"HEAD", "PUT", "DELETE"}
STRANGERS = {"anonymous", "signed_in"}
RULES = access_rules.rules()


def expected(rule, standing, method):
    """Return the outcomes that are right for one cell.

    A person who may open a page can still be refused: wrong state, or nothing selected.
    """
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
        return {"in", "told_no"} | ({"wrong_method"} if rule.methods == ALL else set())
    kept_out = {"refused", "wrong_method"} | ({"told_no"} if method == "POST" else set())
    return kept_out | {"signed_out"} if standing == "anonymous" else kept_out


def rows(world, rule):
    """Return the rows that the URL can refer to: one per pair or program, or only the first."""
    found = (
        [thing for (kind, _), thing in world.rows.items() if kind == rule.about]
        if rule.about
        else [None]
    )
    assert found, f"the world has no {rule.about!r}"
    return found[:1] if rule.first_thing_only else found


def cells(world, rule, methods=METHODS):
    """Yield (role, row, method).

    Every role visits the first row. The other rows, and all rows of the admin, are visited by one
    role per relation. Whoever may read the page of one pair has seen it; at other pairs only those
    are tried who may not. POST is tried once per relation, the rarer methods by two strangers and
    by one who may: Django hands them to the view that answers GET.
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
                # A member of another committee may enter the admin, a stranger may not: try both.
                key = (
                    (standing, role == "outsider", method)
                    if method not in RARE
                    else (may or standing, method)
                )
                read_by_all = method == "GET" and place == 0 and rule.methods != ALL
                tried = key in (here if method == "GET" and not may else seen)
                if (tried and not read_by_all) or (
                    method in RARE and (rule.methods == ALL if may else standing not in STRANGERS)
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
