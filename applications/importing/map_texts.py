"""Write a map as text: the choices of a page, and what the words of a file are called."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence

from programs.spellings import fold

from .map_reading import read_map
from .maps import ROLE_TABLES, FieldMap


def with_words(
    map_text: str, role: str, choices: Mapping[str, tuple[Mapping[str, str], Sequence[str]]]
) -> str:
    """Return a map with what words are called.

    choices: {field: ({word: known word, or "" to leave it out}, words to add)}.
    """
    data = tomllib.loads(map_text)
    for name, (renamed, added) in choices.items():
        side = data.get(ROLE_TABLES[role], {}).get("fields", {})
        mapping = side[name] if name in side else data["fields"][name]
        chosen = {fold(word) for word in (*renamed, *added)}
        rename = mapping.get("rename", {})
        kept = {word: to for word, to in rename.items() if fold(word) not in chosen}
        mapping["rename"] = {**kept, **renamed}
        mapping["add"] = [*dict.fromkeys([*mapping.get("add", []), *added])]
    text = to_toml(data)
    read_map(text, role=role)
    return text


def options_of(mapping: FieldMap) -> dict[str, object]:
    """Return what a map says of a field apart from its columns, as its text has it."""
    usual = FieldMap()
    names = ("remove", "join", "weight", "depth", "default")
    found = {name: getattr(mapping, name) for name in names}
    options = {name: one for name, one in found.items() if one != getattr(usual, name)}
    if mapping.values:
        options["values"] = dict(zip(mapping.spellings, mapping.values.values(), strict=True))
    if mapping.rename:
        options["rename"] = dict(mapping.rename)
    if mapping.add:
        options["add"] = sorted(mapping.add)
    return options


def to_toml(data: Mapping[str, object]) -> str:
    """Return a map as TOML: scalars and lists first, then tables, two levels deep.

    The standard library reads TOML but does not write it.
    """
    lines = [
        f"{key} = {_value(value)}" for key, value in data.items() if not isinstance(value, Mapping)
    ]
    for name, table in data.items():
        if not isinstance(table, Mapping):
            continue
        flat = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
        if flat:
            lines += ["", f"[{name}]", *(f"{key} = {_value(value)}" for key, value in flat.items())]
        for key, value in table.items():
            if isinstance(value, Mapping):
                lines += [
                    "",
                    f"[{name}.{_key(key)}]",
                    *(f"{_key(k)} = {_value(v)}" for k, v in value.items()),
                ]
    return "\n".join(lines).strip() + "\n"


def _key(text: str) -> str:
    plain = text.replace("_", "").replace("-", "")
    return text if plain.isascii() and plain.isalnum() else json.dumps(text, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False)
