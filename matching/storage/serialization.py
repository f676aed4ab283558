"""Pools and plans as bytes for the database, and back.

The format is one line of JSON with the layout, then the bytes of each array. Reading copies
nothing, runs no code, and gives read-only arrays. Plans are compressed: a decision stores two.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import Any

import numpy as np

from ..engine import Plan, Pool, Rules, Side

LINE = 64  # the arrays begin at a multiple of it
QUICK = 1  # zlib level; higher ones take several times as long to save a tenth
PLAIN = b"["  # the first byte of uncompressed data


def pack(facts: dict[str, object], arrays: dict[str, object]) -> bytes:
    """Serialize JSON facts and named arrays of numbers."""
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    about = [
        (name, array.dtype.newbyteorder("<").str, array.shape) for name, array in plain.items()
    ]
    head = json.dumps([facts, about], separators=(",", ":")).encode()
    head += b" " * (-(len(head) + 1) % LINE) + b"\n"
    parts = (
        array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        for array in plain.values()
    )
    return b"".join([head, *(part + b"\0" * (-len(part) % 8) for part in parts)])


def unpack(stored: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the facts and arrays that `pack` was given."""
    packed = bytes(stored)
    if not packed.startswith(PLAIN):
        packed = zlib.decompress(packed)
    begin = packed.index(b"\n") + 1
    facts, about = json.loads(packed[:begin])
    arrays = {}
    for name, kind, shape in about:
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = array = np.frombuffer(packed, np.dtype(kind), count, begin).reshape(shape)
        begin += array.nbytes + -array.nbytes % 8
    return facts, arrays


def pack_pool(pool: Pool) -> bytes:
    arrays: dict[str, object] = {"capacity": pool.capacity}
    if pool.travel is not None:
        arrays["travel"] = pool.travel
    facts: dict[str, object] = {
        name: getattr(pool, name) for name in ("pairs", "mentee_wishes", "mentor_wishes")
    }
    for name, side in (("mentees", pool.mentees), ("mentors", pool.mentors)):
        for field in fields(side):
            value = getattr(side, field.name)
            if not isinstance(value, np.ndarray):
                continue
            (facts if value.dtype.kind == "U" else arrays)[f"{name}.{field.name}"] = value
        arrays.update({f"{name}.columns.{key}": value for key, value in side.columns.items()})
    return pack(
        {name: getattr(fact, "tolist", lambda fact=fact: fact)() for name, fact in facts.items()},
        arrays,
    )


def unpack_pool(stored: object) -> Pool:
    facts, arrays = unpack(stored)
    sides: dict[str, dict[str, Any]] = {"mentees": {"columns": {}}, "mentors": {"columns": {}}}
    for name, value in (*facts.items(), *arrays.items()):
        side, _dot, field = name.partition(".")
        if field.startswith("columns."):
            sides[side]["columns"][field.removeprefix("columns.")] = value
        elif field:
            sides[side][field] = value
    return Pool(
        Side(**sides["mentees"]),
        Side(**sides["mentors"]),
        capacity=arrays["capacity"],
        travel=arrays.get("travel"),
        pairs={code: [(a, b) for a, b in pairs] for code, pairs in facts["pairs"].items()},
        mentee_wishes=[(a, b, rank) for a, b, rank in facts["mentee_wishes"]],
        mentor_wishes=[(a, b, rank) for a, b, rank in facts["mentor_wishes"]],
    )


SETTINGS = ("pins", "forbids", "stability_bonus", "min_score", "objective", "budget")


def pack_plan(plan: Plan) -> bytes:
    arrays = {
        "mu": plan.mu.astype(np.int32),
        "u": plan.u,
        "v": plan.v,
        "capacity": plan.capacity.astype(np.int32),
    }
    if plan.prior is not None:
        arrays["prior"] = plan.prior.astype(np.int32)
    facts: dict[str, object] = {
        "pairs": plan.pairs,
        "total": plan.total,
        "min_score": plan.min_score,
        "hash": plan.input_hash,
    }
    facts |= {
        "certificate": plan.certificate,
        "rules": {name: getattr(plan.rules, name) for name in SETTINGS},
    }
    return zlib.compress(pack(facts, arrays), QUICK)


def unpack_plan(stored: object) -> Plan:
    """Return the plan that `pack_plan` stored."""
    facts, arrays = unpack(stored)
    rules = facts["rules"]
    rules |= {name: tuple((i, j) for i, j in rules[name]) for name in ("pins", "forbids")}
    prior = arrays.get("prior")
    return Plan(
        mu=arrays["mu"].astype(np.int64),
        u=arrays["u"],
        v=arrays["v"],
        pairs=facts["pairs"],
        total=facts["total"],
        certificate=facts["certificate"],
        input_hash=facts["hash"],
        capacity=arrays["capacity"].astype(np.int64),
        rules=Rules(**rules),
        prior=None if prior is None else prior.astype(np.int64),
        min_score=facts["min_score"],
    )
