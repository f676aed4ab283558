"""The PyPI package mentor-match, in an environment of its own, beside the engine."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bench.timing import cpu_seconds
from matching.engine import Criteria, Gap, Plan, Pool, Rules, Same, ScoreTable, Side, score, solve

PACKAGE = "mentor-match==7.0.1"
DESCRIPTION = """
The package from PyPI in an environment of its own, on synthetic people, with rules that it can
express: another organisation; mentor one or two grades up (12 points for two, 9 for one); 10 points
for the same profession. Times are for scoring and matching alone, without reading files.
"""
Person = tuple[int, int, int, str]  # grade, organisation, profession, e-mail
People = dict[str, list[Person]]  # "mentees" and "mentors"
SCRIPT = """
import json, operator, sys, time
from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import process_data
from matching.rules.rule import Disqualify, Equivalent, Grade

def person(kind, row):
    return kind(**{"grade": row[0], "organisation": row[1], "profession": row[2], "email": row[3]})

people = json.load(sys.stdin)
rules = [
    Disqualify(lambda m: m.mentor.organisation == m.mentee.organisation),
    Disqualify(lambda m: m.mentor.grade - m.mentee.grade not in (1, 2)),
    Grade(2, operator.eq, {True: 12, False: 9}),
    Equivalent("profession", {True: 10, False: 0}),
]
mentees = [person(Mentee, row) for row in people["mentees"]]
mentors = [person(Mentor, row) for row in people["mentors"]]
start = time.process_time()
process_data(mentors, mentees, [rules])
seconds = time.process_time() - start
pairs = [(mentees.index(m), mentors.index(m.mentors[0])) for m in mentees if m.mentors]
print(json.dumps({"seconds": seconds, "pairs": pairs}))
"""


@dataclass(frozen=True)
class Comparison:
    """What one method found for so many people per side."""

    people: int
    method: str
    pairs: int
    total: int
    seconds: float


def compare(sizes: list[int]) -> list[Comparison] | str:
    """Return what both find for the same people with one slot per mentor.

    Or a sentence that says why the package could not be installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        venv.create(folder, with_pip=True)
        installed = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", PACKAGE],
            capture_output=True,
            text=True,
            check=False,
        )
        if installed.returncode:
            reason = installed.stderr.strip().splitlines()[-1]
            return f"{PACKAGE} could not be installed here: {reason}"
        return [row for size in sizes for row in _both(str(python), folder, size)]


def _both(python: str, folder: str, size: int) -> list[Comparison]:
    people = _people(size)
    table, capacity = _table(people), np.ones(size, np.int64)
    ours = []
    for rules in (Rules(objective="most"), Rules(objective="best")):
        seconds = cpu_seconds(partial(_solve, people, rules))
        plan = solve(table, capacity, rules)
        method = f'engine, objective "{rules.objective}"'
        ours.append(Comparison(size, method, plan.pairs, plan.total, seconds))
    done = subprocess.run(
        [python, "-I", "-c", SCRIPT],
        input=json.dumps(people),
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return ours
    theirs = json.loads(done.stdout)
    total = sum(max(int(table.S[i, j]), 0) for i, j in theirs["pairs"])
    return [Comparison(size, "mentor-match", len(theirs["pairs"]), total, theirs["seconds"]), *ours]


def _people(size: int) -> People:
    rng = np.random.default_rng(size)
    return {
        side: [
            (
                int(rng.integers(lowest_grade, lowest_grade + 7)),
                int(rng.integers(12)),
                int(rng.integers(9)),
                f"{side}{k:04d}@example.org",
            )
            for k in range(size)
        ]
        for side, lowest_grade in (("mentees", 0), ("mentors", 2))
    }


def _solve(people: People, rules: Rules) -> Plan:
    return solve(_table(people), np.ones(len(people["mentors"]), np.int64), rules)


def _table(people: People) -> ScoreTable:
    def side(rows: list[Person]) -> Side:
        grade, organisation, profession, ids = zip(*rows, strict=True)
        columns = {
            "grade": np.array(grade),
            "organisation": np.array(organisation),
            "profession": np.array(profession),
        }
        return Side(ids=np.array(ids), columns=columns)

    custom = (
        Same("organisation", "organisation", forbid="same"),
        Gap("grade", "grade", {1: 9, 2: 12}, hard=True),
        Same("profession", "profession", points=10),
    )
    capacity = np.ones(len(people["mentors"]), np.int64)
    pool = Pool(side(people["mentees"]), side(people["mentors"]), capacity)
    return score(pool, Criteria(weights={}, rules=frozenset(), custom=custom))
