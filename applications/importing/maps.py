"""A map file (TOML) says what the columns and values of an export mean.

ignore = ["Start time"]        # every other column must be named: none is dropped silently

[application]
state = "accepted"             # or "submitted" (default): the committee reviews them first
orientation_passed = true      # the program vouches for it
code_accepted = true
twice = "later"                # which row of a person counts: "later", "earlier", or "stop";
                               # "join" if each row has one more answer of the person
skip_without_address = true    # leave out rows without an e-mail address, such as a total
import_without_address = true  # or import them: known by id or name, without e-mails so far

[fields.email]
column = "E-mail address"
[fields.role]                  # only if a column says who applies as what: mentee, mentor, both
column = "I want to be"
[fields.state]                 # rows of closed applications are left out
column = "State"
[fields.cohort]                # rows of other cohorts are left out
column = "Cohort"
[fields.first_name]            # or [fields.name] with one column, or several in their order
column = "First name"
[fields.last_name]
column = "Last name"
[fields.place]
column = "Town"
clear = true                   # an empty cell erases what is stored; without it, it is kept
                               # with several columns also a list of those that erase
[fields.rank]                  # only with twice = "join": the place of the row's answer, 1 is first
column = "Priority"
[fields.capacity]
column = "How many mentees?"
values = {"One mentee only, please!" = 1, "I'm willing to take on two mentees." = 2}
[fields.topics]
column = "Which skills?"
split = ";"
remove = "Skill: "
create = true                  # unknown answers become entries of the program's vocabulary
rename = {"Pay" = "Total rewards", "Other" = ""}   # what words are called here; "" leaves one out

[fields.availability]
column = "When?"
values = {"Late in the day" = "mon-evening tue-evening"}

[attributes.sites]             # a question of this program only; a round can use it
pivot = {"Where: North" = "North", "Where: South" = "South"}
keep = ["Yes", "Maybe"]
drop = ["No"]                  # if given, any other answer than these is reported

[mentors.fields.capacity]      # for the file of the mentors only; [mentees...] likewise
column = "How many mentees?"

[both]                         # these people also get an application in the other role
column = "Both mentor and mentee"
values = ["yes"]
drop = ["not this year"]       # answers that say no in other words; any others are reported
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .map_checks import BadMap, Kinds, check_table, parse_toml, require_one_of
from .normalization import fold

__all__ = ["BadMap", "FieldMap", "RosterMap", "read_map"]

SINGLE = {
    "email", "role", "state", "cohort", "name", "first_name", "last_name", "key", "pronouns",
    "language", "time_zone", "employer", "job_title", "level", "years_experience", "place", "phone",
    "about",
    "situation", "hopes", "mode", "travel_km", "rhythm_days", "capacity", "is_first_time",
    "commitment", "needs", "limits", "accommodations", "rank",
}  # fmt: skip
LISTS = {"industries", "languages", "availability", "topics", "experiences", "prefer", "avoid"}
NAMES = {"prefer", "avoid"}
FIELDS = SINGLE | LISTS
FIELD_OPTIONS: Kinds = {
    "column": str, "columns": list, "join": str, "split": str, "values": dict, "remove": str,
    "default": object, "create": bool, "pivot": dict, "keep": list, "drop": list, "weight": int,
    "depth": str, "clear": (bool, list), "splits": dict, "rename": dict, "add": list,
    "shared": bool,
}  # fmt: skip
STATES = ("submitted", "accepted")
TWICE = ("stop", "later", "earlier", "join")
APPLICATION_KEYS: Kinds = {
    "state": str, "orientation_passed": bool, "code_accepted": bool, "twice": str,
    "skip_without_address": bool, "import_without_address": bool,
}  # fmt: skip
REQUIRED = {"email": {"email"}, "name": {"name", "first_name", "last_name"}}
NO_COLUMN = {
    "email": gettext_lazy(
        "The map does not say which column is the email. Choose it, or choose to import people "
        "without an e-mail address."
    ),
    "name": gettext_lazy("The map does not say which column is the name."),
}
NEVER_CLEARED = {
    "email", "role", "state", "cohort", "name", "first_name", "last_name", "key", "language",
    "time_zone", "commitment", "rank",
}  # fmt: skip
TOP_LEVEL_KEYS: Kinds = {
    "application": dict, "fields": dict, "attributes": dict, "both": dict, "ignore": list,
    "file": dict, "matching": dict,
}  # fmt: skip
SIDE_KEYS: Kinds = {name: kind for name, kind in TOP_LEVEL_KEYS.items() if name != "matching"}
BOTH_KEYS: Kinds = {"column": str, "values": list, "drop": list}
ROLE_TABLES = {"mentee": "mentees", "mentor": "mentors"}


@dataclass(frozen=True)
class FieldMap:
    """Where a field comes from and how its answers are spelled; `values` has folded keys."""

    columns: tuple[str, ...] = ()
    join: str = " "
    split: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    remove: str = ""
    default: object = None
    create: bool = False
    pivot: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()  # answers of a grid that don't choose their option
    weight: int = 2
    depth: str = ""
    clears: frozenset[str] = frozenset()  # folded columns of which an empty cell erases
    # What the words of the file are called in the vocabulary, "" to leave one out; folded keys.
    splits: Mapping[str, str] = field(default_factory=dict)  # by folded column, instead of `split`
    rename: Mapping[str, str] = field(default_factory=dict)
    add: frozenset[str] = frozenset()  # words to add, folded, also without `create`
    shared: bool = False  # a new question of the program is shared with the match

    @property
    def clear(self) -> bool:
        """Whether empty cells erase what is stored."""
        return bool(self.clears)


@dataclass(frozen=True)
class RosterMap:
    """What the columns of a spreadsheet mean, and what happens to the imported applications."""

    fields: Mapping[str, FieldMap]
    attributes: Mapping[str, FieldMap]
    state: str = "submitted"
    orientation_passed: bool = False
    code_accepted: bool = False
    twice: str = "stop"  # which row of a person counts, or that the import stops
    skip_without_address: bool = False  # leave out rows such as a total below the table
    import_without_address: bool = False  # people are known by id or name until they have one
    encoding: str = ""
    both: FieldMap | None = None
    ignore: frozenset[str] = frozenset()
    matching: Mapping[str, object] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Return every column that the map names, as written."""
        maps = [
            *self.fields.values(),
            *self.attributes.values(),
            *([self.both] if self.both else []),
        ]
        return [column for one in maps for column in (*one.columns, *one.pivot)]


def read_map(text: str, *, role: str = "") -> RosterMap:
    """Read a map. Raises BadMap, whose message names the table and the key.

    One map can describe the files of both roles: what is under [mentees] or [mentors] is added to
    the rest for `role` "mentee" or "mentor".
    """
    data = parse_toml(text)
    sides = {name: data.pop(name, {}) for name in ROLE_TABLES.values()}
    for name, side in sides.items():
        check_table(name, side, SIDE_KEYS)
    data = _merge(data, sides[ROLE_TABLES[role]]) if role else data
    check_table("", data, TOP_LEVEL_KEYS)
    fields = {name: _field(f"fields.{name}", one) for name, one in data.get("fields", {}).items()}
    for name in fields:
        require_one_of("fields", name, FIELDS)
    application = data.get("application", {})
    check_table("application", application, APPLICATION_KEYS)
    may_lack = {"email"} if application.get("import_without_address") else set()
    for name in REQUIRED.keys() - may_lack:
        if not REQUIRED[name] & fields.keys():
            raise BadMap(str(NO_COLUMN[name]))
    for name in sorted(fields.keys() & NEVER_CLEARED):
        if fields[name].clear:
            raise BadMap(_("[fields.%(name)s] can't be cleared.") % {"name": name})
    twice = application.get("twice", "stop")
    require_one_of("application.twice", twice, TWICE)
    if "rank" in fields and twice != "join":
        raise BadMap(
            _(
                "A rank counts only if each row of a person has one more of their answers. "
                "Choose that."
            )
        )
    state = application.get("state", "submitted")
    require_one_of("application.state", state, STATES)
    return RosterMap(
        fields=fields,
        attributes={
            name: _field(f"attributes.{name}", one)
            for name, one in data.get("attributes", {}).items()
        },
        state=state,
        orientation_passed=bool(application.get("orientation_passed", False)),
        code_accepted=bool(application.get("code_accepted", False)),
        twice=twice,
        skip_without_address=bool(application.get("skip_without_address", False)),
        import_without_address=bool(application.get("import_without_address", False)),
        encoding=str(data.get("file", {}).get("encoding", "")),
        both=_both(data["both"]) if "both" in data else None,
        ignore=frozenset(fold(str(name)) for name in data.get("ignore", [])),
        matching=data.get("matching", {}),
    )


def _merge(shared: dict[str, object], side: dict[str, object]) -> dict[str, Any]:
    """Merge `side` into `shared`: tables and lists are joined, other values of `side` win."""
    joined = dict(shared)
    for name, value in side.items():
        mine = joined.get(name)
        if isinstance(mine, dict) and isinstance(value, dict):
            joined[name] = _merge(mine, value)
        else:
            joined[name] = (
                [*mine, *value] if isinstance(mine, list) and isinstance(value, list) else value
            )
    return joined


def _both(data: Any) -> FieldMap:
    check_table("both", data, BOTH_KEYS)
    if "column" not in data or not data.get("values"):
        raise BadMap(_("[both] needs a column and the values that mean both."))
    return FieldMap(
        columns=(data["column"],),
        keep=frozenset(fold(str(one)) for one in data["values"]),
        drop=frozenset(fold(str(one)) for one in data.get("drop", [])),
    )


def _field(place: str, data: Any) -> FieldMap:
    check_table(place, data, FIELD_OPTIONS)
    columns = data.get("columns") or ([data["column"]] if "column" in data else [])
    pivot = data.get("pivot", {})
    if not columns and not pivot and "default" not in data:
        raise BadMap(
            _("[%(place)s] needs one of: column, columns, pivot, default.") % {"place": place}
        )
    if pivot and not data.get("keep"):
        raise BadMap(
            _("[%(place)s] has a pivot but does not say which answers to keep.") % {"place": place}
        )
    values = data.get("values", {})
    weight = data.get("weight", 2)
    if weight not in (1, 2, 3):
        raise BadMap(_("[%(place)s] The weight must be 1, 2 or 3.") % {"place": place})
    if data.get("depth", "") not in ("", "now", "lived", "accompanied"):
        raise BadMap(
            _("[%(place)s] The depth must be now, lived or accompanied.") % {"place": place}
        )
    return FieldMap(
        columns=tuple(str(one) for one in columns),
        join=str(data.get("join", " ")),
        split=str(data.get("split", "")),
        values={fold(spelled): value for spelled, value in values.items()},
        spellings=tuple(values),
        remove=str(data.get("remove", "")),
        default=data.get("default"),
        create=bool(data.get("create", False)),
        pivot={str(column): str(label) for column, label in pivot.items()},
        keep=frozenset(fold(str(one)) for one in data.get("keep", [])),
        weight=weight,
        depth=str(data.get("depth", "")),
        drop=frozenset(fold(str(one)) for one in data.get("drop", [])),
        clears=_clears(data.get("clear", False), [*columns, *pivot]),
        splits={fold(column): str(mark) for column, mark in data.get("splits", {}).items()},
        rename={fold(word): str(name) for word, name in data.get("rename", {}).items()},
        add=frozenset(fold(str(one)) for one in data.get("add", [])),
        shared=bool(data.get("shared", False)),
    )


def _clears(given: Any, columns: list[Any]) -> frozenset[str]:
    """Return the folded columns of which an empty cell erases: all of them, or those named."""
    names = columns if given is True else given or []
    return frozenset(fold(str(one)) for one in names)
