"""Read the text of a map and check it: TOML gives a `RosterMap`, or a message for its author."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.spellings import fold

from .map_checks import BadMap, Kinds, check_table, parse_toml, require_one_of
from .maps import FIELDS, NEVER_CLEARED, ROLE_TABLES, FieldMap, RosterMap

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
TOP_LEVEL_KEYS: Kinds = {
    "application": dict, "fields": dict, "attributes": dict, "both": dict, "ignore": list,
    "file": dict, "matching": dict,
}  # fmt: skip
SIDE_KEYS: Kinds = {name: kind for name, kind in TOP_LEVEL_KEYS.items() if name != "matching"}
BOTH_KEYS: Kinds = {"column": str, "values": list, "drop": list}


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
        splits=_splits(columns, data.get("split", ""), data.get("splits", {})),
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
        rename={fold(word): str(name) for word, name in data.get("rename", {}).items()},
        add=frozenset(fold(str(one)) for one in data.get("add", [])),
        shared=bool(data.get("shared", False)),
    )


def _splits(columns: list[object], usual: str, splits: dict[str, object]) -> dict[str, str]:
    """Return {folded column: separator}: that of the column, else the one of the whole field."""
    of_all = {fold(str(one)): usual for one in columns} if usual else {}
    return of_all | {fold(one): str(mark) for one, mark in splits.items()}


def _clears(given: bool | list[object], columns: list[object]) -> frozenset[str]:
    """Return the folded columns of which an empty cell erases: all of them, or those named."""
    names = columns if given is True else given or []
    return frozenset(fold(str(one)) for one in names)
