"""The admin speaks the committee's language: every registered page, as each role.

Each test names a kind of fault and walks all pages for it, so that a new page is checked too.
"""

from __future__ import annotations

import html
import itertools
import re
from itertools import chain

import pytest
from django.contrib import admin
from django.urls import Resolver404, resolve, reverse
from django.utils.html import strip_tags
from django.utils.text import capfirst

from dashboard.menu import NAV_GROUPS
from notifications.kinds import KINDS

from .access_tables import TABLES
from .crawl import outcome, rolled_back
from .routes import admin_models

pytestmark = pytest.mark.django_db

ROLES = ("chair", "carer", "matcher", "reader", "maintainer")
MANY = 50  # choices; a longer list is searched, not scrolled
# A closed list that everyone knows, in which typing the first letters of a town jumps to it.
LONG_LISTS = {"time_zone"}

SPOKEN_BY_DJANGO = (
    "View pair", "their health", "administration", "server time", "change history",
    "wasn’t added via", ">Not empty<", "Change committee member", "(confidential)", ">Close<",
)  # fmt: skip
CRUMBS = re.compile(r'<div class="breadcrumbs">(.*?)</div>', re.DOTALL)
SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
LINK = re.compile(r'<a[^>]*href="([^"#]+)[^"]*"')
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)


def addresses(world, role):
    """The pages of every table that the role is offered: list, form, first row and its history."""
    for name in admin_models():
        yield name, reverse(f"admin:{name}_changelist")
        yield name, reverse(f"admin:{name}_add")
        row = next((one.row for (kind, _), one in world.rows.items() if kind == TABLES[name].about))
        for view in ("change", "history"):
            yield name, reverse(f"admin:{name}_{view}", args=[row.pk])


@pytest.fixture(scope="module")
def pages(world, visitors):
    """{(role, address): HTML} of all pages that answer 200."""
    found = {}
    for role in ROLES:
        firsts = [("", reverse("admin:index")), ("", reverse("admin:programs_setup"))]
        for _name, address in [*firsts, *addresses(world, role)]:
            with rolled_back():
                response = visitors.visit(role, address)
            if response.status_code == 200:
                found[role, address] = response.content.decode()
    assert len(found) > 300
    return found


def faults(pages, check):
    return [
        f"{address} as {role}: {fault}"
        for (role, address), text in pages.items()
        for fault in check(text)
    ]


def words_of(text):
    return " ".join(html.unescape(strip_tags(MAIN.search(text)[0])).split())


def test_no_page_speaks_like_django(pages):
    assert faults(pages, lambda text: [w for w in SPOKEN_BY_DJANGO if w in text]) == []


def test_no_page_shows_the_code_of_a_language(pages):
    code = re.compile(r">\s*(?:en|fr)\s*</(?:td|div)>|language: (?:en|fr)\b", re.IGNORECASE)
    language_codes = reverse("admin:accounts_language_changelist")
    others = {
        where: text for where, text in pages.items() if not where[1].startswith(language_codes)
    }
    assert faults(others, code.findall) == []


def test_no_page_shows_the_internal_name_of_an_email(pages):
    names = [
        name.replace("-", " ").capitalize()
        for name, kind in KINDS.items()
        if "-" in name and str(kind.label) != name.replace("-", " ").capitalize()
    ]
    assert faults(pages, lambda text: [n for n in names if f">{n}<" in text]) == []


def test_no_page_names_a_row_by_its_id(pages):
    tables = "|".join(
        {
            *(str(model._meta.label_lower) for model in admin.site._registry),
            *("match", "check-in", "application", "concern", "meeting", "e-mail"),
        }
    )
    named = re.compile(rf"(?:^| )(?:{tables}) [0-9]+\b")
    assert faults(pages, lambda text: named.findall(words_of(text))) == []


def test_no_crumbs_repeat_a_word(pages):
    def repeated(text):
        for crumbs in CRUMBS.findall(text):
            steps = [html.unescape(strip_tags(one)).strip() for one in crumbs.split("&rsaquo;")]
            yield from (one for one, other in itertools.pairwise(steps) if one == other)

    assert faults(pages, repeated) == []


def test_no_list_to_choose_from_is_long(pages):
    def too_long(text):
        for name, options in SELECT.findall(text):
            count = options.count("<option")
            if count > MANY and name not in LONG_LISTS:
                yield f"{name} has {count} options"

    assert faults(pages, too_long) == []


def test_labels_of_fields_begin_with_a_capital(pages):
    label = re.compile(r"<label[^>]*>\s*([a-z][^<]*):</label>")
    assert faults(pages, label.findall) == []


def test_every_title_is_the_name_of_what_is_shown(pages):
    """Not "View pair": a heading says which one."""
    verbs = re.compile(r"<h1>(?:View|Change|Select) ")
    assert faults(pages, verbs.findall) == []


def test_no_page_offers_a_link_that_refuses(pages, visitors):
    """Links of the menu, of lists and of rows lead to pages that the same member may open.

    Those that the member has opened for `pages` are not opened again.
    """
    found, tried = [], set(pages)
    for (role, page), text in pages.items():
        for address in map(html.unescape, LINK.findall(text)):
            where = address.partition("?")[0]
            if not where.startswith(reverse("admin:index")):
                continue
            try:
                name = resolve(where).view_name
            except Resolver404:
                found.append(f"{address} on {page}: no such page")
                continue
            if (role, name) in tried and not name.endswith("_change"):
                continue
            if (role, where) in tried:
                continue
            tried |= {(role, name), (role, where)}
            with rolled_back():
                response = visitors.visit(role, address)
            got = outcome(response, name)
            if got not in {"in", "told_no"}:
                found.append(f"{address} on {page} as {role}: {got}")
    assert found == []


def test_every_action_says_who_may_use_it():
    """Django offers an action without permissions to everyone, also to those it refuses."""
    silent = [
        f"{model._meta.label}: {name}"
        for model, page in admin.site._registry.items()
        for _call, name, _words in page._get_base_actions()
        if not getattr(getattr(page, name), "allowed_permissions", ())
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("reader", {"meetings_meeting", "checkins_concern", "checkins_contactlog",
                    "checkins_contactplan",
                    "applications_rosterupload"}),
        ("carer", {"applications_rosterupload"}),
    ],
)  # fmt: skip
def test_the_menu_leaves_out_what_a_role_cannot_use(role, hidden, pages):
    menu = pages[role, reverse("admin:index")]
    assert [name for name in hidden if reverse(f"admin:{name}_changelist") in menu] == []


def test_every_page_that_adds_a_row_has_a_title_of_its_own():
    """Django's "Add %s" knows no articles: "Ajout de employeur"."""
    nameless = [
        model._meta.label
        for model, page in admin.site._registry.items()
        if page.add_roles and not page.add_title
    ]
    assert nameless == []


def test_every_list_has_a_name_of_its_own():
    names = [
        str(page.list_title or capfirst(str(model._meta.verbose_name_plural)))
        for model, page in admin.site._registry.items()
    ]
    assert len(names) == len(set(names)) == sum(len(group[2]) for group in NAV_GROUPS)


CELL = re.compile(r"<td(?P<attributes>[^>]*)>(?P<content>.*?)</td>", re.DOTALL)
RESULTS = re.compile(r'<table id="result_list">(.*?)</table>', re.DOTALL)


def cells_of(text):
    return [cell for table in RESULTS.findall(text) for cell in CELL.finditer(table)]


def test_every_cell_of_a_list_is_named_by_its_column(pages):
    """A phone shows a row as a card, also without scripts."""
    unnamed = re.compile(r"data-label=|action-checkbox")
    assert faults(pages, lambda text: [
        cell[0] for cell in cells_of(text) if not unnamed.search(cell["attributes"])
    ]) == []  # fmt: skip


def test_the_words_of_a_cell_begin_with_a_capital(pages):
    """Labels of choices are written for sentences: "mentee", "asked for help", "yes"."""
    lower = re.compile(r"[a-zà-ÿ][^@<]*$")
    assert faults(pages, lambda text: [
        cell["content"] for cell in cells_of(text) if lower.match(cell["content"].strip())
    ]) == []  # fmt: skip


def test_an_address_in_a_cell_stays_as_it_is(pages):
    cells = [cell for text in pages.values() for cell in cells_of(text)]
    addresses = [cell["content"] for cell in cells if re.match(r"[\w.+-]+@", cell["content"])]
    assert addresses
    assert [one for one in addresses if one != one.lower()] == []


def test_no_list_shows_a_sign_instead_of_a_word(pages):
    """Not "-" for nothing, and no icon for yes and no."""
    signs = re.compile(r"^\s*[-–—]?\s*$|icon-(?:yes|no|unknown)|^None$")
    assert faults(pages, lambda text: [
        cell[0] for cell in cells_of(text) if signs.search(cell["content"])
    ]) == []  # fmt: skip


def test_the_filters_of_a_list_say_what_is_chosen(pages):
    summary = re.compile(r'<details class="wm-filter"[^>]*>\s*<summary>(.*?)</summary>', re.DOTALL)
    said = [words for text in pages.values() for words in summary.findall(text)]
    assert len(said) > 20
    assert [words for words in said if "<strong>" not in words] == []


def test_nothing_is_offered_as_a_row_of_dashes(pages):
    lists = re.compile(r"<select.*?</select>", re.DOTALL)
    assert faults(pages, lambda text: [one for one in lists.findall(text) if "----" in one]) == []


FORM = re.compile(r'<form[^>]*id="\w+_form".*?</form>', re.DOTALL)


def test_the_choices_of_a_form_begin_with_a_capital(pages):
    lower = re.compile(r"<option[^>]*>\s*((?!zq)[a-zà-ÿ][^<]*)</option>")  # zq: a canary
    assert faults(pages, lambda text: [
        choice for form in FORM.findall(text) for choice in lower.findall(form)
    ]) == []  # fmt: skip


def test_an_input_that_may_stay_empty_says_so(pages):
    """A list shows itself what happens when no one chooses."""
    plain = re.compile(r'<label for="([^"]+)">([^<]*)</label>')

    def silent(form):
        for name, label in plain.findall(form):
            is_list = re.search(rf'<select[^>]*id="{name}"', form)
            if "-" not in name and not is_list and "(optional)" not in label:
                yield label

    assert faults(pages, lambda text: chain(*map(silent, FORM.findall(text)))) == []


DATE = re.compile(r'<input type="date" name="([^"]+)"')
VALUE = re.compile(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


@pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
def test_no_day_breaks_the_page_of_a_row(pages, visitors, day):
    """What the table of the row refuses, the form refuses first: the columns it shows as well."""
    posted = 0
    for (role, address), text in pages.items():
        dates = [name for form in FORM.findall(text) for name in DATE.findall(form)]
        if role == "chair" and address.endswith("/change/") and dates:
            known = {name: html.unescape(value) for name, value in VALUE.findall(text)}
            for name in dates:
                with rolled_back():
                    answer = visitors.visit(role, address, "POST", {**known, name: day})
                assert answer.status_code in {200, 302}, f"{address}: {name}"
                posted += 1
    assert posted > 5


def shown_by(page):
    groups = [group["fields"] for _name, group in page.fieldsets or ()]
    return {*page.list_display, *(page.fields or ()), *page.readonly_fields, *chain(*groups)}


def test_every_field_that_a_page_shows_has_a_label_of_its_own():
    """Django makes a label of the name of a column, which no catalogue translates."""
    nameless = [
        f"{model._meta.label}.{field.name}"
        for model, page in admin.site._registry.items()
        for field in model._meta.get_fields()
        if field.name in shown_by(page) and getattr(field, "_verbose_name", "") is None
    ]
    assert nameless == []


def test_every_page_names_the_zone_of_its_times(pages):
    assert (
        faults(pages, lambda text: [] if "Times are in the time zone of" in text else ["none"])
        == []
    )


ROW = re.compile(r'<div class="readonly">(.*?)</div>', re.DOTALL)


def test_a_page_has_no_row_for_what_is_empty(pages):
    signs = re.compile(r"^\s*(?:[-–—]|None)?\s*$|icon-(?:yes|no|unknown)|wm-none")
    assert faults(pages, lambda text: [
        row for row in ROW.findall(text) if signs.search(row)
    ]) == []  # fmt: skip


def test_a_state_is_a_chip(pages):
    row = re.compile(r'field-state">.*?<div class="readonly">(.*?)</div>', re.DOTALL)
    assert faults(pages, lambda text: [
        state for state in row.findall(text) if "wm-chip" not in state
    ]) == []  # fmt: skip


def test_the_words_of_a_row_begin_with_a_capital(pages):
    fields = chain(*(model._meta.get_fields() for model in admin.site._registry))
    choices = chain(*(getattr(field, "flatchoices", None) or () for field in fields))
    labels = {"yes", "no", *(str(label) for _value, label in choices)}
    lower = {html.escape(label) for label in labels if label[:1].islower()}
    assert {"mentee", "asked for help"} <= lower
    assert faults(pages, lambda text: lower & {row.strip() for row in ROW.findall(text)}) == []


def test_a_page_without_inputs_has_no_button_to_save(pages):
    saving = re.compile(r'<input type="submit"[^>]*name="(_save|_continue|_addanother)"')
    typed = re.compile(r'<(?:select|textarea|input(?! type="(?:hidden|submit)"))[^>]*name="')

    def useless(text):
        form = re.search(r'<form[^>]*id="\w+_form".*?</form>', text, re.DOTALL)
        names = saving.findall(form[0]) if form else []
        yield from names if names and not typed.search(form[0]) else ()
        yield from (name for name in names if name == "_continue")

    assert faults(pages, useless) == []


def test_the_way_to_a_list_is_called_as_the_list_is(pages):
    headings = {
        address: re.search(r"<h1>(.*?)</h1>", text)[1].strip()
        for (_role, address), text in pages.items()
        if address.endswith("/") and address.count("/") == 4
    }

    def other(text):
        for crumbs in CRUMBS.findall(text):
            for address, name in re.findall(r'<a href="([^"?]+)[^"]*">(.*?)</a>', crumbs):
                if headings.get(address, name.strip()) != name.strip():
                    yield f"{name} leads to {headings[address]}"

    assert faults(pages, other) == []
